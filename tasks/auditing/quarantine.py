"""All quarantine rows of a batch: records that cannot be read, have no text left, or fail the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tasks.staging.assemble import assemble_quarantine
from tasks.staging.receipt import StagedFolder


def gather_quarantine(
    folders: Sequence[StagedFolder], failing: Mapping[str, tuple[str, ...]], excerpt_chars: int
) -> pl.DataFrame:
    """The staged quarantine rows of all shards, and a row for each document that failed its audit.

    `failing`: doc_id -> every reason. Returns the columns of `schema.QUARANTINE` and month.
    """
    parts = [pl.read_parquet(part.folder / "quarantine.parquet", hive_partitioning=False) for part in folders]
    if failing:
        reasons = pl.DataFrame({"doc_id": list(failing), "reasons": [list(codes) for codes in failing.values()]})
        parts += [quarantine_failing(part, reasons, excerpt_chars).select(parts[0].columns) for part in folders]
    return pl.concat(parts)


def quarantine_failing(part: StagedFolder, reasons: pl.DataFrame, excerpt_chars: int) -> pl.DataFrame:
    """The failing documents of a shard as quarantine rows, without duplicates, which are not published anyway."""
    return assemble_quarantine(
        part.scan("documents").join(reasons.lazy(), on="doc_id").collect(),
        stage="audit",
        reasons=pl.col("reasons"),
        detail=pl.lit("failed its audit: ") + pl.col("reasons").list.join(", "),
        excerpt=pl.col("text").str.head(excerpt_chars),
    )
