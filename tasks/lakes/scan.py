"""Files of a table as a lazy frame with the columns declared today, whichever release wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tasks.lakes.lake import file_schema
from tasks.schema import TABLES


def scan_files(paths: Sequence[Path], table: str) -> pl.LazyFrame:
    """The rows of files that all have the same columns; a column that their release did not know is null.

    Without files, no rows.
    """
    names = [name for name in TABLES[table].names if name in file_schema(table).names]
    empty = pl.DataFrame(pl.from_arrow(file_schema(table).empty_table()))
    if not paths:
        return empty.lazy()
    there = pl.read_parquet_schema(paths[0])
    missing = [pl.lit(None, dtype=empty.schema[name]).alias(name) for name in names if name not in there]
    return pl.scan_parquet(list(paths), hive_partitioning=False).with_columns(missing).select(names)
