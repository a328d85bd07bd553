"""Five engines over what is published: the same rows and types in each, one month opened where one is asked for."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from builders.seed_lake import make_seed_lake
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import Lake, open_lake, table_paths
from tasks.schema import TABLES
from tasks.stores.manifest import file_schema

Rows = list[dict[str, Any]]
AUGUST, SEPTEMBER = datetime(2026, 8, 31, 23, 30, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


def read_duckdb(folder: Path, month: str | None) -> Rows:
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        where = f"WHERE month = '{month}'" if month else ""
        return base.sql(f"FROM '{folder}/**/*.parquet' {where}").to_arrow_table().to_pylist()


def read_polars(folder: Path, month: str | None) -> Rows:
    rows = pl.scan_parquet(folder)
    return (rows.filter(pl.col("month") == month) if month else rows).collect().to_dicts()


def read_pandas(folder: Path, month: str | None) -> Rows:
    filters = [("month", "==", month)] if month else None
    frame = pd.read_parquet(folder, filters=filters, dtype_backend="pyarrow")
    return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()


def read_pyarrow(folder: Path, month: str | None) -> Rows:
    chosen = ds.field("month") == month if month else None
    return ds.dataset(folder, partitioning="hive").to_table(filter=chosen).to_pylist()


def read_spark(folder: Path, month: str | None) -> Rows:
    rows = start_spark().read.parquet(str(folder))
    chosen = rows.where(f"month = '{month}'") if month else rows
    found = [row.asDict(recursive=True) for row in chosen.collect()]
    # Spark hands times on without their zone, in the zone of this process: its own text says what it means.
    times = (
        [row[0] for row in chosen.selectExpr("CAST(published_at AS STRING)").collect()]
        if "published_at" in rows.columns
        else []
    )
    for row, said in zip(found, times, strict=False):
        row["published_at"] = said and datetime.fromisoformat(said).replace(tzinfo=UTC)
    return found


@cache
def start_spark() -> Any:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("Spark is not here: it takes Java and `pip install pyspark`")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    return builder.config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "1").getOrCreate()


ENGINES: dict[str, Callable[[Path, str | None], Rows]] = {
    "duckdb": read_duckdb,
    "polars": read_polars,
    "pandas": read_pandas,
    "pyarrow": read_pyarrow,
    "spark": read_spark,
}
# Spark leaves its sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module", autouse=True)
def stop_spark() -> Iterator[None]:
    yield
    if start_spark.cache_info().currsize:
        start_spark().stop()


@pytest.fixture(scope="module")
def seed_lake(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return open_lake(make_seed_lake(project, tmp_path_factory.getbasetemp() / "seed-lake") / "lake")


@pytest.fixture(scope="module")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three months, times at their edges, a document without a time, an empty quarantine; a space in the path."""
    lake = open_lake(tmp_path_factory.mktemp("a small") / "lake")
    docs = [
        Doc(1, published=AUGUST),
        Doc(2, published=SEPTEMBER),
        Doc(3),
        Doc(4, published=None),
        Doc(5, language="de"),
    ]
    publish_docs(lake, lake.store.folder.parent / "staging", docs)
    return lake


def read_published(lake: Lake, table: str) -> Rows:
    """What the manifest's files hold, with the month of their paths."""
    manifest = lake.manifest()
    found = []
    for path, file in zip(table_paths(lake, manifest, table), manifest.tables[table], strict=True):
        found += [{**row, "month": file.month} for row in pq.read_table(path, partitioning=None).to_pylist()]
    return found


def in_order(rows: Rows) -> list[str]:
    """Rows as text, so that they can be sorted whatever is missing in them."""
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)


each_engine = pytest.mark.parametrize("engine", ENGINES)
each_table = pytest.mark.parametrize("table", TABLES)


@pytest.mark.slow
@each_engine
@each_table
@pytest.mark.parametrize("lake_name", ["seed_lake", "small_lake"])
def test_every_engine_reads_the_same_rows(
    lake_name: str, table: str, engine: str, request: pytest.FixtureRequest
) -> None:
    """All columns: times with their zone, missing values, lists, captions, and the month as text."""
    lake: Lake = request.getfixturevalue(lake_name)
    expected = read_published(lake, table)
    found = ENGINES[engine](lake.store.path / table, None)
    assert len(found) == sum(file.rows for file in lake.manifest().tables[table])
    assert in_order(found) == in_order(expected)
    for row in found:
        assert list(row) == [*file_schema(table).names, "month"]
        assert isinstance(row["month"], str)
        assert type(row["logical_date"]) is date


@each_engine
def test_times_captions_and_missing_values(small_lake: Lake, engine: str) -> None:
    rows = {row["uri"]: row for row in ENGINES[engine](small_lake.store.path / "documents", None)}
    assert rows["doc-000001.txt"]["published_at"] == AUGUST
    assert rows["doc-000001.txt"]["published_at"].utcoffset().total_seconds() == 0
    assert rows["doc-000001.txt"]["captions"] == [{"text": "Caption number 1.", "credit": None, "copies": 2, "line": 2}]
    assert rows["doc-000001.txt"]["flags"] == []
    assert rows["doc-000004.txt"]["published_at"] is None
    assert {name: row["month"] for name, row in rows.items()} == {
        "doc-000001.txt": "2026-08",
        "doc-000002.txt": "2026-09",
        "doc-000003.txt": "2026-10",
        "doc-000004.txt": "2026-10",
        "doc-000005.txt": "2026-10",
    }


@each_engine
def test_a_table_without_rows_has_its_columns(small_lake: Lake, engine: str) -> None:
    assert ENGINES[engine](small_lake.store.path / "quarantine", None) == []
    columns = {
        "duckdb": lambda folder: duckdb.sql(f"FROM '{folder}/**/*.parquet'").columns,
        "polars": lambda folder: pl.scan_parquet(folder).collect_schema().names(),
        "pandas": lambda folder: list(pd.read_parquet(folder).columns),
        "pyarrow": lambda folder: ds.dataset(folder, partitioning="hive").schema.names,
        "spark": lambda folder: start_spark().read.parquet(str(folder)).columns,
    }
    assert columns[engine](small_lake.store.path / "quarantine") == [*file_schema("quarantine").names, "month"]


@each_engine
def test_only_the_files_of_the_month_are_opened(small_lake: Lake, tmp_path: Path, engine: str) -> None:
    """September's file is not Parquet any more: who asks for another month does not notice, who asks for it does."""
    folder = tmp_path / "documents"
    shutil.copytree((small_lake.store.path / "documents").resolve(), folder)
    (path,) = (folder / "month=2026-09").iterdir()
    path.write_bytes(b"this is no Parquet")
    read = ENGINES[engine]
    assert {row["uri"] for row in read(folder, "2026-08")} == {"doc-000001.txt"}
    assert len(read(folder, "2026-10")) == 3
    with pytest.raises(Exception, match=r"(?i)parquet|footer|magic|too small"):
        read(folder, "2026-09")


@each_engine
def test_from_inside_another_folder(small_lake: Lake, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "spark":
        start_spark()
        pytest.skip("Spark takes relative paths from where it was started")
    monkeypatch.chdir(small_lake.store.folder.parent)
    assert len(ENGINES[engine](Path("lake/documents"), None)) == 5
    monkeypatch.chdir(small_lake.store.path / "lines")
    assert len(ENGINES[engine](Path("../documents"), None)) == 5


@each_engine
def test_a_copy_without_links_can_be_read(small_lake: Lake, tmp_path: Path, engine: str) -> None:
    shutil.copytree(small_lake.store.path, tmp_path / "copy")
    assert len(ENGINES[engine](tmp_path / "copy" / "documents", None)) == 5


@each_engine
def test_a_lake_of_one_day_and_a_lake_with_nothing_published(tmp_path: Path, engine: str) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [], stopped=["bad"])
    assert ENGINES[engine](lake.store.path / "documents", None) == []
    assert [row["month"] for row in ENGINES[engine](lake.store.path / "quarantine", None)] == ["2026-10"]
    assert [row["published"] for row in ENGINES[engine](lake.store.path / "receipts", None)] == [0]
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    assert [row["uri"] for row in ENGINES[engine](lake.store.path / "documents", None)] == ["doc-000001.txt"]


def test_a_snapshot_stays_while_commits_go_on(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)], keep=2)
    snapshot = (lake.store.path / "documents").resolve()
    listed = ds.dataset(lake.store.path / "documents", partitioning="hive")
    plan = pl.scan_parquet(lake.store.path / "documents").select("uri")
    publish_docs(lake, tmp_path / "staging", [Doc(2)], keep=2)
    for engine in ("duckdb", "polars", "pandas", "pyarrow"):
        assert [row["uri"] for row in ENGINES[engine](snapshot, None)] == ["doc-000001.txt"], engine
        assert [row["uri"] for row in ENGINES[engine](lake.store.path / "documents", None)] == ["doc-000002.txt"], (
            engine
        )
    # A list of files made before the publish gives an error, never wrong rows. A new plan lists again.
    with pytest.raises(FileNotFoundError):
        listed.to_table()
    assert plan.collect()["uri"].to_list() == ["doc-000002.txt"]
    publish_docs(lake, tmp_path / "staging", [Doc(3)], keep=2)
    with pytest.raises(FileNotFoundError):
        read_pyarrow(snapshot, None)


def test_globs_that_reach_too_far(small_lake: Lake) -> None:
    """What docs/reading.md warns of. A glob that starts in the lake never reaches the store beside it."""
    everything = sum(file.rows for table in TABLES for file in small_lake.manifest().tables[table])
    with pytest.raises(duckdb.IOException, match="No files found"):
        duckdb.sql(f"FROM '{small_lake.store.path}/**/*.parquet'")
    with pytest.raises(pl.exceptions.SchemaError, match="extra column"):
        pl.scan_parquet(small_lake.store.path).collect()
    assert ds.dataset(small_lake.store.path, partitioning="hive").count_rows() == everything
    assert duckdb.sql(f"SELECT count(*) FROM '{small_lake.store.path}/*/*/*.parquet'").fetchall() == [(everything,)]
    assert "month" not in pl.scan_parquet(f"{small_lake.store.path}/documents/**/*.parquet").collect_schema()


@pytest.mark.slow
def test_nothing_but_parquet_lies_in_a_table(seed_lake: Lake) -> None:
    for table in TABLES:
        found = [
            Path(place) / name
            for place, _, names in os.walk((seed_lake.store.path / table).resolve())
            for name in names
        ]
        assert found
        assert all(path.suffix == ".parquet" for path in found)
