"""Writes a shard's rows as Parquet in the staging folder, sorted as they will be published."""

import shutil
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from tasks.schema import MONTH, SORT_KEYS, TABLES

# Small row groups: publishing holds one group of every shard in memory.
GROUP_ROWS = 1_000
GROUP_BYTES = 2**20  # on average; groups of long rows are smaller


def stage_tables(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    """Writes a Parquet file per table into `folder`, emptied first, by month and the table's sort key, missing values last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        schema = TABLES[name].append(MONTH)
        ordered = rows.select(schema.names).sort("month", *SORT_KEYS[name], nulls_last=True, maintain_order=True)
        table = ordered.to_arrow().cast(schema)
        fitting = table.num_rows * GROUP_BYTES // max(table.nbytes, 1)
        pq.write_table(
            table,
            folder / f"{name}.parquet",
            compression="zstd",
            compression_level=1,
            row_group_size=max(1, min(GROUP_ROWS, fitting)),
            use_dictionary=["source", "month", "rule", "role"],
        )


def empty_frame(table: str) -> pl.DataFrame:
    """No rows, with the declared columns of a table and `month`."""
    return pl.DataFrame(pl.from_arrow(TABLES[table].append(MONTH).empty_table()))
