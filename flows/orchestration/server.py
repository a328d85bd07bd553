"""Prefect's server as `make ui` runs it: on SQLite, and patient on behalf of who is not.

SQLite turns a transaction away that has read and wants to write once another has written in between, at once and whatever its
timeout (SQLITE_BUSY_SNAPSHOT). Prefect undoes the transaction and answers 503; its own client asks again, a browser does not, and
a form that was submitted came to nothing. So whatever is answered so is asked again here.

A write that waits for another is given a second. Prefect's minute is a minute in which the server may stand still: Python's
garbage collector closes a forgotten cursor of the waiting connection, for which SQLite wants the connection's mutex; so the event
loop stops, and with it whoever was to end the other write. Postgres knows neither.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUSY = 503
# Seconds before each further try; the last answer goes out as it is.
WAITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
LOCK_MILLISECONDS = 1_000
TOLD = "copydesk_told"


def make_app() -> FastAPI:
    """Prefect's server, for `uvicorn --factory`."""
    from prefect.server.api.server import create_app
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    # Not when it connects: Prefect's own word would be the last then.
    event.listen(Pool, "checkout", wait_less)
    app = create_app(final=True)
    app.add_middleware(AskAgain)
    return app


def wait_less(connection: Any, record: Any, proxy: object) -> None:
    """Tells a connection to SQLite how long it may wait for another's write, the first time it is used."""
    if TOLD not in record.info and "sqlite" in type(connection).__module__:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_MILLISECONDS}")
        cursor.close()
        record.info[TOLD] = True


class AskAgain:
    """Asks an ASGI application again, with the same body, when it answers that it is busy."""

    def __init__(self, app: ASGIApp, waits: tuple[float, ...] = WAITS) -> None:
        self.app, self.waits = app, waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body = [await receive()]
        while body[-1].get("more_body"):
            body.append(await receive())
        for wait in self.waits:
            if not await is_busy(self.app, scope, replay(body, receive), send):
                return None
            await asyncio.sleep(wait)
        return await self.app(scope, replay(body, receive), send)


def replay(body: list[Message], receive: Receive) -> Receive:
    """A `receive` that gives the messages of a body once more, and then what comes after them."""
    left = iter(body)

    async def receive_again() -> Message:
        return next(left, None) or await receive()

    return receive_again


async def is_busy(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> bool:
    """Sends an application's answer on, unless it says that it is busy; whether it said so."""
    busy = False

    async def send_unless_busy(message: Message) -> None:
        nonlocal busy
        busy = busy or (message["type"] == "http.response.start" and message["status"] == BUSY)
        if not busy:
            await send(message)

    try:
        # What one try leaves in the scope (path parameters, an app mounted below) must not reach the next.
        await app(dict(scope), receive, send_unless_busy)
    except Exception:
        # Starlette raises what it has answered for, once more.
        if not busy:
            raise
    return busy
