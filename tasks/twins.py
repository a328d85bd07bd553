"""Records that say the same as another: within a batch, and in other batches of the same source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from tasks.lake import Lake, table_paths
from tasks.receipt import Duplicate, StagedRun
from tasks.shard import StagedShard


def settle_twins(
    lake: Lake, source: str, day: date, staged: Sequence[StagedShard]
) -> tuple[list[StagedRun], list[Duplicate]]:
    """Which staged documents are published, and what the others repeat.

    Within the batch the smallest uri stays. A document that another batch of the source has published stays there.
    """
    rows = [
        pl.read_parquet(Path(shard.folder) / "documents.parquet", columns=["doc_id", "uri"]).with_columns(
            shard=pl.lit(at)
        )
        for at, shard in enumerate(staged)
    ]
    found = (
        pl.concat(rows).sort("doc_id", "uri")
        if rows
        else pl.DataFrame(schema={"doc_id": pl.String, "uri": pl.String, "shard": pl.Int32})
    )
    owners = find_published(lake, source, day)
    first = found.unique("doc_id", keep="first", maintain_order=True)
    kept = first.join(owners, on="doc_id", how="left").select(
        "doc_id",
        twin=pl.coalesce("published_uri", "uri"),
        twin_date=pl.coalesce("published_date", pl.lit(day)),
        is_elsewhere=pl.col("published_uri").is_not_null(),
    )
    settled = found.join(kept, on="doc_id")
    gone = settled.filter(pl.col("is_elsewhere") | (pl.col("uri") != pl.col("twin")))
    left_out = dict(gone.group_by("shard").agg("doc_id").iter_rows())
    runs = [StagedRun(Path(shard.folder), frozenset(left_out.get(at, ()))) for at, shard in enumerate(staged)]
    duplicates = [Duplicate(*row) for row in gone.select("uri", "twin", "twin_date", "doc_id").iter_rows()]
    homes = {
        doc_id: (twin, twin_date) for doc_id, twin, twin_date in kept.select("doc_id", "twin", "twin_date").iter_rows()
    }
    # A shard's own twins name the copy that stayed in the shard; that one may be a twin itself.
    duplicates += [Duplicate(twin.uri, *homes[twin.doc_id], twin.doc_id) for shard in staged for twin in shard.twins]
    return runs, duplicates


def find_published(lake: Lake, source: str, day: date) -> pl.DataFrame:
    """Documents of a source's other batches: doc_id, published_uri, published_date."""
    paths = list(table_paths(lake, lake.manifest(), "documents"))
    schema = {"doc_id": pl.String, "published_uri": pl.String, "published_date": pl.Date}
    if not paths:
        return pl.DataFrame(schema=schema)
    others = (pl.col("source") == source) & (pl.col("logical_date") != day)
    rows = pl.scan_parquet(paths, hive_partitioning=False).filter(others)
    return rows.select("doc_id", published_uri="uri", published_date="logical_date").collect()
