"""The database of `make ui`: PostgreSQL where its programs are, SQLite with the reason otherwise."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError

import pytest
from builders.local_prefect import LocalPrefect, find_processes, make_team_folder, start_ui

from flows.orchestration import database
from flows.orchestration.database import Postgres, await_postgres, choose_database, find_programs, prepare_postgres
from tasks.errors import RequestError, RunFailed

needs_postgres = pytest.mark.skipif(not any(find_programs()), reason="the programs of PostgreSQL are not here")


def hide_programs(monkeypatch: pytest.MonkeyPatch, *found: tuple[int, Path]) -> None:
    """Has only these programs found."""
    monkeypatch.setattr(database, "find_programs", lambda: iter(found))


def write_program(folder: Path, name: str, script: str) -> Path:
    """A program that runs a script of the shell; its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


def test_without_its_programs_runs_are_recorded_in_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hide_programs(monkeypatch)
    assert choose_database(tmp_path, "auto") is None
    assert capsys.readouterr().out == (
        "runs are recorded in SQLite (PostgreSQL is not installed with its extensions: "
        "apt-get install postgresql, or brew install postgresql)\n"
    )
    with pytest.raises(RequestError, match="COPYDESK_DATABASE is 'postgres': PostgreSQL is not installed with"):
        choose_database(tmp_path, "postgres")


def test_a_folder_keeps_the_database_it_began_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide_programs(monkeypatch, (18, tmp_path))
    (tmp_path / "prefect.db").touch()
    made, why = prepare_postgres(tmp_path)
    assert made is None
    assert why.startswith("the runs so far are recorded in SQLite; remove ")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    made, why = prepare_postgres(tmp_path)
    assert (made, why.partition(":")[0]) == (
        None,
        "PostgreSQL 15, which the runs so far are recorded with, is not installed with its extensions",
    )


def test_data_that_cannot_be_created_is_a_reason_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = write_program(tmp_path / "bin", "initdb", "echo one >&2; echo the disk is full >&2; exit 1")
    hide_programs(monkeypatch, (18, broken))
    monkeypatch.setattr(database, "choose_account", lambda: ((), ""))
    made, why = prepare_postgres(tmp_path / "home")
    assert (made, why) == (None, "PostgreSQL cannot keep its data here (the disk is full)")
    assert not (tmp_path / "home" / "postgres").exists()


def test_programs_without_the_extension_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initdb", "postgres"):
        write_program(tmp_path / "bin", name, "echo 'postgres (PostgreSQL) 99.1'")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    assert 99 not in dict(find_programs())
    (tmp_path / "share" / "extension").mkdir(parents=True)
    (tmp_path / "share" / "extension" / "pg_trgm.control").touch()
    assert dict(find_programs())[99] == tmp_path / "bin"


def test_one_that_ends_at_once_is_an_error(tmp_path: Path) -> None:
    with subprocess.Popen(["false"]) as process:
        process.wait()
    with pytest.raises(RunFailed, match=r"PostgreSQL ended \(exit code 1\). See home/database.log"):
        await_postgres(process, Postgres(tmp_path, tmp_path / "home" / "postgres", tmp_path))


def test_the_data_of_earlier_runs_stays_where_it_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_programs(monkeypatch, (18, tmp_path))
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    monkeypatch.setattr(database, "choose_account", lambda: (("true",), "no-such-account"))
    made, why = prepare_postgres(tmp_path)
    assert made is None
    assert why.startswith("PostgreSQL cannot keep its data here")
    assert (tmp_path / "postgres" / "PG_VERSION").exists()


def test_data_whose_creation_was_interrupted_is_created_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = write_program(tmp_path / "bin", "initdb", 'echo 18 > "$2/PG_VERSION"')
    hide_programs(monkeypatch, (18, programs))
    monkeypatch.setattr(database, "choose_account", lambda: ((), ""))

    def interrupt(*_: object, **__: object) -> None:
        (tmp_path / "home" / "postgres.next" / "PG_VERSION").write_text("18\n")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare_postgres(tmp_path / "home")
    assert not (tmp_path / "home" / "postgres").exists()
    assert prepare_postgres(tmp_path / "home")[0]
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["postgres"]


@needs_postgres
@pytest.mark.slow
def test_it_is_ready_keeps_its_data_and_listens_on_no_port(tmp_path: Path) -> None:
    import asyncpg

    async def ask(postgres: Postgres, *questions: str) -> object:
        connection = await asyncpg.connect(user="prefect", database="postgres", host=str(postgres.socket))
        try:
            return [await connection.fetchval(question) for question in questions][-1]
        finally:
            await connection.close()

    for questions in (("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SHOW listen_addresses"), ()):
        postgres, why = prepare_postgres(tmp_path)
        assert postgres, why
        with subprocess.Popen(postgres.command, cwd="/", start_new_session=True, stderr=subprocess.DEVNULL) as process:
            try:
                await_postgres(process, postgres)
                if questions:
                    assert asyncio.run(ask(postgres, *questions)) == ""
                else:
                    assert asyncio.run(ask(postgres, "SELECT n FROM kept")) == 7
            finally:
                os.killpg(process.pid, signal.SIGKILL if questions else signal.SIGTERM)
    assert (postgres.data.stat().st_mode & 0o777, postgres.socket.stat().st_mode & 0o777) == (0o700, 0o700)


@needs_postgres
@pytest.mark.slow
def test_a_killed_database_is_started_again_and_ends_with_a_killed_ui(project: Path, tmp_path: Path) -> None:
    make_team_folder(project, tmp_path)
    with start_ui(tmp_path) as prefect:
        assert "runs are recorded in PostgreSQL" in prefect.output
        lock = tmp_path / ".prefect" / "running" / "database"
        first = int(lock.read_text())
        os.killpg(first, signal.SIGKILL)
        await_true(lambda: lock.read_text() not in ("", str(first)))
        await_true(lambda: answers(prefect))
        assert {"backfill", "maintain"} <= {found["name"] for found in prefect.ask("/deployments/filter", {})}
        prefect.process.kill()
        await_true(lambda: find_processes(str(tmp_path)) == [])


def answers(prefect: LocalPrefect) -> bool:
    """Whether the server reads from its database."""
    try:
        return bool(prefect.ask("/deployments/filter", {}))
    except HTTPError as error:
        error.close()
        return False


def await_true(is_so: Callable[[], bool], seconds: float = 300) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        threading.Event().wait(0.2)
