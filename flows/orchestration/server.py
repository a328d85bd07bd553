"""Prefect's server as `make ui` runs it: on SQLite, with retries on behalf of clients that do not retry.

SQLite rejects a transaction that has read and wants to write after another has written, at once and whatever its timeout
(SQLITE_BUSY_SNAPSHOT). Prefect rolls back and answers 503. Its own client retries; a browser does not, and a submitted form is
lost. So this server retries every request that it would answer with 503, and lets others wait meanwhile.

A write waits a second for another one. With Prefect's minute the whole server may stop for a minute: Python's garbage collector
closes an unused cursor of the waiting connection, which needs the connection's mutex, so the event loop blocks, and with it the
task that would end the other write. Postgres has neither problem.

It has no login, so it answers this machine only: pages of other sites, which a browser here may have open, are refused by their
Origin, and names that lead here only for a while (DNS rebinding) by their Host.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUSY = 503
# Seconds before each retry; the last answer is sent as it is.
WAITS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
READS = ("GET", "HEAD", "OPTIONS")
LOCK_MILLISECONDS = 1_000
OWN_HOSTS = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SET = "copydesk_timeout"


def make_app() -> FastAPI:
    """Prefect's server, for `uvicorn --factory`."""
    from prefect.server.api.server import create_app
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    from flows.batches.run import open_settings_lake
    from flows.orchestration.page_server import ServePages
    from flows.settings import read_settings
    from tasks.report.record import open_pages

    # Not on connect: Prefect's own setting would replace it.
    event.listen(Pool, "checkout", shorten_timeout)
    app = create_app(final=True)
    app.add_middleware(RetryBusy)
    app.add_middleware(ServePages, pages=open_pages(open_settings_lake(read_settings())))
    app.add_middleware(RefuseOthers)
    return app


def shorten_timeout(connection: Any, record: Any, proxy: object) -> None:
    """Limits how long a connection to SQLite waits for another write, the first time it is used."""
    if TIMEOUT_SET not in record.info and "sqlite" in type(connection).__module__:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_MILLISECONDS}")
        cursor.close()
        record.info[TIMEOUT_SET] = True


class RefuseOthers:
    """Answers 400 to a request under another host's name and 403 to one from a page of another origin, before all else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not (refusal := find_refusal(scope)):
            return await self.app(scope, receive, send)
        status, why = refusal
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": why})
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": why.encode()})


def find_refusal(scope: Scope) -> tuple[int, str] | None:
    """The status and reason with which a request is refused; None for a request of this machine's own."""
    headers = [(name.lower(), value.decode("latin-1").lower()) for name, value in scope["headers"]]
    hosts, origins = ([value for name, value in headers if name == wanted] for wanted in (b"host", b"origin"))
    if len(hosts) != 1 or name_host(hosts[0]) not in OWN_HOSTS:
        return 400, f"This server is at {' and '.join(OWN_HOSTS)} only."
    if any(origin not in (f"http://{hosts[0]}", f"https://{hosts[0]}") for origin in origins):
        return 403, "This server answers no page of another origin."
    return None


def name_host(host: str) -> str:
    """The name in a Host header, without its port; "" where it is none.

    >>> name_host("[::1]:4200"), name_host("localhost"), name_host("a@b:c")
    ('::1', 'localhost', '')
    """
    try:
        place = urlsplit(f"//{host}")
        return (place.hostname or "") if place.port != 0 and place.netloc == host and "@" not in host else ""
    except ValueError:
        return ""


class RetryBusy:
    """Repeats a request to an ASGI application, with the same body, when it answers that it is busy."""

    def __init__(self, app: ASGIApp, waits: tuple[float, ...] = WAITS) -> None:
        self.app, self.waits = app, waits
        self.gate = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        body = [await receive()]
        while body[-1].get("more_body"):
            body.append(await receive())
        if scope["method"] not in READS:
            async with self.gate:
                pass
        if not await is_busy(self.app, scope, repeat_body(body, receive), send):
            return None
        # Other requests wait: with enough writers, a long transaction would be rejected every time.
        async with self.gate:
            for wait in self.waits[:-1]:
                await asyncio.sleep(wait)
                if not await is_busy(self.app, scope, repeat_body(body, receive), send):
                    return None
            await asyncio.sleep(self.waits[-1])
            return await self.app(scope, repeat_body(body, receive), send)


def repeat_body(body: list[Message], receive: Receive) -> Receive:
    """A `receive` that gives the messages of a body again, and then what follows them."""
    left = iter(body)

    async def receive_again() -> Message:
        return next(left, None) or await receive()

    return receive_again


async def is_busy(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> bool:
    """Sends an application's answer, unless it is that it is busy; whether it was."""
    busy = False

    async def send_unless_busy(message: Message) -> None:
        nonlocal busy
        busy = busy or (message["type"] == "http.response.start" and message["status"] == BUSY)
        if not busy:
            await send(message)

    try:
        # A copy: path parameters and mounted apps that one try leaves in the scope must not reach the next.
        await app(dict(scope), receive, send_unless_busy)
    except Exception:
        # Starlette raises the error again after it has answered.
        if not busy:
            raise
    return busy
