"""A shard's rows written as Parquet where no reader looks, sorted as they will be published."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.schema import MONTH, SORT_KEYS, TABLES

GROUP_ROWS = 1_000  # small row groups: publishing reads slices of many shards side by side


def stage_tables(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    """Writes one Parquet file a table into `folder`, which is emptied first.

    `tables`: name -> rows with the columns of `schema.TABLES[name]` and `month`. Each file is sorted by month and the
    table's sort key, missing values last.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        pq.write_table(
            arrange_rows(rows, name), folder / f"{name}.parquet", compression="zstd", compression_level=1,
            row_group_size=GROUP_ROWS, use_dictionary=["source", "month", "rule", "role"],
        )  # fmt: skip


def arrange_rows(rows: pl.DataFrame, name: str) -> pa.Table:
    """Rows of a table sorted for staging, with exactly the declared columns and `month`."""
    schema = TABLES[name].append(MONTH)
    ordered = rows.select(schema.names).sort("month", *SORT_KEYS[name], nulls_last=True, maintain_order=True)
    return ordered.to_arrow().cast(schema)
