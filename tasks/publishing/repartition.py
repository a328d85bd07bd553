"""A lake by month becomes one by day, or back: every row moves to its new partition, in one commit."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from tasks.errors import RequestError
from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import DAY_OF_DOCUMENT, conform_rows, has_other_columns, read_partitions
from tasks.publishing.merge import CHUNK_BYTES, SortedRows, merge_sorted, narrow_sorted, spill_chunks
from tasks.publishing.publish import list_changed_months, show_draft
from tasks.publishing.stories import month_of_time
from tasks.schema import MONTH
from tasks.stores.manifest import DAILY, ORDERS, Manifest, TableFile, partition_of
from tasks.stores.store import open_draft
from tasks.stores.table_files import write_empty, write_files

# Rows take the day of their document.
DOCUMENTS_OF = {"lines": "documents", "shadowed_lines": "shadowed", "stories": "documents"}
KEYS = ["doc_id", "logical_date"]
TIMES = {"sketches": "at", "links": "own_at"}


def move_partitions(lake: Lake, by: str) -> int:
    """Partitions a lake `by` month or day; returns the version, the same as before when it was so already.

    Raises RequestError where there is no lake yet, and for one in a bucket: its readers would see rows twice during the change,
    and the empty files of the old partitions afterwards, which DuckDB, Polars and Spark refuse beside files of another depth.
    """
    if not lake.store.swaps_at_once:
        raise RequestError(
            f"{lake.name}: only a lake on a disk changes its partitions at one instant; ingest into a new lake in the bucket, "
            f"with COPYDESK_PARTITION={by}"
        )
    with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait) as last:
        old = lake.manifest(last)
        if not last:
            raise RequestError(f"{lake.name}: there is no lake here yet; set COPYDESK_PARTITION={by} and ingest")
        if old.by == by:
            return last
        with open_draft(lake.store.folder, last + 1) as draft:
            tables = {table: move_table(lake, old, table, by, draft) for table in old.tables}
            changed = list_changed_months(old, tables)
            made = Manifest(last + 1, None, None, changed, old.rows, tables, {"partition": by}, by=by)
            show_draft(lake, old, draft, made)
        return last + 1


def move_table(lake: Lake, old: Manifest, table: str, by: str, draft: Path) -> tuple[TableFile, ...]:
    """The files of a table in their new partitions, written into the draft; a table that stays keeps its files."""
    before = old.tables.get(table, ())
    if table not in DAILY and not has_other_columns(lake, old, table):
        return before
    months: dict[str, set[str]] = {}
    for file in before:
        if file.rows:
            months.setdefault(file.month[:7], set()).add(file.month)
    files: list[TableFile] = []
    keys = (MONTH.name, *ORDERS[table])
    for month, partitions in sorted(months.items()):
        scratch = draft / "scratch" / table / month
        parts = spill_chunks(move_rows(lake, old, table, by, sorted(partitions)), scratch)
        merged = merge_sorted(narrow_sorted(parts, keys, scratch / "merged"), keys)
        for written in write_files(merged, table, draft / table, lake.store.file_rows).values():
            files += written
    if not files and before:
        first = before[0].month[:7]
        files = [write_empty(table, partition_of(table, date.fromisoformat(f"{first}-01"), by), draft / table)]
    return tuple(files)


def move_rows(lake: Lake, old: Manifest, table: str, by: str, partitions: Iterable[str]) -> SortedRows:
    """The rows of partitions with the new one as `month`, chunk by chunk, each chunk sorted."""
    for partition in partitions:
        days = find_days(lake, old, table, partition) if by == "day" else pl.DataFrame()
        for chunk in read_partitions(lake, old, table, [partition], CHUNK_BYTES // 2):
            rows = pl.DataFrame(pl.from_arrow(chunk))
            if table in DAILY and by == "month":
                moved = rows.with_columns(pl.col("^(month|partition)$").str.head(7))
            elif table == "claims":
                days_known = rows.drop("partition").join(days, on=KEYS, how="left", maintain_order="left")
                moved = days_known.with_columns(month=pl.col("logical_date").dt.strftime("%Y-%m-%d"))
            elif table in TIMES:
                moved = rows.with_columns(month=month_of_time(TIMES[table], by))
            elif table in DOCUMENTS_OF:
                keys = [name for name in KEYS if name in rows.columns]
                moved = rows.join(days, on=keys, how="left", maintain_order="left").with_columns(month="partition")
            else:
                moved = rows.with_columns(month=DAY_OF_DOCUMENT) if table in DAILY else rows
            ordered = moved.sort(MONTH.name, *ORDERS[table], nulls_last=True, maintain_order=True)
            yield conform_rows(ordered.to_arrow(), table)


def find_days(lake: Lake, old: Manifest, table: str, month: str) -> pl.DataFrame:
    """doc_id, logical_date, partition: the days of the documents that the rows of a partition belong to."""
    wanted: list[tuple[str, str]] = []
    if table in DOCUMENTS_OF:
        wanted = [(DOCUMENTS_OF[table], month)]
    elif table == "claims":
        claimed = scan_table(lake, old, "claims", [month]).select(pl.col("partition").unique().sort()).collect()
        wanted = [(name, value) for name in ("documents", "shadowed") for value in claimed["partition"]]
    empty = pl.LazyFrame(schema={"doc_id": pl.String, "logical_date": pl.Date, "partition": pl.String})
    found = (scan_table(lake, old, name, [value]).select(*KEYS, partition=DAY_OF_DOCUMENT) for name, value in wanted)
    return pl.concat([empty, *found]).collect()
