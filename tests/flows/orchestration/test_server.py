"""The server of `make ui` on SQLite: transactions that read and then write take turns, and none is rejected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.orchestration.server import Turns

Begin = Callable[[Any], AbstractAsyncContextManager[Any]]
TASKS = 12

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[tuple[Any, Any]]:
    """Prefect's own configuration of an SQLite file, and its engine."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine = await database.engine()
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE rows (n INTEGER)"))
    yield database, engine
    await engine.dispose()


async def add_row(database: Any, engine: Any, begin: Begin) -> None:
    """Reads, lets others run, and writes what it has read plus one."""
    async with await database.session(engine) as session, begin(session):
        count = (await session.execute(text("SELECT count(*) FROM rows"))).scalar_one()
        await asyncio.sleep(0.01)
        await session.execute(text(f"INSERT INTO rows VALUES ({count + 1})"))


def add_rows(folder: Path, choose: Callable[[Any], Begin]) -> list[int]:
    """The rows after tasks have added one each at the same time."""

    async def add() -> list[int]:
        async with open_database(folder) as (database, engine):
            await asyncio.gather(*(add_row(database, engine, choose(database)) for _ in range(TASKS)))
            async with await database.session(engine) as session:
                return list((await session.execute(text("SELECT n FROM rows ORDER BY n"))).scalars())

    return asyncio.run(add())


def test_transactions_take_turns_and_each_sees_the_one_before(tmp_path: Path) -> None:
    turns = Turns()
    assert add_rows(tmp_path, lambda _: turns.begin) == list(range(1, TASKS + 1))


def test_without_turns_some_are_rejected(tmp_path: Path) -> None:
    """What turns are for: should Prefect do without them, they can go."""
    with pytest.raises(OperationalError, match="database is locked"):
        add_rows(tmp_path, lambda database: database.begin_transaction)


def test_a_transaction_that_fails_gives_its_turn_away(tmp_path: Path) -> None:
    turns = Turns()

    async def fail(database: Any, engine: Any) -> None:
        async with await database.session(engine) as session, turns.begin(session):
            await session.execute(text("INSERT INTO rows VALUES (7)"))
            raise ValueError("wrong")

    async def fail_then_add() -> int:
        async with open_database(tmp_path) as (database, engine):
            with pytest.raises(ValueError, match="wrong"):
                await fail(database, engine)
            await add_row(database, engine, turns.begin)
            async with await database.session(engine) as session:
                return int((await session.execute(text("SELECT sum(n) FROM rows"))).scalar_one())

    assert asyncio.run(fail_then_add()) == 1


def test_a_transaction_within_one_of_the_same_task_does_not_wait_for_itself(tmp_path: Path) -> None:
    turns = Turns()

    async def nest() -> int:
        async with (
            open_database(tmp_path) as (database, engine),
            await database.session(engine) as outer,
            turns.begin(outer),
            await database.session(engine) as inner,
            turns.begin(inner),
        ):
            return int((await inner.execute(text("SELECT count(*) FROM rows"))).scalar_one())

    assert asyncio.run(nest()) == 0
