"""Partitions by day: the same rows and files whichever way a lake came to them, and back again."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
from builders.staged_shards import OCTOBER, Doc, publish_docs, read_visible
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import roll_back
from tasks.publishing.repartition import move_partitions
from tasks.stores import disk_store
from tasks.stores.errors import PublishError
from tasks.stores.manifest import DAILY, folder_of

DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 5)]
TIMES = [
    None,
    datetime(2026, 9, 9, 23, 59, tzinfo=UTC),
    datetime(2026, 10, 4, 8, tzinfo=UTC),
    datetime(2026, 10, 5, tzinfo=UTC),
]


def put(lake: Lake, *docs: Doc, day: date = OCTOBER, **options: object) -> int:
    return publish_docs(lake, lake.store.folder.parent / "staging", docs, day=day, **options).version  # type: ignore[arg-type]


def change(lake: Lake, by: str) -> int:
    return move_partitions(lake, by)


DOCS = [Doc(text, f"{text}-{at}", TIMES[at % 4]) for text in range(3) for at in range(4)]
HISTORY = st.lists(
    st.tuples(st.sampled_from(DAYS), st.lists(st.sampled_from(DOCS), unique=True, max_size=5), st.booleans()),
    max_size=5,
)


@pytest.mark.slow
@settings(max_examples=8)
@given(history=HISTORY)
def test_when_a_lake_changes_over_does_not_matter(history: list[tuple[date, list[Doc], bool]]) -> None:
    """A lake by day from the first, one that changes to and fro between batches, one that changes in the end: the same files."""
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk_store, "flush", lambda path: None)
        patch.setattr("os.fsync", lambda handle: None)
        first, between, last = (open_lake(Path(root) / name / "lake") for name in ("first", "between", "last"))
        history = [(OCTOBER, [Doc(99)], False), *history]
        for day, docs, changes in history:
            put(first, *docs, day=day, partition="day")
            put(between, *docs, day=day)
            put(last, *docs, day=day)
            if changes:
                change(between, "day" if between.manifest().by == "month" else "month")
        plain = (read_visible(last), last.manifest().tables)
        for lake in (between, last):
            change(lake, "day")
        assert read_visible(first) == read_visible(between) == read_visible(last)
        assert first.manifest().tables == between.manifest().tables == last.manifest().tables
        assert check_lake(first) == check_lake(between) == []
        change(last, "month")
        assert (read_visible(last), last.manifest().tables) == plain


def test_engines_ask_by_month_and_by_day(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    put(lake, Doc(1, published=TIMES[1]), Doc(2, published=TIMES[2]), Doc(3, published=None), stopped=["bad"])
    assert change(lake, "day") == 2
    assert {file.path.rpartition("/")[0] for file in lake.manifest().tables["documents"]} == {
        "month=2026-09/day=2026-09-09",
        "month=2026-10/day=2026-10-04",
        "month=2026-10/day=2026-10-05",
    }
    assert [file.month for file in lake.manifest().tables["receipts"]] == ["2026-10"]
    question = f"SELECT month, CAST(day AS VARCHAR), count(*) FROM '{lake.store.path}/documents/**/*.parquet' GROUP BY ALL ORDER BY ALL"
    wanted = [("2026-09", "2026-09-09", 1), ("2026-10", "2026-10-04", 1), ("2026-10", "2026-10-05", 1)]
    assert duckdb.sql(question).fetchall() == wanted
    assert pl.scan_parquet(lake.store.path / "documents").filter(month="2026-10").collect().height == 2
    assert (
        ds.dataset(lake.store.path / "documents", partitioning="hive").count_rows(filter=ds.field("month") == "2026-10")
        == 2
    )
    assert roll_back(lake, 1) == 3
    assert lake.manifest().by == "month"
    assert check_lake(lake) == []


def test_a_batch_of_a_day_writes_its_day_alone(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    put(lake, *(Doc(at, published=None) for at in range(9)), day=DAYS[1], partition="day")
    before = lake.manifest()
    put(lake, Doc(100, published=None), day=DAYS[2])
    after = lake.manifest()
    assert after.by == "day"
    for table in DAILY - {"shadowed", "shadowed_lines", "stories", "links"}:
        assert after.changed[table] == (DAYS[2].isoformat(),)
        assert set(before.tables[table]) < set(after.tables[table])


@pytest.mark.slow
def test_a_lake_in_a_bucket_is_by_day_from_the_first(object_store: str, tmp_path: Path) -> None:
    here, there = (
        open_lake(tmp_path / "lake"),
        open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work"),
    )
    for lake in (here, there):
        publish_docs(lake, tmp_path / "staging", DOCS[:6], partition="day")
    assert here.manifest().tables == there.manifest().tables
    assert check_lake(there) == []
    with pytest.raises(RequestError, match="ingest into a new lake in the bucket, with COPYDESK_PARTITION=month"):
        change(there, "month")


ENGINES: dict[str, Callable[[Path], object]] = {
    "duckdb": lambda folder: duckdb.sql(
        f"SELECT month, count(*) FROM '{folder}/**/*.parquet' GROUP BY month"
    ).fetchall(),
    "polars": lambda folder: pl.scan_parquet(folder).select("month").collect(),
}


@pytest.mark.parametrize("read", ENGINES.values(), ids=ENGINES)
def test_engines_do_not_read_months_and_days_side_by_side(read: Callable[[Path], object], tmp_path: Path) -> None:
    """Why a lake in a bucket, where no object ever goes, keeps its partitions. Should this fail one day, it need not."""
    for folder, rows in (
        ("month=2026-10", 0),
        ("month=2026-10/day=2026-10-04", 2),
        ("month=2026-10/day=2026-10-05", 1),
    ):
        (tmp_path / folder).mkdir()
        pl.DataFrame({"doc_id": ["x"] * rows}, schema={"doc_id": pl.String}).write_parquet(
            tmp_path / folder / "part-0.parquet"
        )
    with pytest.raises((duckdb.Error, pl.exceptions.PolarsError)):
        read(tmp_path)
    (tmp_path / "month=2026-10" / "part-0.parquet").unlink()
    read(tmp_path)


def test_where_there_is_nothing_nothing_changes(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no lake here yet"):
        change(open_lake(tmp_path / "lake"), "day")
    lake = open_lake(tmp_path / "other")
    put(lake, Doc(1))
    assert change(lake, "month") == 1


@pytest.mark.parametrize(
    ("partition", "folder"), [("2026-10", "month=2026-10"), ("2026-10-05", "month=2026-10/day=2026-10-05")], ids=str
)
def test_days_lie_below_their_month(partition: str, folder: str) -> None:
    assert folder_of(partition) == folder


def test_scratch_files_that_cannot_be_removed_are_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    remove, refused = os.rmdir, []

    def refuse(path: Any, *arguments: Any, **options: Any) -> None:
        if Path(path).name == "scratch" and not refused:
            refused.append(path)
            raise OSError(errno.EIO, "Input/output error", str(path))
        remove(path, *arguments, **options)

    monkeypatch.setattr(os, "rmdir", refuse)
    with pytest.raises(PublishError, match="Input/output error"):
        move_partitions(lake, "day")
    assert (lake.version(), check_lake(lake), len(refused)) == (1, [], 1)
    assert move_partitions(lake, "day") == 2
    assert check_lake(lake) == []
