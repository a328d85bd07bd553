"""What a batch changes in each table: which partitions, and the sorted rows that make them up, in the table's columns.

A row of the batch replaces the batch's old ones wherever they are. Documents that change their owner move between a table and
the hidden table behind it, `shadowed` or `shadowed_lines`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.columns import can_be_added, fill_column
from tasks.lakes.lake import Lake, table_paths
from tasks.lakes.older import is_older, read_twins
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import SortedRows, read_sorted
from tasks.schema import EARLIER_BATCH, MONTH, TABLES
from tasks.staging.assemble import assemble_duplicates
from tasks.staging.receipt import StagedBatch, StagedFolder
from tasks.staging.stage import stage_tables
from tasks.stores.errors import LakeError
from tasks.stores.manifest import ORDERS, Manifest, file_schema, list_file_columns, month_of, partition_of

FRAME_ROWS = 20_000
# Staged rows have their month, whatever the lake. The day follows from the row: of publication, else of the logical date.
DAY_OF_DOCUMENT = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC"))).dt.strftime(
    "%Y-%m-%d"
)
Mask = Callable[[pa.Table], pa.ChunkedArray]
SHADOWS = {"documents": "shadowed", "lines": "shadowed_lines"}


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
    """Rows with exactly the table's columns and month; a missing column gets its default or null. Raises LakeError."""
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


@dataclass(frozen=True)
class Change:
    """What a commit does to one table: the partitions to write again, and all their rows in sorted parts."""

    months: frozenset[str]
    parts: list[SortedRows]


def plan_changes(
    lake: Lake, old: Manifest, claims: BatchClaims, staged: StagedBatch, receipts: Sequence[Mapping[str, Any]]
) -> dict[str, Change]:
    """What the commit does to each table. Rows are read when they are merged, not before."""
    month, claimed_in = month_of(claims.day), partition_of("claims", claims.day, old.by)
    dates = [row["logical_date"] for row in receipts]
    rows = pl.from_arrow(pa.Table.from_pylist([dict(row) for row in receipts], schema=TABLES["receipts"]))
    months = pl.Series(MONTH.name, [month_of(day) for day in dates], dtype=pl.String)
    new = {
        "quarantine": staged.quarantine.with_columns(pl.lit(month).alias(MONTH.name)),
        "receipts": pl.DataFrame(rows).with_columns(months),
        "claims": claims.claimed.with_columns(source=pl.lit(claims.source), month=pl.lit(claimed_in)),
    }
    changes: dict[str, Change] = {}
    for table, frame in new.items():
        touched = list_touched(lake, old, table, {claimed_in if table == "claims" else month, *frame[MONTH.name]})
        stale = match_batches(claims.source, dates if table == "receipts" else [claims.day])
        before = drop_rows(read_partitions(lake, old, table, touched, claims.budget), stale)
        changes[table] = Change(touched, [before, sort_frame(frame, table)])
    changes["duplicates"] = plan_duplicates(lake, old, claims, staged.duplicates)
    for table in SHADOWS:
        changes |= plan_moves(lake, old, claims, table)
    return changes


def plan_duplicates(lake: Lake, old: Manifest, claims: BatchClaims, inside: pl.DataFrame) -> Change:
    """What the commit does to `duplicates`. `inside`: those inside the batch, to which its hidden documents are added.

    A document that another batch loses is a duplicate of that batch from now on, until it is returned.
    """
    ownership = claims.ownership
    hidden = match_documents(ownership.hidden)
    folders = claims.folders if ownership.hidden else ()
    gone = [keep_rows(read_staged_rows(part, "documents", claims.budget), hidden) for part in folders]
    taken_from = set(ownership.taken["partition"])
    gone.append(
        keep_rows(read_partitions(lake, old, "documents", taken_from, claims.budget), match_claims(ownership.taken))
    )
    documents = [pl.DataFrame(pl.from_arrow(chunk)) for part in gone for chunk in part if chunk.num_rows]
    rows = pl.concat([inside, *(assemble_duplicates(some, EARLIER_BATCH) for some in documents)])
    months = {month_of(day) for day in (claims.day, *ownership.other_dates)}
    if is_older(old):
        twins = read_twins(lake, old)
        touched = frozenset(months | {*twins[MONTH.name]})
        before = sort_frame(twins, "duplicates")
    else:
        touched = list_touched(lake, old, "duplicates", months)
        before = read_partitions(lake, old, "duplicates", touched, claims.budget)
    own, returned = match_batches(claims.source, [claims.day]), match_claims(ownership.returned)
    before = drop_rows(before, own)
    kept = drop_rows(before, lambda chunk: pc.and_(returned(chunk), pc.equal(chunk["reason"], EARLIER_BATCH)))
    return Change(touched, [kept, sort_frame(rows, "duplicates")])


def plan_moves(lake: Lake, old: Manifest, claims: BatchClaims, table: str) -> dict[str, Change]:
    """What the commit does to `documents` or `lines`, and to the hidden table behind it."""
    shadow, ownership = SHADOWS[table], claims.ownership
    own, hidden = match_batches(claims.source, [claims.day]), match_documents(ownership.hidden)
    taken, returned = match_claims(ownership.taken), match_claims(ownership.returned)
    taken_from, returned_to = set(ownership.taken["partition"]), set(ownership.returned["partition"])
    claimed = pl.concat([claims.owned, claims.claimed])
    contested = set(claimed.filter(pl.col("doc_id").is_in(list(ownership.contested)))["partition"])

    def read_old(name: str, months: Iterable[str]) -> SortedRows:
        return read_partitions(lake, old, name, months, claims.budget)

    months = list_touched(lake, old, table, {*claimed["partition"], *taken_from, *returned_to})
    shadow_months = list_touched(lake, old, shadow, contested | taken_from | returned_to)
    front, back = drop_rows(read_old(table, months), own), drop_rows(read_old(shadow, shadow_months), own)
    parts = [drop_rows(front, taken) if taken_from else front]
    shadow_parts = [drop_rows(back, returned) if returned_to else back]
    for part in claims.folders:
        rows = read_staged_rows(part, table, claims.budget)
        parts.append(drop_rows(rows, hidden) if ownership.hidden else rows)
        if ownership.hidden:
            shadow_parts.append(keep_rows(read_staged_rows(part, table, claims.budget), hidden))
    if taken_from:
        shadow_parts.append(keep_rows(read_old(table, taken_from), taken))
    if returned_to:
        parts.append(keep_rows(read_old(shadow, returned_to), returned))
    return {table: Change(months, parts), shadow: Change(shadow_months, shadow_parts)}


def list_touched(lake: Lake, old: Manifest, table: str, months: set[str]) -> frozenset[str]:
    """The partitions to write again: `months`, empty ones, and all of them when the table has new columns."""
    files = old.tables.get(table, ())
    rewrite = has_other_columns(lake, old, table)
    return frozenset(months | {file.month for file in files if rewrite or not file.rows})
