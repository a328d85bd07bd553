"""Where the rows of a batch lie: in the published lake, or in the staged shards of a batch that was not published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tasks.lakes.lake import Lake, Manifest, month_of, table_paths
from tasks.lakes.scan import scan_files
from tasks.publishing.claims import read_own_claims
from tasks.schema import TABLES
from tasks.staging.receipt import StagedFolder


@dataclass(frozen=True)
class BatchRows:
    """A batch's documents and lines, not yet read, and its rows of quarantine, with the columns of `schema.TABLES`."""

    documents: pl.LazyFrame
    lines: pl.LazyFrame
    quarantine: pl.LazyFrame


def find_published(lake: Lake, manifest: Manifest, source: str, day: date) -> BatchRows:
    """The rows that readers find of a batch. Only the partitions that it claims are ever opened."""
    claims = read_own_claims(lake, manifest, source, day)
    months = sorted(set(claims["partition"]))
    own = (pl.col("source") == source) & (pl.col("logical_date") == day)
    return BatchRows(
        scan_table(lake, manifest, "documents", months).filter(own),
        scan_table(lake, manifest, "lines", months).filter(own),
        scan_table(lake, manifest, "quarantine", [month_of(day)]).filter(own),
    )


def scan_table(lake: Lake, manifest: Manifest, table: str, months: Sequence[str]) -> pl.LazyFrame:
    """Some partitions of a published table."""
    return scan_files([path for month in months for path in table_paths(lake, manifest, table, month)], table)


def find_staged(folders: Sequence[StagedFolder], quarantine: pl.DataFrame) -> BatchRows:
    """The rows that would have been published: staged shards without what is left out of them."""
    tables = {}
    for table in ("documents", "lines"):
        parts = [
            scan_files([part.folder / f"{table}.parquet"], table).filter(
                ~pl.col("doc_id").is_in(sorted(part.excluded_ids))
            )
            for part in folders
        ]
        tables[table] = pl.concat(parts) if parts else scan_files([], table)
    names = TABLES["quarantine"].names
    return BatchRows(tables["documents"], tables["lines"], quarantine.select(names).lazy())
