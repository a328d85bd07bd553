"""Partitions by day in place of months: for batches on their way into such a lake, and for a lake that changes over.

Staged rows say their month, whatever the lake. The day follows from the row: of publication, else of the logical date; lines go
where their document goes.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from tasks.lakes.lake import file_schema
from tasks.schema import MONTH, SORT_KEYS
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import GROUP_ROWS

DAY_OF_DOCUMENT = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC"))).dt.strftime(
    "%Y-%m-%d"
)


def stage_by_day(part: StagedFolder, folder: Path) -> StagedFolder:
    """The documents and lines of a staged shard anew in `folder`, in order of days, with the day as `month`."""
    folder.mkdir(parents=True)
    documents = read_rows(part.folder / "documents.parquet").with_columns(month=DAY_OF_DOCUMENT)
    write_rows(documents, "documents", folder)
    lines = read_rows(part.folder / "lines.parquet").drop(MONTH.name)
    write_rows(lines.join(documents.select("doc_id", MONTH.name), on="doc_id"), "lines", folder)
    return StagedFolder(folder, part.excluded_ids)


def read_rows(path: Path) -> pl.DataFrame:
    """A staged file."""
    return pl.read_parquet(path, hive_partitioning=False)


def write_rows(rows: pl.DataFrame, table: str, folder: Path) -> None:
    """Rows as a staged file, sorted by partition and the table's sort key."""
    schema = file_schema(table).append(MONTH)
    ordered = rows.select(schema.names).sort(MONTH.name, *SORT_KEYS[table], nulls_last=True, maintain_order=True)
    pq.write_table(
        ordered.to_arrow().cast(schema), folder / f"{table}.parquet", compression="lz4", row_group_size=GROUP_ROWS
    )
