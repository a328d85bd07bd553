"""Files of a table as a lazy frame with the columns declared today, whichever release wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tasks.lakes.lake import declare_columns, file_schema
from tasks.schema import fill_column


def scan_files(paths: Sequence[Path], table: str) -> pl.LazyFrame:
    """The rows of files that all have the same columns; a column that their release did not have is its default, or null.

    Without files, no rows.
    """
    if not paths:
        return pl.DataFrame(pl.from_arrow(file_schema(table).empty_table())).lazy()
    found = pl.read_parquet_schema(paths[0])
    added = [field for field in declare_columns(table) if field.name not in found]
    filled = [pl.lit(pl.Series(fill_column(field, 1))).first().alias(field.name) for field in added]
    return pl.scan_parquet(list(paths), hive_partitioning=False).with_columns(filled).select(file_schema(table).names)
