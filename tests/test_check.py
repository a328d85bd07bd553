"""A lake that was tampered with does not go unnoticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from lakes import make_lake

from tasks.check import check
from tasks.lake import Lake, write_manifest
from tasks.publish import describe_file


@pytest.fixture(scope="module")
def good(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("check")
    make_lake(project, "seeds/*.txt", place / "lake")
    return place


@pytest.fixture
def lake(good: Path, tmp_path: Path) -> Lake:
    shutil.copytree(good, tmp_path / "copy", symlinks=True)
    return Lake(tmp_path / "copy" / "lake")


def first_file(lake: Lake, table: str) -> Path:
    manifest = lake.manifest()
    return lake.tree(manifest.version) / table / manifest.tables[table][0].path


def rewrite(change: Callable[[pl.DataFrame], pl.DataFrame], table: str) -> Callable[[Lake], None]:
    """Changes rows and the manifest with them, as no file check can see."""

    def tamper(lake: Lake) -> None:
        import dataclasses

        from tasks.publish import write_parquet

        path = first_file(lake, table)
        write_parquet(change(pl.read_parquet(path, hive_partitioning=False)), table, path)
        manifest = lake.manifest()
        files = list(manifest.tables[table])
        files[0] = describe_file(path, files[0].path, pl.read_parquet(path, hive_partitioning=False).height)
        tables = {**manifest.tables, table: tuple(files)}
        lake.manifest_path(1).write_text(write_manifest(dataclasses.replace(manifest, tables=tables)))

    return tamper


def delete(lake: Lake) -> None:
    first_file(lake, "lines").unlink()


def truncate(lake: Lake) -> None:
    path = first_file(lake, "documents")
    path.write_bytes(path.read_bytes()[:-1])


def add(lake: Lake) -> None:
    path = first_file(lake, "documents")
    shutil.copy(path, path.with_name("copy.parquet"))


CASES = [
    ("a file is missing", delete),
    ("a file is not what was published", truncate),
    ("a file that no commit made", add),
    ("a receipt's records do not add up", rewrite(lambda rows: rows.with_columns(pl.col("records") + 1), "receipts")),
    ("a receipt's characters do not add up", rewrite(lambda rows: rows.with_columns(pl.col("chars") + 1), "receipts")),
    ("a receipt counts other rows than there are", rewrite(lambda rows: rows.head(rows.height - 1), "documents")),
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


@pytest.mark.parametrize(("what", "tamper"), CASES, ids=[case[0] for case in CASES])
def test_what_is_wrong_is_found(lake: Lake, what: str, tamper: Callable[[Lake], None]) -> None:
    tamper(lake)
    assert what in {found.what for found in check(lake)}
