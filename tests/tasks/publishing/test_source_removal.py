"""Sources that are removed or renamed, on a disk and in a bucket: every other row stays, the sums close, rollback works."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders.staged_shards import Doc, publish_docs

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake, scan_table
from tasks.publishing.publish import roll_back
from tasks.publishing.source_removal import count_source_rows, find_extent, remove_batches
from tasks.publishing.source_renaming import rename_batches
from tasks.schema import TABLES
from tasks.stores.manifest import HIDDEN

DAYS = [date(2026, 9, 30), date(2026, 10, 1)]
# Two sources with a story in common; the second day of each repeats a document of the first.
STORY = Doc(7, paragraphs=(1, 2, 3))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake on a disk, where nothing is yet."""
    return open_lake(tmp_path / "lake")


def fill(lake: Lake, folder: Path, *sources: str, partition: str = "month") -> None:
    """Publishes two days of sources."""
    for number, source in enumerate(sources):
        for day in DAYS:
            docs = [Doc(1), STORY, Doc(100 * (number + 1) + day.day, paragraphs=(1, 2, 3))]
            stopped = ["bad.txt"] if day == DAYS[1] else []
            publish_docs(
                lake, folder / f"{source}-{day}", docs, source=source, day=day, stopped=stopped, partition=partition
            )


def read_all(lake: Lake) -> dict[str, list[str]]:
    """Every row of every table."""
    seen = lake.manifest()
    return {table: sorted(map(repr, scan_table(lake, seen, table).collect().rows())) for table in (*TABLES, *HIDDEN)}


def test_a_removed_source_leaves_the_lake_as_if_it_had_never_come(any_lake: Lake, tmp_path: Path) -> None:
    fill(any_lake, tmp_path / "staged", "other")
    before = read_all(any_lake)
    fill(any_lake, tmp_path / "staged", "agency")
    full = read_all(any_lake)
    extent = find_extent(any_lake, any_lake.manifest(), "agency")
    assert count_source_rows(any_lake, any_lake.manifest(), extent) == {
        "batches": 2,
        "documents": 4,
        "lines": len([row for row in full["lines"] if "'agency'" in row]),
        "shadowed": 2,
        "duplicates": 2,
        "quarantine": 1,
        "stories": 3,
    }
    assert remove_batches(any_lake, "agency") == 5
    assert read_all(any_lake) == before
    assert check_lake(any_lake, tmp_path) == []
    for attempt in (lambda: remove_batches(any_lake, "agency"), lambda: rename_batches(any_lake, "agency", "courier")):
        with pytest.raises(RequestError, match="has no batch of agency any more"):
            attempt()
    assert roll_back(any_lake, 4) == 6
    assert read_all(any_lake) == full


@pytest.mark.parametrize("partition", ["month", "day"])
def test_the_last_source_of_a_lake_can_be_removed(tmp_path: Path, lake: Lake, partition: str) -> None:
    fill(lake, tmp_path / "staged", "agency", partition=partition)
    remove_batches(lake, "agency")
    assert not any(rows for table, rows in read_all(lake).items())
    assert check_lake(lake, tmp_path) == []
    publish_docs(lake, tmp_path / "again", [Doc(1)], source="agency")
    assert check_lake(lake, tmp_path) == []


def test_a_renamed_source_is_whole_on_a_disk_and_in_a_bucket(any_lake: Lake, tmp_path: Path) -> None:
    fill(any_lake, tmp_path / "staged", "agency", "other")
    before = read_all(any_lake)
    assert rename_batches(any_lake, "agency", "courier") == (5, True)
    assert check_lake(any_lake, tmp_path) == []
    after = read_all(any_lake)
    assert {table: len(rows) for table, rows in before.items()} == {table: len(rows) for table, rows in after.items()}
    assert [row for row in before["documents"] if "'other'" in row] == [
        row for row in after["documents"] if "'other'" in row
    ]
    # Quarantine without the hash of a text: its batch is to be run again, as its settings say.
    assert not [row for table, rows in after.items() for row in rows if "agency" in row]
    assert roll_back(any_lake, 4) == 6
    assert read_all(any_lake) == before


def test_days_of_both_names_are_refused_and_nothing_changes(tmp_path: Path, lake: Lake) -> None:
    fill(lake, tmp_path / "staged", "agency", "courier")
    with pytest.raises(RequestError, match="both have a batch of 2026-09-30") as refused:
        rename_batches(lake, "agency", "courier")
    assert "\n" not in str(refused.value)
    assert lake.version() == 4


@pytest.mark.parametrize("partition", ["month", "day"])
def test_tables_without_rows_follow_the_first_batch_that_is_left(tmp_path: Path, partition: str) -> None:
    def publish_day(name: str, source: str, day: date) -> Lake:
        lake = open_lake(tmp_path / name)
        publish_docs(lake, tmp_path / f"{name}-{day}", [Doc(day.day)], source=source, day=day, partition=partition)
        return lake

    for source, day in (("early", DAYS[0]), ("late", DAYS[1])):
        lake = publish_day("both", source, day)
    remove_batches(lake, "early")
    alone = publish_day("alone", "late", DAYS[1])
    assert lake.manifest().tables == alone.manifest().tables
