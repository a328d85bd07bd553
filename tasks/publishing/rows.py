"""Rows on their way into the next version: sorted tables from staged or published files, in the table's columns, filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lakes.lake import Lake, table_paths
from tasks.publishing.merge import SortedRows, read_sorted
from tasks.schema import MONTH, can_be_added, fill_column
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import stage_tables
from tasks.stores.errors import LakeError
from tasks.stores.manifest import Manifest
from tasks.stores.tables import ORDERS, file_schema, list_file_columns

FRAME_ROWS = 20_000
# Staged rows have their month, whatever the lake. The day follows from the row: of publication, else of the logical date.
DAY_OF_DOCUMENT = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC"))).dt.strftime(
    "%Y-%m-%d"
)
Mask = Callable[[pa.Table], pa.ChunkedArray]


def stage_by_day(part: StagedFolder, folder: Path) -> StagedFolder:
    """The documents and lines of a staged folder again in `folder`, with the day as `month`, for a lake by day."""
    documents, lines = (
        pl.read_parquet(part.folder / f"{table}.parquet", hive_partitioning=False) for table in ("documents", "lines")
    )
    documents = documents.with_columns(month=DAY_OF_DOCUMENT)
    lines = lines.drop(MONTH.name).join(documents.select("doc_id", MONTH.name), on="doc_id")
    stage_tables({"documents": documents, "lines": lines}, folder)
    return StagedFolder(folder, part.excluded_ids)


def read_staged_rows(part: StagedFolder, table: str, budget: int) -> SortedRows:
    """The staged rows of a table that will be published, with `month`."""
    rows = (conform_rows(chunk, table) for chunk in read_sorted([part.folder / f"{table}.parquet"], budget=budget))
    return drop_rows(rows, match_documents(part.excluded_ids)) if part.excluded_ids else rows


def read_partitions(lake: Lake, manifest: Manifest, table: str, months: Iterable[str], budget: int) -> SortedRows:
    """The published rows of some partitions, with `month` as in the paths."""
    for month in sorted(months):
        for chunk in read_sorted(table_paths(lake, manifest, table, month), budget=budget):
            yield conform_rows(chunk.append_column(MONTH.name, pa.repeat(pa.scalar(month), chunk.num_rows)), table)


def conform_rows(rows: pa.Table, table: str) -> pa.Table:
    """Rows with exactly the table's columns and month. A column that older files lack has its default, or null.

    Raises LakeError if it must have a value and has no default.
    """
    schema = file_schema(table).append(pa.field(MONTH.name, pa.string(), nullable=False))
    columns = []
    for field in [*list_file_columns(table), MONTH]:
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


def sort_frame(frame: pl.DataFrame, table: str) -> SortedRows:
    """A frame (with month) as sorted rows in the table's columns."""
    ordered = frame.sort(MONTH.name, *ORDERS[table], nulls_last=True, maintain_order=True)
    # A batch may claim millions of documents: only some are converted at a time.
    for rows in ordered.iter_slices(FRAME_ROWS):
        yield conform_rows(rows.to_arrow(), table)


def keep_rows(rows: SortedRows, mask: Mask) -> SortedRows:
    """The rows that a mask matches."""
    return (chunk.filter(mask(chunk)) for chunk in rows)


def drop_rows(rows: SortedRows, mask: Mask) -> SortedRows:
    """The rows that a mask does not match."""
    return (chunk.filter(pc.invert(mask(chunk))) for chunk in rows)


def match_batches(source: str, dates: Iterable[date]) -> Mask:
    """Matches the rows of a source's batches."""
    days = pa.array(list(dates), pa.date32())
    return lambda rows: pc.and_(pc.equal(rows["source"], source), pc.is_in(rows["logical_date"], value_set=days))


def match_documents(ids: Iterable[str]) -> Mask:
    """Matches the rows of documents."""
    wanted = pa.array(sorted(ids), pa.string())
    return lambda rows: pc.is_in(rows["doc_id"], value_set=wanted)


def match_claims(claims: pl.DataFrame) -> Mask:
    """Matches the rows of documents in certain batches: (logical_date, doc_id)."""
    found = claims.select("doc_id", "logical_date").to_arrow()
    wanted = join_keys(found["doc_id"].cast(pa.string()), found["logical_date"])
    return lambda rows: pc.is_in(join_keys(rows["doc_id"], rows["logical_date"]), value_set=wanted)


def join_keys(ids: pa.ChunkedArray, dates: pa.ChunkedArray) -> pa.Array:
    """Document and batch as one value."""
    return pc.binary_join_element_wise(ids, dates.cast(pa.string()), "@").combine_chunks()


def has_other_columns(lake: Lake, manifest: Manifest, table: str) -> bool:
    """Whether the files of a version were written with another schema than today's. All files of a table have one schema."""
    first = next(iter(manifest.tables.get(table, ())), None)
    return first is not None and lake.store.read_schema(manifest.version, table, first) != file_schema(table)
