"""The pages of runs and their index over HTTP, read-only: beside Prefect's UI under /copydesk/, or by themselves.

A page is read from the lake's store at each request, on a disk or in a bucket. Nothing but pages is served: no records, no other
files of the store. The server has no login, so it answers this machine only (see `flows.orchestration.server`).
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from tasks.errors import RequestError
from tasks.stores.store_files import StoreFiles, read_store_file

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PLACE = "/copydesk/"
INDEX = "index.html"
PART = r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*"  # of a path: none begins with a point
PAGE = re.compile(rf"(?:{PART}/)*{PART}\.html")
# The page's own policy is in its head; these keep other sites from showing it in a frame, and browsers from guessing types.
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


class ServePages:
    """Answers requests for pages itself, and leaves all others to an application."""

    def __init__(self, app: ASGIApp, pages: StoreFiles) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(PLACE):
            return await self.app(scope, receive, send)
        status, body, headers = await asyncio.to_thread(self.answer, scope["method"], scope["path"])
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def answer(self, method: str, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a path, which is decoded already."""
        plain = {"content-type": "text/plain; charset=utf-8"}
        if method not in ("GET", "HEAD"):
            return 405, b"Pages can only be read.\n", plain | {"allow": "GET, HEAD"}
        if path == PLACE.rstrip("/"):
            return 308, b"", plain | {"location": PLACE}
        name = path.removeprefix(PLACE) or INDEX
        body = read_store_file(self.pages, name) if PAGE.fullmatch(name) else None
        if body is None:
            return (
                404,
                b"There is no such page. A run writes its page when it ends; `copydesk report` writes all again.\n",
                plain,
            )
        return 200, body, HEADERS


async def refuse_all(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that has nothing but pages: the start leads to the index."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    if scope["type"] == "http":
        headers = [(b"location", PLACE.encode())]
        await send({"type": "http.response.start", "status": 307 if scope["path"] == "/" else 404, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def serve_pages(pages: StoreFiles, host: str, port: int) -> None:
    """Serves pages until it is stopped. Raises RequestError when the port is taken."""
    import uvicorn

    from flows.orchestration.server import RefuseOthers

    server = uvicorn.Server(
        uvicorn.Config(RefuseOthers(ServePages(refuse_all, pages)), host=host, port=port, log_level="warning")
    )
    try:
        server.run()
    except SystemExit:
        raise RequestError(f"port {port} cannot be used. Choose another one with --port.") from None
