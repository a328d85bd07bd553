"""Rows of `stories` that no commit would write do not go unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from builders.staged_shards import Doc, publish_docs

from tasks.checking.stories import check_stories
from tasks.lakes.lake import open_lake
from tasks.stores.manifest import file_schema

STORY, OTHER = tuple(range(6)), tuple(range(10, 16))
DOCS = [
    Doc(1, "a", paragraphs=STORY, publisher="a"),
    Doc(2, "b", paragraphs=STORY, publisher="b"),
    Doc(3, "c", paragraphs=OTHER, publisher="c"),
    Doc(4, "d", paragraphs=OTHER, publisher="d"),
    Doc(5, "e", paragraphs=(20, 21, 22, *STORY[:2], 23), publisher="e"),
]


def with_value(name: str, value: str, kind: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Puts a value into the rows of a kind."""
    return lambda rows: rows.with_columns(pl.when(kind=kind).then(pl.lit(value)).otherwise(name).alias(name))


CASES: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "right": (lambda rows: rows, ""),
    "a row twice": (lambda rows: pl.concat([rows, rows.head(1)]), "a document is in two stories"),
    "no first": (lambda rows: rows.filter(pl.col("kind") != "first"), "a story is without its first document"),
    "another name": (with_value("doc_id", "f" * 32, "first"), "a story is not named after its first document"),
    "unknown": (with_value("of_doc_id", "f" * 32, "excerpt"), "a story names a document that is not published"),
    "another story": (with_value("story_id", "f" * 32, "copy"), "a document repeats one of another story"),
}


@pytest.mark.parametrize(("change", "fault"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("part_rows", [1_000, 2])
def test_rows_are_checked(
    tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame], fault: str, part_rows: int
) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", DOCS)
    (path,) = (tmp_path / "lake" / "stories").rglob("*.parquet")
    rows = change(pl.read_parquet(path, hive_partitioning=False))
    pq.write_table(rows.to_arrow().cast(file_schema("stories")), path)
    found = {fault.what for fault in check_stories(lake, lake.manifest(), part_rows)}
    assert fault in found if fault else not found
