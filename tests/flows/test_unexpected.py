"""An error that no step expects is one line, its traceback is in a file, and the other sources of the run are published."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.lakes import ask, make_test_run

from flows.batches import ingest as steps
from flows.batches.ingest import ingest_batches
from flows.batches.run import Batch, BatchResult
from flows.errors import UnexpectedError
from flows.unexpected import explain_error
from tasks.batch import Source
from tasks.errors import RequestError, RunFailed
from tasks.reading.listing import Listing

pytestmark = pytest.mark.slow

DAY = date(2026, 10, 5)
ARTICLE = "The last ferry of the season left the harbour at six in the evening, an hour later than planned, said the"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two sources of one article each."""
    monkeypatch.chdir(tmp_path)
    for name in ("good", "odd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"{name.title()} ferry leaves the harbour\n\n{ARTICLE} {name}.")
    return tmp_path


def break_odd_source(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Makes the listing of the source `odd` fail."""
    find = steps.find_files

    def fail(source: Source, day: date, root: Path, follow_links: bool = False) -> Listing:
        if source.name == "odd":
            raise error
        return find(source, day, root, follow_links)

    monkeypatch.setattr(steps, "find_files", fail)


@pytest.mark.parametrize("error", [KeyError("\x1b[31mtext"), OSError(errno.EIO, "Input/output error"), MemoryError()])
def test_other_sources_are_published(here: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    break_odd_source(monkeypatch, error)
    results: list[BatchResult | Exception] = []
    batches = [Batch(Source(name, name), DAY, here) for name in ("odd", "good")]
    ingest_batches(batches, make_test_run(here / "lake"), results.append)
    failed, published = results
    assert isinstance(failed, UnexpectedError)
    assert str(failed).startswith(f"odd 2026-10-05: unexpected {type(error).__name__}")
    assert isinstance(published, BatchResult)
    assert ask(here / "lake", "SELECT count(*) FROM 'LAKE/documents/**/*.parquet'") == [(1,)]


def test_the_command_prints_a_line_and_names_the_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    break_odd_source(monkeypatch, ZeroDivisionError("odd"))
    assert run_copydesk("ingest", "odd", "good", "--date", DAY, "--lake", "lake") == 1
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line]
    (log,) = (here / ".copydesk" / "errors").iterdir()
    assert line.startswith("error: odd 2026-10-05: unexpected ZeroDivisionError: odd.")
    assert str(log) in line
    assert "Traceback" in log.read_text()


def test_an_error_has_one_file_however_often_it_happens(here: Path) -> None:
    for _ in range(3):
        try:
            {}["key"]  # type: ignore[index]
        except KeyError as error:
            explain_error(error)
    assert len(list((here / ".copydesk" / "errors").iterdir())) == 1


def test_errors_that_say_enough_have_no_traceback(here: Path) -> None:
    wrong = RequestError("wrong")
    assert explain_error(wrong) is wrong
    refused = explain_error(PermissionError(errno.EACCES, "Permission denied", "/lake/x"), "wire 2026-10-05")
    assert isinstance(refused, RunFailed)
    assert str(refused) == "wire 2026-10-05: cannot read or write /lake/x: Permission denied"
    assert not (here / ".copydesk").exists()


def test_a_work_folder_that_cannot_be_written_is_replaced(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / ".copydesk").write_text("a file")
    monkeypatch.setattr("flows.unexpected.gettempdir", lambda: str(here / "temporary"))
    assert str(here / "temporary" / "copydesk-errors" / "KeyError-") in str(explain_error(KeyError("x")))


READERS = ("quarantine", "show a.txt", "versions", "files", "sources", "learned", "report")
WRITERS = ("learn", "repartition --by day", "rollback 1", "diff good", f"ingest good --date {DAY} --force")


def test_no_command_ends_in_a_traceback_on_a_lake_of_others(here: Path) -> None:
    """As a user who owns nothing, in a process that has imported everything before."""
    assert run_copydesk("ingest", "good", "--date", DAY, "--lake", "lake") == 0
    code = (
        "import os, sys\n"
        "from builders.command_line import run_copydesk\n"
        "assert run_copydesk('report', '--lake', 'lake') == run_copydesk('diff', 'good', '--lake', 'lake') == 0\n"
        "os.setuid(65_534) if not os.getuid() else None\n"
        "for command in sys.argv[1:]:\n"
        "    print('>', command, run_copydesk(*command.split(), '--lake', 'lake'), flush=True)\n"
    )
    for path in (here, here / ".lake-store", *here.parents[:3]):
        path.chmod(0o755)
    run = subprocess.run(
        [sys.executable, "-c", code, *READERS, *WRITERS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in run.stdout + run.stderr
    codes = {line[2:-2]: int(line[-1]) for line in run.stdout.splitlines() if line.startswith("> ")}
    assert codes.keys() == {*READERS, *WRITERS}, run.stderr
    assert {codes[name] for name in WRITERS} == {1}, run.stdout + run.stderr


SOURCES = """
[[source]]
name = "good"
path = "good"

[[source]]
name = "odd"
path = "odd"
fields = {text = 5}

[[source]]
path = "no-name"
"""
WRONG_ROWS = ["sources.toml, row 2 (odd): fields.text must be text", "sources.toml, row 3: key 'name' is missing"]


def test_a_wrong_row_is_the_failure_of_its_source(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "sources.toml").write_text(SOURCES)
    assert run_copydesk("ingest", "--date", DAY, "--lake", "lake") == 2
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(f"error: {said}" in line for said, line in zip(WRONG_ROWS, lines, strict=True))
    assert ask(here / "lake", "SELECT DISTINCT source FROM 'LAKE/documents/**/*.parquet'") == [("good",)]
    assert run_copydesk("ingest", "good", "--date", DAY, "--lake", "lake") == 0
    assert run_copydesk("ingest", "odd", "--date", DAY, "--lake", "lake") == 2
    assert run_copydesk("sources", "--lake", "lake") == 2


def test_a_wrong_row_is_a_failed_day_of_a_backfill(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "sources.toml").write_text(SOURCES)
    days = ("--from", DAY, "--to", DAY, "--lake", "lake")
    assert run_copydesk("backfill", *days, "--dry-run") == 0
    assert "2 of 2 days to run (2 failed)" in capfd.readouterr().out
    assert run_copydesk("backfill", "good", *days) == 0


@pytest.mark.prefect
def test_the_flow_publishes_the_other_sources(
    here: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None
) -> None:
    from flows.ingest import ingest

    break_odd_source(monkeypatch, KeyError("odd"))
    with pytest.raises(UnexpectedError, match="odd 2026-10-05: unexpected KeyError: 'odd'"):
        ingest(what=["odd", "good"], logical_date=DAY, lake="lake")
    assert ask(here / "lake", "SELECT DISTINCT source FROM 'LAKE/documents/**/*.parquet'") == [("good",)]


@pytest.mark.prefect
def test_a_flow_fails_in_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None, capfd: pytest.CaptureFixture[str]
) -> None:
    from flows.maintain import maintain

    monkeypatch.setenv("COPYDESK_WORKERS", "many")
    state = maintain(lake="lake", return_state=True)
    assert state.is_failed()
    assert str(state.message).startswith("COPYDESK_WORKERS is 'many'")
    assert "Traceback" not in capfd.readouterr().err
