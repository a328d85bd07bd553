"""A lake by month becomes one by day, or the other way round: every row moves to its new partition, in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import DAILY, HIDDEN, ORDERS, Lake, Manifest, TableFile, table_paths
from tasks.publishing.by_day import DAY_OF_DOCUMENT
from tasks.publishing.disk_store import PublishError, drop_draft, open_draft
from tasks.publishing.files import write_empty, write_files
from tasks.publishing.merge import (
    CHUNK_BYTES,
    FAN_IN,
    SortedRows,
    merge_sorted,
    narrow_sorted,
    read_sorted,
    write_sorted,
)
from tasks.publishing.publish import compare, link_files
from tasks.publishing.rows import conform, has_other_columns, read_partitions
from tasks.publishing.store import place_of
from tasks.schema import MONTH, TABLES

HOMES = {"lines": "documents", "shadowed_lines": "shadowed"}  # whose day the rows take
KEYS = ["doc_id", "logical_date"]


def repartition(lake: Lake, by: str) -> int:
    """Partitions a lake `by` month or day; gives the version, the same as before when it was so already.

    Raises PublishError where there is no lake yet, and for one in a bucket: its readers would see rows twice while it is done,
    and the old layout's empty files for ever after, which DuckDB, Polars and Spark refuse beside files of another depth.
    """
    if not lake.shows_at_once:
        raise PublishError(
            f"{lake.name}: only a lake on a disk changes its partitions at one instant; ingest into a new lake in the bucket, "
            f"with COPYDESK_PARTITION={by}"
        )
    with place_of(lake).lock_lake(lake) as last:
        old = lake.manifest(last)
        if not last:
            raise PublishError(f"{lake.name}: there is no lake here yet; set COPYDESK_PARTITION={by} and ingest")
        if old.by == by:
            return last
        draft = open_draft(lake, last + 1)
        try:
            tables = {table: move_table(lake, old, table, by, draft) for table in (*TABLES, *HIDDEN)}
            drop_draft(draft / "scratch")
            fresh = {table: files for table, files in tables.items() if files is not old.tables.get(table)}
            link_files(lake, old, draft, tables, fresh)
            made = Manifest(last + 1, None, None, {}, old.rows, tables, {"partition": by}, by=by)
            place_of(lake).show_version(lake, draft, Manifest(**{**vars(made), "changed": compare(old, made)}))
        finally:
            drop_draft(draft)
        return last + 1


def move_table(lake: Lake, old: Manifest, table: str, by: str, draft: Path) -> tuple[TableFile, ...]:
    """The files of a table in their new partitions, written into the draft; those that stay as they are are named."""
    before = old.tables.get(table, ())
    if table not in DAILY and not has_other_columns(lake, old, table):
        return before
    months: dict[str, list[str]] = {}
    for file in before:
        if file.rows:
            months.setdefault(file.month[:7], []).append(file.month)
    files: list[TableFile] = []
    for month, partitions in sorted(months.items()):
        keys = (MONTH.name, *ORDERS[table])
        spilled = spill_chunks(
            move_rows(lake, old, table, by, sorted(set(partitions))), draft / "scratch" / table / month
        )
        runs = narrow_sorted(spilled, keys, draft / "scratch" / table / f"{month}-merged")
        for written in write_files(merge_sorted(runs, keys), table, draft / table, lake.file_rows).values():
            files += written
    if not files and before:
        first = before[0].month[:7]
        by_day = by == "day" and table in DAILY
        files = [write_empty(table, f"{first}-01" if by_day else first, draft / table)]
    return tuple(files)


def move_rows(lake: Lake, old: Manifest, table: str, by: str, partitions: Iterable[str]) -> SortedRows:
    """The rows of partitions with the new one as `month`, chunk by chunk, each chunk in order."""
    for partition in partitions:
        homes = find_homes(lake, old, table, partition) if by == "day" else pl.DataFrame()
        for chunk in read_partitions(lake, old, table, [partition], CHUNK_BYTES // 2):
            rows = pl.DataFrame(pl.from_arrow(chunk))
            if table not in DAILY:
                moved = rows
            elif by == "month":
                moved = rows.with_columns(pl.col(MONTH.name).str.head(7))
                if table == "claims":
                    moved = moved.with_columns(pl.col("partition").str.head(7))
            elif table == "claims":
                moved = (
                    rows.drop("partition")
                    .join(homes, on=KEYS, how="left", maintain_order="left")
                    .with_columns(pl.col("logical_date").dt.strftime("%Y-%m-%d").alias(MONTH.name))
                )
            elif table in HOMES:
                moved = rows.join(homes, on=KEYS, how="left", maintain_order="left").with_columns(month="partition")
            else:
                moved = rows.with_columns(month=DAY_OF_DOCUMENT)
            ordered = moved.sort(MONTH.name, *ORDERS[table], nulls_last=True, maintain_order=True)
            yield conform(ordered.to_arrow(), table)


def find_homes(lake: Lake, old: Manifest, table: str, month: str) -> pl.DataFrame:
    """doc_id, logical_date, partition: the days of the documents that the rows of a partition speak of."""
    found = [pl.DataFrame(schema={"doc_id": pl.String, "logical_date": pl.Date, "partition": pl.String})]
    if table in HOMES:
        wanted = [(HOMES[table], month)]
    elif table == "claims":
        claimed = read_columns(lake, old, "claims", month, ["partition"])["partition"].unique().sort()
        wanted = [(home, value) for home in ("documents", "shadowed") for value in claimed]
    else:
        wanted = []
    for home, value in wanted:
        rows = read_columns(lake, old, home, value, [*KEYS, "published_at"])
        found.append(rows.select(*KEYS, partition=DAY_OF_DOCUMENT))
    return pl.concat(found)


def read_columns(lake: Lake, old: Manifest, table: str, month: str, columns: list[str]) -> pl.DataFrame:
    """Some columns of a partition."""
    parts = [
        pl.DataFrame(pl.from_arrow(chunk))
        for chunk in read_sorted(table_paths(lake, old, table, month), columns=columns)
    ]
    schema = {name: pl.DataFrame(pl.from_arrow(TABLE_OF[table].empty_table())).schema[name] for name in columns}
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def spill_chunks(chunks: Iterator[pa.Table], folder: Path) -> list[SortedRows]:
    """Each chunk as a sorted run on disk, so that many can be merged in little memory."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, chunk in enumerate(chunks):
        paths.append(folder / f"chunk-{number}.parquet")
        write_sorted(iter([chunk]), paths[-1])
    budget = CHUNK_BYTES // min(max(len(paths), 1), FAN_IN)
    return [read_sorted([path], budget=budget) for path in paths]


TABLE_OF = {**TABLES, **HIDDEN}
