"""Rows on their way into the next version: staged or published files as runs, in the table's columns, some left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lakes.lake import ORDERS, Lake, LakeError, Manifest, declare_columns, file_schema, table_paths
from tasks.publishing.merge import SortedRows, read_sorted
from tasks.schema import MONTH, can_be_added, fill_column

FRAME_ROWS = 20_000
Mask = Callable[[pa.Table], pa.ChunkedArray]


def read_staged(folder: Path, table: str, budget: int) -> SortedRows:
    """A staged file as a run with `month`."""
    return (conform(chunk, table) for chunk in read_sorted([folder / f"{table}.parquet"], budget=budget))


def read_partitions(lake: Lake, manifest: Manifest, table: str, months: Iterable[str], budget: int) -> SortedRows:
    """The published rows of some partitions as one run, with `month` as it stands in the paths."""
    for month in sorted(months):
        for chunk in read_sorted(table_paths(lake, manifest, table, month), budget=budget):
            yield conform(chunk.append_column(MONTH.name, pa.repeat(pa.scalar(month), chunk.num_rows)), table)


def conform(rows: pa.Table, table: str) -> pa.Table:
    """Rows with exactly the table's columns and month. A column that older files lack has its default, or null.

    Raises LakeError if it must have a value and has no default.
    """
    schema = file_schema(table).append(pa.field(MONTH.name, pa.string(), nullable=False))
    columns = []
    for field in [*declare_columns(table), MONTH]:
        if field.name in rows.column_names:
            column = rows[field.name]
            columns.append(column if column.type == field.type else column.cast(field.type))
        elif can_be_added(field):
            columns.append(fill_column(field, rows.num_rows))
        else:
            raise LakeError(
                f"{table}: older rows have no column {field.name}, which must have a value; declare a default for it in "
                "tasks/schema.py, or ingest into a new lake"
            )
    return pa.Table.from_arrays(columns, schema=schema)


def frame_rows(frame: pl.DataFrame, table: str) -> SortedRows:
    """A frame (with month) as a run: sorted rows in the table's columns."""
    ordered = frame.sort(MONTH.name, *ORDERS[table], nulls_last=True, maintain_order=True)
    # A batch may claim millions of documents: what is made of them is made of some at a time.
    for rows in ordered.iter_slices(FRAME_ROWS):
        yield conform(rows.to_arrow(), table)


def keep_rows(run: SortedRows, mask: Mask) -> SortedRows:
    """The rows of a run that a mask names."""
    return (chunk.filter(mask(chunk)) for chunk in run)


def drop_rows(run: SortedRows, mask: Mask) -> SortedRows:
    """The rows of a run that a mask does not name."""
    return (chunk.filter(pc.invert(mask(chunk))) for chunk in run)


def of_batches(source: str, dates: Iterable[date]) -> Mask:
    """Names the rows of a source's batches."""
    days = pa.array(list(dates), pa.date32())
    return lambda rows: pc.and_(pc.equal(rows["source"], source), pc.is_in(rows["logical_date"], value_set=days))


def of_documents(ids: Iterable[str]) -> Mask:
    """Names the rows of documents."""
    wanted = pa.array(sorted(ids), pa.string())
    return lambda rows: pc.is_in(rows["doc_id"], value_set=wanted)


def of_claims(claims: pl.DataFrame) -> Mask:
    """Names the rows of documents as certain batches have them: (logical_date, doc_id)."""
    found = claims.select("doc_id", "logical_date").to_arrow()
    wanted = join_keys(found["doc_id"].cast(pa.string()), found["logical_date"])
    return lambda rows: pc.is_in(join_keys(rows["doc_id"], rows["logical_date"]), value_set=wanted)


def join_keys(ids: pa.ChunkedArray, dates: pa.ChunkedArray) -> pa.Array:
    """Document and batch as one value."""
    return pc.binary_join_element_wise(ids, dates.cast(pa.string()), "@").combine_chunks()


def has_other_columns(lake: Lake, manifest: Manifest, table: str) -> bool:
    """Whether the files of a version were written with another schema than today's. All files of a table share one."""
    first = next(iter(manifest.tables.get(table, ())), None)
    return first is not None and lake.schema(manifest.version, table, first) != file_schema(table)
