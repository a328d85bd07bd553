"""The server of `make ui` retries what SQLite rejected, and waits a second for a lock; all else passes through unchanged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from flows.orchestration.server import RetryBusy, shorten_timeout

POST = {"type": "http", "method": "POST", "path": "/api/flow_runs/"}
BODY = [
    {"type": "http.request", "body": b"one ", "more_body": True},
    {"type": "http.request", "body": b"two", "more_body": False},
]
GONE = {"type": "http.disconnect"}


class Application:
    """Answers with one status after another; keeps what it was sent."""

    def __init__(self, statuses: Iterable[int], *, raises: bool = False) -> None:
        self.statuses, self.raises = iter(statuses), raises
        self.bodies: list[bytes] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert "path_params" not in scope, "left there by the try before"
        scope["path_params"] = {}
        messages = [await receive()]
        while messages[-1]["more_body"]:
            messages.append(await receive())
        self.bodies.append(b"".join(message["body"] for message in messages))
        assert await receive() == GONE
        status = next(self.statuses)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": str(status).encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if self.raises and status >= 500:
            raise RuntimeError(f"answered {status}")


def ask(application: Any, scope: dict[str, Any] = POST, waits: tuple[float, ...] = (0, 0)) -> list[dict[str, Any]]:
    """What goes out when a request comes in."""
    sent: list[dict[str, Any]] = []
    coming = iter(BODY)

    async def receive() -> dict[str, Any]:
        return next(coming, GONE)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(RetryBusy(application, waits)(dict(scope), receive, send))  # type: ignore[arg-type]
    return sent


def read_statuses(sent: list[dict[str, Any]]) -> list[int]:
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


def test_a_busy_answer_is_retried_with_the_same_body() -> None:
    application = Application([503, 503, 201])
    sent = ask(application)
    assert read_statuses(sent) == [201]
    assert [message["body"] for message in sent[1:]] == [b"201", b""]
    assert application.bodies == [b"one two"] * 3


def test_an_error_raised_with_a_busy_answer_is_not_raised_again() -> None:
    assert read_statuses(ask(Application([503, 200], raises=True))) == [200]


def test_the_last_busy_answer_is_sent() -> None:
    application = Application([503, 503, 503])
    assert read_statuses(ask(application)) == [503]
    assert len(application.bodies) == 3


@pytest.mark.parametrize("status", [200, 404, 409, 500])
def test_any_other_answer_is_not_retried(status: int) -> None:
    application = Application([status])
    assert read_statuses(ask(application)) == [status]
    assert len(application.bodies) == 1


def test_another_error_is_raised() -> None:
    with pytest.raises(RuntimeError, match="answered 500"):
        ask(Application([500], raises=True))


def test_other_writes_wait_while_a_rejected_one_is_retried() -> None:
    started: list[str] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        started.append(scope["path"])
        status = 503 if started in (["form"], ["form", "form"]) else 200
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def receive() -> dict[str, Any]:
        return BODY[-1]

    async def send(message: dict[str, Any]) -> None:
        assert message["status"] == 200

    async def ask_both() -> None:
        retrying = RetryBusy(application, (0.01, 0.01))  # type: ignore[arg-type]
        form = asyncio.create_task(retrying({**POST, "path": "form"}, receive, send))  # type: ignore[arg-type]
        while not started:
            await asyncio.sleep(0)
        await asyncio.gather(form, retrying({**POST, "path": "write"}, receive, send))  # type: ignore[arg-type]

    asyncio.run(ask_both())
    assert started == ["form", "form", "form", "write"]


def test_a_websocket_passes_through() -> None:
    async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "heard": await receive()})

    assert ask(echo, {"type": "websocket"}) == [{"type": "websocket.accept", "heard": BODY[0]}]


def test_a_connection_waits_a_second_for_a_lock(tmp_path: Path) -> None:
    async def ask_twice() -> list[int]:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/prefect.db")
        event.listen(
            engine.sync_engine,
            "connect",
            lambda connection, _: connection.cursor().execute("PRAGMA busy_timeout = 60000"),
        )
        event.listen(engine.sync_engine.pool, "checkout", shorten_timeout)
        found = []
        for _ in range(2):
            async with engine.connect() as connection:
                found.append((await connection.execute(text("PRAGMA busy_timeout"))).scalar_one())
        await engine.dispose()
        return found

    assert asyncio.run(ask_twice()) == [1_000, 1_000]
