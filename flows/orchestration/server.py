"""Prefect's server as `make ui` runs it: with the pages of runs, for this machine only, and on SQLite with writes in turn.

SQLite rejects a transaction that has read and wants to write after another has written, at once and whatever its timeout
(SQLITE_BUSY_SNAPSHOT). Prefect rolls back and answers 503. Its own client sends the request again; a browser does not, and a
submitted form is lost. So on SQLite, transactions that may write begin one after the other, and say so to SQLite (BEGIN
IMMEDIATE). Then no connection ever waits for another one in SQLite's code, where it would stop the whole server.

It has no login, so it answers this machine only: pages of other sites, which a browser here may have open, are refused by their
Origin, and names that lead here only for a while (DNS rebinding) by their Host.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OWN_HOSTS = ("127.0.0.1", "localhost", "::1")


def make_app() -> ASGIApp:
    """Prefect's server, for `uvicorn --factory`."""
    from prefect.server.api.server import create_app
    from prefect.server.database.configurations import AioSqliteConfiguration

    from flows.batches.run import open_settings_lake
    from flows.orchestration.page_server import ServePages
    from flows.settings import read_settings
    from tasks.report.record import open_pages

    AioSqliteConfiguration.begin_transaction = Turns().begin  # type: ignore[method-assign, assignment]
    app = create_app(final=True)
    # Around the application, not in it: its own services call it under another host's name, to carry automations out.
    return RefuseOthers(ServePages(app, open_pages(open_settings_lake(read_settings()))))


class Turns:
    """Transactions of SQLite one after the other."""

    def __init__(self) -> None:
        self.gate = asyncio.Lock()
        self.owner: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def begin(self, session: Any, with_for_update: bool = False) -> AsyncIterator[Any]:
        """A transaction of a session, as Prefect's server begins it; one within another of the same task begins at once."""
        from prefect.server.database.configurations import SQLITE_BEGIN_MODE

        if self.owner is asyncio.current_task():
            async with session.begin() as transaction:
                yield transaction
            return
        async with self.gate:
            self.owner = asyncio.current_task()
            token = SQLITE_BEGIN_MODE.set("IMMEDIATE")
            try:
                async with session.begin() as transaction:
                    yield transaction
            finally:
                SQLITE_BEGIN_MODE.reset(token)
                self.owner = None


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
