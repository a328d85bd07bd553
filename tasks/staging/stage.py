"""Writes a shard's rows as Parquet in the staging folder, sorted as they will be published, and the sketches of its documents."""

import shutil
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from tasks.schema import MONTH, SORT_KEYS, TABLES
from tasks.stores.manifest import ORDERS
from tasks.stories.sketch_table import SKETCHED, sketch_documents

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
            compression="lz4",
            row_group_size=max(1, min(GROUP_ROWS, fitting)),
            use_dictionary=["source", "month", "rule", "role"],
        )
    if "documents" in tables:
        sketches = sketch_documents(tables["documents"].select(SKETCHED)).sort("month", *ORDERS["sketches"])
        path = folder / "sketches.parquet"
        pq.write_table(sketches.to_arrow(), path, compression="none", row_group_size=GROUP_ROWS, use_dictionary=False)


def empty_frame(table: str) -> pl.DataFrame:
    """No rows, with the declared columns of a table and `month`."""
    return pl.DataFrame(pl.from_arrow(TABLES[table].append(MONTH).empty_table()))
