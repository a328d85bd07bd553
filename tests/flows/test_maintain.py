"""The flows that keep a lake in order, on a real Prefect server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.deliveries import FIRST, list_days, run_day, write_day, write_sources

from tasks.lakes.lake import Lake, open_lake
from tasks.learned.versions import find_learned

pytestmark = pytest.mark.prefect


@pytest.fixture
def lake(tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake of four versions, what a stopped run left, and a setting that keeps two."""
    settings = write_sources(tmp_path)
    for number in range(4):
        write_day(tmp_path, FIRST + timedelta(number), count=3)
    for day in list_days(settings, 4, "gazette"):
        run_day(day.batch, settings)
    (open_lake(settings.lake).staging / "gazette@2026-01-01").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYDESK_KEEP_VERSIONS", "2")
    return open_lake(settings.lake)


@pytest.fixture
def far_lake(object_store: str, tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake of four versions in a bucket, seen from a machine that made none of them, and a setting that keeps two."""
    address = f"{object_store}/{tmp_path.name}/lake"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "theirs"))
    settings = write_sources(tmp_path).model_copy(update={"lake": address})
    for number in range(4):
        write_day(tmp_path, FIRST + timedelta(number), count=6)
    for day in list_days(settings, 4, "gazette"):
        run_day(day.batch, settings)
    monkeypatch.setenv("COPYDESK_WORK", str(tmp_path / "ours"))
    monkeypatch.setenv("COPYDESK_KEEP_VERSIONS", "2")
    return open_lake(address)


def kept(lake: Lake) -> list[int]:
    return [made.version for made in lake.versions() if made.kept]


@pytest.mark.slow
def test_a_lake_is_checked_and_old_versions_are_removed(lake: Lake) -> None:
    from flows.maintain import maintain

    assert kept(lake) == [1, 2, 3, 4]
    state: Any = maintain(learn_templates=False, return_state=True)
    assert state.is_completed()
    assert state.message == "all is as its receipts say; removed 2 old versions and 1 left-over of stopped runs"
    assert kept(lake) == [3, 4]


@pytest.mark.slow
def test_a_lake_in_a_bucket_is_kept_in_order_as_one_on_a_disk(far_lake: Lake) -> None:
    from flows.maintain import maintain

    state: Any = maintain(lake=far_lake.name, return_state=True)
    assert state.is_completed()
    version = find_learned(far_lake, "latest")
    assert version is not None
    assert state.message == (
        f"all is as its receipts say; learned {version.version}: 0 lines of 0 publishers; "
        "removed 2 old versions and 0 left-overs of stopped runs"
    )
    assert kept(far_lake) == [3, 4]
    state = maintain(learn_templates=False, partitions="day", lake=far_lake.name, return_state=True)
    assert state.is_failed()
    assert "ingest into a new lake in the bucket, with COPYDESK_PARTITION=day" in state.message


def test_a_missing_bucket_is_reported_in_one_line(object_store: str, prefect_server: None) -> None:
    from flows.maintain import maintain

    state: Any = maintain(lake="s3://nobody/lake", return_state=True)
    assert state.is_failed()
    assert state.message.endswith("there is no such bucket; make it first or name another --lake")


@pytest.mark.slow
def test_nothing_is_removed_while_something_is_wrong(lake: Lake) -> None:
    from flows.maintain import maintain

    file = next((lake.store.path / "documents").rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    state: Any = maintain(return_state=True)
    assert state.is_failed()
    assert state.message.startswith("1 fault in the lake; nothing learned")
    assert state.message.endswith("nothing removed, as a roll-back may be needed")
    assert kept(lake) == [1, 2, 3, 4]


@pytest.mark.slow
def test_the_pages_of_runs_are_written_again(lake: Lake, tmp_path: Path) -> None:
    from flows.maintain import report

    state: Any = report(source="gazette", target=str(tmp_path / "pages"), return_state=True)
    assert (state.is_completed(), state.message) == (True, f"4 pages, from {tmp_path / 'pages' / 'index.html'}")
    assert len(list((tmp_path / "pages").rglob("*.html"))) >= 4


@pytest.mark.parametrize("flow", ["maintain", "report"])
def test_without_a_lake_the_flow_fails_with_a_message(
    flow: str, tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.maintain import maintain, report

    monkeypatch.chdir(tmp_path)
    state: Any = {"maintain": maintain, "report": report}[flow](return_state=True)  # type: ignore[operator]
    assert state.is_failed()
    assert state.message.endswith("Ingest something first.")


def test_every_part_of_it_is_a_task_of_its_own() -> None:
    from flows import maintain

    parts = (
        maintain.find_faults,
        maintain.learn_templates_of,
        maintain.find_older,
        maintain.change_partitions,
        maintain.remove_leftovers,
    )
    assert [getattr(part, "name", None) for part in parts] == [
        "check-lake",
        "learn-templates",
        "link-copies",
        "move-partitions",
        "clear-away",
    ]
