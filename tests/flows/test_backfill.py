"""The backfill on a real Prefect server and on the command line: plan, results, what is left to do, messages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.deliveries import FIRST, write_day, write_sources
from builders.lakes import hash_lake

from flows.batches.run import Batch, BatchResult
from flows.days.plan import tabulate_results
from flows.errors import BatchBusy
from tasks.batch import Source
from tasks.formats.remote import AddressError
from tasks.lakes.lake import open_lake
from tasks.reading.plan import PlanError
from tasks.stores.errors import LakeError, LakeSilent

pytestmark = pytest.mark.slow

LAST = FIRST + timedelta(3)
BAD = FIRST + timedelta(1)
GOOD = {"count": 20}
BROKEN = {"count": 20, "published_at": "2031-01-01"}


def write_days(folder: Path) -> None:
    """Three days, the second of which the audit blocks; nothing on the fourth."""
    write_sources(folder)
    for number in range(3):
        write_day(folder, FIRST + timedelta(number), **(BROKEN if number == 1 else {}))  # type: ignore[arg-type]


def copydesk(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PREFECT_HOME": str(cwd / ".prefect"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", "backfill", "--from", str(FIRST), "--to", str(LAST), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder whose days were run by `copydesk backfill`, and its output."""
    folder = tmp_path_factory.mktemp("here")
    write_days(folder)
    return folder, copydesk("gazette", cwd=folder)


@pytest.fixture(scope="module")
def flowed(tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> tuple[Path, Any]:
    """The same by the flow, and the state it ended in."""
    folder = tmp_path_factory.mktemp("flow")
    write_days(folder)
    return folder, run_flow(folder)


def run_flow(folder: Path, start: date = FIRST, end: date = LAST, **parameters: Any) -> Any:
    from flows.backfill import backfill

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return backfill(start, end, sources=["gazette"], return_state=True, **parameters)


def read_artifacts(state: Any) -> dict[str, Any]:
    """The artifacts of a run by their keys."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    own = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return {found.key: found for found in client.read_artifacts(artifact_filter=own)}


def test_one_bad_day_does_not_stop_the_others(filled: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = filled
    assert done.returncode == 1
    assert "3 of 4 days to run (3 missing, 1 no files)" in done.stdout
    assert "3 days: 1 blocked, 2 published" in done.stdout
    assert done.stderr.startswith(
        f"error: 1 of 3 days failed: gazette {BAD}: the audit blocked it: published_in_future"
    )
    lake = open_lake(folder / "lake")
    assert len(lake.receipts("gazette")) == 2
    # Oldest first: a day is compared with those before it.
    assert [made.batch for made in lake.versions()] == [("gazette", FIRST), ("gazette", FIRST + timedelta(2))]


@pytest.mark.prefect
def test_the_flow_gives_the_same_lake_and_message(filled: tuple[Path, Any], flowed: tuple[Path, Any]) -> None:
    folder, state = flowed
    assert hash_lake(folder / "lake") == hash_lake(filled[0] / "lake")
    assert state.is_failed()
    assert filled[1].stderr == f"error: {state.message}\n"


def test_a_blocked_day_has_published_nothing_and_its_row_adds_up() -> None:
    counts = {"records": 6, "published": 3, "duplicates": 1, "quarantined": 2}
    result = BatchResult(Batch(Source("gazette", "in"), BAD, Path()), "blocked", counts, blocked_by=("no_documents",))
    (row,) = tabulate_results([result])
    numbers = {name: int(row[name]) for name in ("published", "blocked", "duplicates", "quarantined")}
    assert numbers == {"published": 0, "blocked": 3, "duplicates": 1, "quarantined": 2}
    assert sum(numbers.values()) == int(row["records"])
    assert "would_publish=3" in result.summary


@pytest.mark.prefect
def test_plan_days_and_progress_are_artifacts(flowed: tuple[Path, Any]) -> None:
    found = read_artifacts(flowed[1])
    plan, days = (json.loads(found[key].data) for key in ("backfill-plan", "backfill-days"))
    assert [row["state"] for row in plan] == ["missing", "missing", "missing", "no files"]
    assert [row["state"] for row in days] == ["blocked", "published", "published"]
    assert found["backfill-plan"].description == "3 of 4 days to run: 3 missing, 1 no files"
    assert found["backfill-progress"].data == 100.0


@pytest.mark.prefect
def test_the_same_range_again_does_what_is_left(flowed: tuple[Path, Any]) -> None:
    folder, _ = flowed
    again = run_flow(folder)
    (row,) = json.loads(read_artifacts(again)["backfill-days"].data)
    assert (row["date"], row["state"]) == (str(BAD), "blocked")
    write_day(folder, BAD, **GOOD)
    assert run_flow(folder).message == "1 day: 1 published"
    version = open_lake(folder / "lake").version()
    done = run_flow(folder, on_existing="stale")
    assert (done.is_completed(), done.message) == (True, "Nothing to do. 0 of 4 days to run: 3 fine, 1 no files")
    assert run_flow(folder, on_existing="replace").message == "3 days: 3 unchanged"
    assert open_lake(folder / "lake").version() == version


@pytest.mark.prefect
def test_a_dry_run_publishes_nothing(tmp_path: Path, prefect_server: None) -> None:
    write_days(tmp_path)
    state = run_flow(tmp_path, dry_run=True)
    assert state.message.partition(". Plan: ")[0] == "Dry run. 3 of 4 days to run: 3 missing, 1 no files"
    assert "backfill-plan" in read_artifacts(state)
    assert not (tmp_path / "lake").exists()


@pytest.mark.prefect
def test_a_wrong_range_is_reported_in_one_line(tmp_path: Path, prefect_server: None) -> None:
    write_days(tmp_path)
    state = run_flow(tmp_path, LAST, FIRST)
    assert state.is_failed()
    assert state.message == f"the end {FIRST} lies before the start {LAST}. Give the earlier day first."


def test_a_range_that_is_done_is_no_work(filled: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = filled
    version = open_lake(folder / "lake").version()
    done = copydesk("gazette", "--dry-run", "--on-existing", "stale", cwd=folder)
    assert done.returncode == 0
    assert "1 of 4 days to run (1 failed, 2 fine, 1 no files)" in done.stdout
    assert open_lake(folder / "lake").version() == version


def test_the_form_has_choices_dates_and_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.backfill import backfill

    write_sources(tmp_path)
    monkeypatch.chdir(tmp_path)
    fields = parameter_schema(backfill.fn).properties
    assert fields["start_date"]["format"] == fields["end_date"]["format"] == "date"
    assert fields["sources"]["items"]["enum"] == ["gazette", "drop"]
    assert fields["on_existing"]["enum"] == ["skip", "stale", "replace"]
    assert (fields["max_parallel_days"]["minimum"], fields["max_parallel_days"]["maximum"]) == (1, 8)
    assert all(field.get("description") for field in fields.values())


SCHEDULED = [
    ("2026-10-02T01:15:00+00:00", {}, "2026-10-02"),
    ("2026-10-02T01:15:00+00:00", {"days_back": 1}, "2026-10-01"),
    # Half past midnight in Tokyo is the day before in UTC.
    ("2026-10-01T15:30:00+00:00", {"days_back": 1, "time_zone": "Asia/Tokyo"}, "2026-10-01"),
    ("2026-10-02T03:30:00+00:00", {"days_back": 1, "time_zone": "America/New_York"}, "2026-09-30"),
    ("2026-10-02T01:15:00+00:00", {"logical_date": "2026-07-14", "days_back": 1}, "2026-07-14"),
]


@pytest.mark.parametrize(("due", "given", "day"), SCHEDULED, ids=["due", "day before", "east", "west", "given"])
def test_a_run_has_the_logical_date_of_its_schedule(due: str, given: dict[str, Any], day: str) -> None:
    from flows.ingest import find_logical_date

    assert find_logical_date(given, datetime.fromisoformat(due)) == date.fromisoformat(day)


def test_an_unknown_time_zone_is_reported_in_one_line() -> None:
    from flows.ingest import find_logical_date
    from tasks.errors import RequestError

    with pytest.raises(RequestError, match="'Mars/Base' is no time zone"):
        find_logical_date({"time_zone": "Mars/Base"}, datetime.now(UTC))


RETRIES = [
    (BatchBusy("busy"), True),
    (ConnectionResetError("gone"), True),
    (OSError("disk"), True),
    (AddressError("the address does not answer"), True),
    (LakeSilent("the store does not answer"), True),
    (LakeError("a lake that is not right"), False),
    (FileNotFoundError("in"), False),
    (PlanError("no files"), False),
    (ValueError("data"), False),
]


@pytest.mark.parametrize(("error", "helps"), RETRIES, ids=[type(row[0]).__name__ for row in RETRIES])
def test_temporary_errors_are_retried(error: Exception, helps: bool) -> None:
    from prefect.states import Failed

    from flows.orchestration.retries import can_retry_help

    assert can_retry_help(None, None, Failed(data=error)) is helps  # type: ignore[arg-type]
