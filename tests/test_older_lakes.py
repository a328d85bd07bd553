"""Lakes of earlier releases can be read, checked and continued; a new column is added in one commit."""

from __future__ import annotations

import re
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from builders.command_line import run_copydesk
from builders.lakes import make_lake
from builders.staged_documents import make_document
from builders.staged_shards import Doc, stage_batch

from flows.reference.tables import write_dictionary
from tasks.checking.check import check_lake
from tasks.columns import column, fill_column
from tasks.lakes.lake import Lake, find_documents, open_lake, restore_text, scan_files, table_paths
from tasks.publishing.publish import publish, roll_back
from tasks.publishing.repartition import move_partitions
from tasks.schema import TABLES
from tasks.staging.assemble import DOCUMENT_COLUMNS, UnmadeColumnError
from tasks.stores.errors import LakeError
from tasks.stores.manifest import HIDDEN, file_schema, has_declared_columns

pytestmark = pytest.mark.slow

DAY = date(2026, 10, 31)
NEW = column("section", pa.string(), "Section of the paper.", null=True)


@pytest.fixture
def lake(project: Path, tmp_path: Path) -> Lake:
    """The lake of release 0.1.0."""
    with tarfile.open(project / "tests" / "data" / "lake-0.1.0.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    return open_lake(tmp_path / "lake")


def add_column(patch: pytest.MonkeyPatch, table: str, field: pa.Field) -> None:
    """As a release does that declares one more column; `shadowed` has the columns of `documents`."""
    for tables in (TABLES, HIDDEN):
        for name in {table, {"documents": "shadowed", "lines": "shadowed_lines"}.get(table, table)} & tables.keys():
            patch.setitem(tables, name, tables[name].append(field))


def test_old_lake_is_whole(lake: Lake) -> None:
    assert check_lake(lake) == []
    assert [made.version for made in lake.versions()] == [1, 2, 3, 4]
    assert sum(receipt["published"] for receipt in lake.receipts()) > 1
    (document,) = find_documents(lake, "seeds/harbour-ferry.en.txt")
    assert restore_text(lake, document).startswith(document["title"])


def test_old_lake_accepts_new_batch(project: Path, lake: Lake) -> None:
    outcome = make_lake(project, "seeds/clock-tower.en.txt", lake.store.path, name="clock", day=DAY)
    assert (outcome.state, outcome.version) == ("published", 5)
    # The batch of the old release is run again by this one; what it had is replaced, whatever has changed since.
    again = make_lake(
        project, "seeds/harbour-ferry.en.txt", lake.store.path, name="harbour-ferry-en", day=DAY, is_forced=True
    )
    assert again.receipt["published"] == 1
    assert check_lake(lake) == []
    manifest = lake.manifest()
    for table, files in manifest.tables.items():
        assert all(lake.store.read_schema(manifest.version, table, file) == file_schema(table) for file in files)


def test_pages_and_differences_read_an_old_lake(project: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, differences and replays read columns that its release did not know."""
    monkeypatch.chdir(project)
    assert run_copydesk("report", "--lake", lake.store.path, "--out", lake.store.folder.parent / "pages") == 0
    batch = lake.receipts(columns=("source", "logical_date"))[0]
    call = ("diff", batch["source"], batch["logical_date"], "--examples", 1, "--lake", lake.store.path)
    assert run_copydesk(*call) == 0


def test_a_new_column_is_added_in_one_commit(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lake.version()
    ids = set(duckdb.sql(f"SELECT doc_id FROM '{lake.store.path}/documents/**/*.parquet'").fetchall())
    batch = stage_batch(lake.store.folder.parent / "staging", [Doc(1)], day=DAY)
    for table in ("documents", "lines"):
        add_column(monkeypatch, table, NEW)
    publish(lake, batch)
    assert lake.version() == before + 1
    manifest = lake.manifest()
    for table in (*TABLES, *HIDDEN):
        for file in manifest.tables[table]:
            assert pq.read_schema(lake.store.fetch(manifest.version, table, file)) == file_schema(table)
    assert manifest.changed["documents"] == tuple(sorted({file.month for file in manifest.tables["documents"]}))
    rows = duckdb.sql(f"SELECT doc_id, section FROM '{lake.store.path}/documents/**/*.parquet'").fetchall()
    assert {(doc_id,) for doc_id, section in rows if section is None} >= ids
    assert pl.scan_parquet(lake.store.path / "documents").select("section").collect().height == len(rows)
    assert ds.dataset(lake.store.path / "documents", partitioning="hive").count_rows() == len(rows)
    assert check_lake(lake) == []
    assert roll_back(lake, before) == before + 2
    assert set(duckdb.sql(f"SELECT doc_id FROM '{lake.store.path}/documents/**/*.parquet'").fetchall()) == ids


def test_a_column_without_null_and_default_is_refused(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = stage_batch(lake.store.folder.parent / "staging", [Doc(1)], day=DAY)
    add_column(monkeypatch, "quarantine", column("weight", pa.int32(), "Must be there."))
    with pytest.raises(LakeError, match="older rows have no column weight, which must have a value; declare a default"):
        publish(lake, batch)
    assert lake.version() == 4


def test_old_lake_can_be_partitioned_by_day(lake: Lake) -> None:
    documents = lake.manifest().rows["documents"]
    assert move_partitions(lake, "day") == 5
    assert lake.manifest().rows["documents"] == documents
    assert check_lake(lake) == []


DECLARED = [
    pytest.param(NEW, None, pl.col("url"), id="null"),
    pytest.param(column("words", pa.int32(), "Words.", default=-1), -1, pl.col("text").str.len_bytes(), id="default"),
    pytest.param(column("tags", pa.list_(pa.string()), "Tags.", default=[]), [], pl.lit(["a"]), id="empty list"),
]


@pytest.mark.parametrize(("field", "older", "made"), DECLARED)
def test_a_declared_column_is_made_for_new_rows_and_filled_for_old_ones(
    project: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch, field: pa.Field, older: Any, made: pl.Expr
) -> None:
    add_column(monkeypatch, "documents", field)
    monkeypatch.setitem(DOCUMENT_COLUMNS, field.name, made.cast(pl.Series(fill_column(field, 1)).dtype))
    read = f"SELECT DISTINCT {field.name} FROM '{lake.store.path}/documents/**/*.parquet' WHERE source = "
    before = lake.manifest()
    paths = list(table_paths(lake, before, "documents"))
    assert check_lake(lake) == []
    assert scan_files(paths, "documents").select(field.name).unique().collect().rows() == [(older,)]
    assert all(has_declared_columns(pq.read_schema(path), "documents") for path in paths)
    assert f"| `{field.name}` |" in write_dictionary()
    outcome = make_lake(project, "seeds/clock-tower.en.txt", lake.store.path, name="clock", day=DAY)
    assert outcome.state == "published"
    assert check_lake(lake) == []
    assert duckdb.sql(f"{read}'harbour-ferry-en'").fetchall() == [(older,)]
    ((new,),) = duckdb.sql(f"{read}'clock'").fetchall()
    assert new != older or field.nullable
    assert make_document()[0][field.name] == older


@pytest.mark.parametrize(("table", "mapping"), [("documents", "DOCUMENT_COLUMNS"), ("lines", "LINE_COLUMNS")])
def test_a_declared_column_that_nothing_makes_is_reported_with_the_place_to_continue(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, mapping: str
) -> None:
    add_column(monkeypatch, table, NEW)
    line = f"declares section in `{table}`, and nothing makes it: add an expression to {mapping} in tasks/staging/assemble.py"
    with pytest.raises(UnmadeColumnError, match=re.escape(line)):
        make_lake(project, "seeds/clock-tower.en.txt", tmp_path / "lake", name="clock", day=DAY)
