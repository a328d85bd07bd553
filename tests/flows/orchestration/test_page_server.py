"""Pages over HTTP: what is served and what is not, with which headers, from a lake on a disk and in a bucket."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from flows.orchestration.page_server import ServePages, refuse_all
from flows.orchestration.server import RefuseOthers
from tasks.lakes.lake import open_lake
from tasks.report.record import open_pages, write_text

BASE = "http://127.0.0.1:4200"


@pytest.fixture(params=["disk", "bucket"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> RefuseOthers:
    """The application over a store with an index, a page, its record, and a page of a name with signs."""
    place = tmp_path / "lake"
    if request.param == "bucket":
        place = f"{request.getfixturevalue('object_store')}/{tmp_path.name}/lake"
    pages = open_pages(open_lake(place, work=tmp_path / "work"))
    for name in ("index.html", "wire/2026-10-01.html", "wire/2026-10-01.json", "a b#1/2026-10-01.blocked.html"):
        write_text(pages, name, f"<html>{name}</html>")
    (tmp_path / "secret.html").write_text("secret")
    return RefuseOthers(ServePages(refuse_all, pages))


def ask(app: RefuseOthers, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """The answer to one request."""

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/copydesk/", "index.html"),
        ("/copydesk/index.html", "index.html"),
        ("/copydesk/wire/2026-10-01.html", "wire/2026-10-01.html"),
        ("/copydesk/a%20b%231/2026-10-01.blocked.html", "a b#1/2026-10-01.blocked.html"),
    ],
)
def test_a_page_is_served(app: RefuseOthers, path: str, name: str) -> None:
    answer = ask(app, path)
    assert (answer.status_code, answer.text) == (200, f"<html>{name}</html>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(app, path, "HEAD").content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/copydesk/wire/2026-10-01.json",
        "/copydesk/wire/2026-10-02.html",
        "/copydesk/../secret.html",
        "/copydesk/%2e%2e/%2e%2e/secret.html",
        "/copydesk/..%2f..%2fsecret.html",
        "/copydesk//secret.html",
        "/copydesk/.notes.lock",
        "/copydesk/wire/",
        "/copydesk/x%00.html",
        "/elsewhere",
    ],
)
def test_nothing_else_is_served(app: RefuseOthers, path: str) -> None:
    answer = ask(app, path)
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert str(Path.cwd()) not in answer.text


def test_pages_are_read_only_and_for_this_machine(app: RefuseOthers) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert ask(app, "/copydesk/", method).status_code == 405
    assert ask(app, "/copydesk/", host="evil.example").status_code == 400
    assert ask(app, "/copydesk/", origin="http://evil.example").status_code == 403


def test_the_start_leads_to_the_index(app: RefuseOthers) -> None:
    for path in ("/", "/copydesk"):
        assert ask(app, path).headers["location"] == "/copydesk/"
