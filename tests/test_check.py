"""A lake that was tampered with does not go unnoticed."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from lakes import DAY, make_lake
from staged_shards import Doc, publish_docs

import tasks.check
from tasks.check import check
from tasks.lake import Lake, TableFile, file_schema, write_manifest


@pytest.fixture(scope="module")
def good(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("check")
    make_lake(project, "seeds/*.txt", place / "lake")
    make_lake(project, "seeds/broken/*", place / "lake", name="broken")
    # A document that an earlier batch of its source has: it lies in the shadow.
    (place / "again").mkdir()
    shutil.copy(project / "seeds" / "harbour-ferry.en.txt", place / "again" / "copy.txt")
    make_lake(place, "again/*", place / "lake", day=DAY + timedelta(days=1))
    return place


@pytest.fixture
def lake(good: Path, tmp_path: Path) -> Lake:
    shutil.copytree(good, tmp_path / "copy", symlinks=True)
    return Lake(tmp_path / "copy" / "lake")


def first_file(lake: Lake, table: str) -> Path:
    manifest = lake.manifest()
    return lake.tree(manifest.version) / table / manifest.tables[table][0].path


def rewrite(change: Callable[[pl.DataFrame], pl.DataFrame], table: str, *, rows: int = 0) -> Callable[[Lake], None]:
    """Changes rows and the manifest with them, as no file check can see. `rows`: by how many the manifest is wrong."""

    def tamper(lake: Lake) -> None:
        path = first_file(lake, table)
        changed = change(pl.read_parquet(path, hive_partitioning=False)).to_arrow().cast(file_schema(table))
        pq.write_table(changed, path)
        manifest = lake.manifest()
        files = list(manifest.tables[table])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files[0] = TableFile(files[0].path, changed.num_rows + rows, path.stat().st_size, digest)
        tables = {**manifest.tables, table: tuple(files)}
        text = write_manifest(dataclasses.replace(manifest, tables=tables))
        lake.manifest_path(manifest.version).write_text(text)

    return tamper


def delete(lake: Lake) -> None:
    first_file(lake, "lines").unlink()


def truncate(lake: Lake) -> None:
    path = first_file(lake, "documents")
    path.write_bytes(path.read_bytes()[:-1])


def add(lake: Lake) -> None:
    path = first_file(lake, "documents")
    shutil.copy(path, path.with_name("copy.parquet"))


def drop_column(lake: Lake) -> None:
    path = first_file(lake, "quarantine")
    rewrite(lambda rows: rows, "quarantine")(lake)
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["detail"]), path)
    manifest = lake.manifest()
    file = dataclasses.replace(manifest.tables["quarantine"][0], sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    files = (file, *manifest.tables["quarantine"][1:])
    changed = dataclasses.replace(manifest, tables={**manifest.tables, "quarantine": files})
    lake.manifest_path(manifest.version).write_text(write_manifest(changed))


def more(column: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.with_columns(pl.col(column) + 1)


OPEN_SUMS = "a receipt's sums do not close"
OTHER_ROWS = "a receipt counts other rows than there are"
CASES = [
    ("a file is missing", delete),
    ("a file is not what was published", truncate),
    ("a file that no commit made", add),
    ("a file's columns are not those declared", drop_column),
    ("a file has other rows than its commit says", rewrite(lambda rows: rows, "lines", rows=1)),
    (OPEN_SUMS, rewrite(more("records"), "receipts")),
    (OPEN_SUMS, rewrite(more("chars"), "receipts")),
    (OPEN_SUMS, rewrite(lambda rows: rows.with_columns(languages=pl.col("languages").list.head(0)), "receipts")),
    (OTHER_ROWS, rewrite(lambda rows: rows.head(rows.height - 1), "documents")),
    (OTHER_ROWS, rewrite(lambda rows: rows.head(rows.height - 1), "lines")),
    (OTHER_ROWS, rewrite(more("captions_merged"), "receipts")),
    (OTHER_ROWS, rewrite(lambda rows: rows.with_columns(language=pl.lit("xx")), "documents")),
    ("rows of a batch that has no receipt", rewrite(lambda rows: rows.head(0), "receipts")),
    ("a document is not where its batch put it", rewrite(lambda rows: rows.head(rows.height - 1), "documents")),
    ("a document that no batch brought", rewrite(lambda rows: rows.head(rows.height - 1), "claims")),
    ("a document is published twice", rewrite(lambda rows: pl.concat([rows, rows.head(1)]), "documents")),
    (
        "a document cannot be put together again",
        rewrite(lambda rows: rows.with_columns(pl.col("text") + "."), "documents"),
    ),
]


def test_a_good_lake_has_no_findings(lake: Lake) -> None:
    assert check(lake) == []


def test_no_lake_is_a_finding(tmp_path: Path) -> None:
    assert [found.what for found in check(Lake(tmp_path / "lake"))] == ["no lake here"]


@pytest.mark.parametrize(("what", "tamper"), CASES, ids=[f"{number} {case[0]}" for number, case in enumerate(CASES)])
def test_what_is_wrong_is_found(lake: Lake, what: str, tamper: Callable[[Lake], None]) -> None:
    tamper(lake)
    assert what in {found.what for found in check(lake)}


def test_others_may_publish_while_a_lake_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    files = tasks.check.check_files

    def publish_meanwhile(*arguments: Any) -> Iterator[Any]:
        yield from files(*arguments)
        publish_docs(lake, tmp_path / "staging", [Doc(2), Doc(3)])

    monkeypatch.setattr(tasks.check, "check_files", publish_meanwhile)
    assert check(lake) == []
    assert lake.version() == 2
