"""Some documents of every publisher, read from the lake a few publishers at a time: memory does not grow with the lake.

Document ids are hashes, so the smallest ids are a fair sample, and the same one in whatever order documents arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from tasks.lakes.lake import Lake, table_paths
from tasks.learned.learn import LEAST_DOCUMENTS

PER_PUBLISHER = 2_000  # more documents of one publisher add nothing
AT_ONCE = 5_000  # documents in memory
DOCUMENTS = ("doc_id", "publisher", "logical_date", "published_at", "title", "text", "body_lines")
LINES = ("doc_id", "line", "role", "removed", "rule", "text")


def sample_lake(lake: Lake) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of `documents` and of `lines` in the sample, some whole publishers at a time, publishers in order.

    Publishers with too few documents to learn from are left out.
    """
    manifest = lake.manifest()
    documents, lines = (list(table_paths(lake, manifest, table)) for table in ("documents", "lines"))
    if not documents:
        return
    for ids in group_publishers(choose_documents(documents)):
        yield read_rows_of(documents, DOCUMENTS, ids), read_rows_of(lines, LINES, ids)


def choose_documents(paths: Sequence[Path]) -> pl.DataFrame:
    """publisher, doc_id of at most PER_PUBLISHER documents of each publisher that has enough of them, sorted."""
    chosen = pl.DataFrame(schema={"publisher": pl.String, "doc_id": pl.String})
    for path in paths:
        part = pl.read_parquet(path, columns=chosen.columns, hive_partitioning=False)
        chosen = (
            pl.concat([chosen, part])
            .sort("publisher", "doc_id")
            .group_by("publisher", maintain_order=True)
            .head(PER_PUBLISHER)
        )
    return chosen.filter(pl.len().over("publisher") >= LEAST_DOCUMENTS)


def group_publishers(chosen: pl.DataFrame) -> Iterator[pl.Series]:
    """The ids of whole publishers, about AT_ONCE together."""
    sizes = chosen.group_by("publisher", maintain_order=True).len()
    numbered = sizes.select("publisher", group=(pl.col("len").cum_sum() - 1) // AT_ONCE)
    for part in chosen.join(numbered, on="publisher", maintain_order="left").partition_by("group", maintain_order=True):
        yield part["doc_id"]


def read_rows_of(paths: Sequence[Path], columns: Sequence[str], ids: pl.Series) -> pl.DataFrame:
    """Rows of the documents `ids`."""
    wanted = pl.col("doc_id").is_in(ids.implode())
    return pl.scan_parquet(list(paths), hive_partitioning=False).filter(wanted).select(columns).collect()
