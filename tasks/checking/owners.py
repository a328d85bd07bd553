"""Which batch owns which document: every claim against the rows, and no document twice, from the key columns alone.

Documents are checked in parts by the hash of their id, so that memory depends on the part and not on the lake.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tasks.checking import AGAIN
from tasks.lakes.lake import Lake, table_paths
from tasks.publishing.merge import CHUNK_FLOOR, read_sorted
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest

KEY = {"source": pl.String, "doc_id": pl.String, "logical_date": pl.Date}
PART_ROWS = 1_000_000  # about 150 MB of keys at a time


def check_owners(lake: Lake, manifest: Manifest, part_rows: int = PART_ROWS) -> Iterator[LakeFault]:
    """Every claim on a document against its rows: published for the earliest batch of its source, in `shadowed` for others."""
    rows = sum(file.rows for file in manifest.tables.get("claims", ()))
    parts = 1 + rows // part_rows
    for part in range(parts):
        claims, published, shadowed = (
            read_keys(lake, manifest, table, part, parts) for table in ("claims", "documents", "shadowed")
        )
        first = claims.group_by("source", "doc_id").agg(pl.col("logical_date").min()).select(*KEY)
        later = claims.join(first, on=list(KEY), how="anti")
        for table, wanted, found in (("documents", first, published), ("shadowed", later, shadowed)):
            yield from find_odd_keys(table, wanted, found)
        for doc_id in published.filter(published["doc_id"].is_duplicated())["doc_id"].unique().sort():
            yield LakeFault("a document is published twice", doc_id, AGAIN)


def read_keys(lake: Lake, manifest: Manifest, table: str, part: int, parts: int) -> pl.DataFrame:
    """Source, doc_id and logical_date of the rows whose doc_id is in a part."""
    frames = [pl.DataFrame(schema=KEY)]
    for chunk in read_sorted(table_paths(lake, manifest, table), columns=list(KEY), budget=CHUNK_FLOOR):
        rows = pl.DataFrame(pl.from_arrow(chunk)).select(*KEY)
        frames.append(rows.filter(pl.col("doc_id").hash() % parts == part) if parts > 1 else rows)
    return pl.concat(frames)


def find_odd_keys(table: str, wanted: pl.DataFrame, found: pl.DataFrame) -> Iterator[LakeFault]:
    """Keys that are only in one of two frames."""
    for what, odd in (
        ("a document is not where its batch put it", wanted.join(found, on=list(KEY), how="anti")),
        ("a document that no batch brought", found.join(wanted, on=list(KEY), how="anti")),
    ):
        for source, doc_id, day in odd.sort(*KEY).iter_rows():
            yield LakeFault(what, f"{table}, {source} {day}: {doc_id}", AGAIN)
