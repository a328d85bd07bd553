"""The commit: a batch's staged rows become part of the lake, all tables in one step.

New files are built in a folder that nobody reads; unchanged files are hard links; then one link is replaced. Method:
immutable version trees with an atomic rename, as "write, audit, publish" does it, without a table format.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from tasks.lake import Lake, LakeError, Manifest, TableFile, file_schema, month_of, table_paths, write_manifest
from tasks.receipt import StagedRun
from tasks.schema import SORT_KEYS, TABLES

GROUP_ROWS = 10_000
FILE_ROWS = 250_000


class PublishError(LakeError):
    """The batch could not be published; readers keep what they had. One line."""


class LakeBusy(LakeError):
    """Another publisher holds the lake and did not end in time. One line."""


@dataclass(frozen=True)
class Commit:
    """The version that readers see after a publish; `changed` is False when nothing had to change."""

    version: int
    changed: bool


def publish(
    lake: Lake, batch: tuple[str, date], runs: Sequence[StagedRun], quarantine: pl.DataFrame, receipt: Mapping[str, Any],
    *, keep: int, wait_seconds: float, on_wait: Callable[[str], None] | None = None,
) -> Commit:  # fmt: skip
    """Replaces all rows of a batch, wherever they were, by its staged rows; all tables change in one step or none does.

    `runs`: staged shards and what is left out of them; `quarantine`: the batch's quarantine rows with `month`; `receipt`: the
    batch's row of `receipts`. `keep`: versions kept. A publish that would give the same files makes no new version. Raises
    LakeBusy after `wait_seconds`, PublishError when the disk or its permissions are in the way.
    """
    try:
        with hold_lake(lake, wait_seconds, on_wait):
            sweep(lake, keep)
            return commit(lake, batch, stage_sources(runs, quarantine, receipt), keep)
    except OSError as error:
        where = error.filename or lake.path
        raise PublishError(
            f"cannot publish to {lake.path}: {error.strerror} ({where}). Readers keep the old version; mend that and run again."
        ) from error


@contextlib.contextmanager
def hold_lake(lake: Lake, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """The lake's lock: one publisher at a time. The kernel frees it when a process dies."""
    if lake.path.exists() and not lake.path.is_dir():
        raise PublishError(f"{lake.path} is a file. Give a folder for the lake.")
    for folder in (lake.path, lake.store / "versions", lake.store / "commits"):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lake.store / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if on_wait:
            on_wait(f"another run is publishing to {lake.path}; waiting up to {wait_seconds:.0f} s")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise LakeBusy(f"{lake.path} has been busy for {wait_seconds:.0f} s. Run again later.") from None
    try:
        yield
    finally:
        lock.release()


def stage_sources(
    runs: Sequence[StagedRun], quarantine: pl.DataFrame, receipt: Mapping[str, Any]
) -> dict[str, list[tuple[pl.LazyFrame, frozenset[str]]]]:
    """For each table, its staged frames (columns as declared, and month) and the doc_ids left out of each."""
    month = month_of(receipt["logical_date"])
    row = pa.Table.from_pylist([dict(receipt)], schema=TABLES["receipts"])
    receipts = pl.DataFrame(pl.from_arrow(row)).with_columns(month=pl.lit(month))
    staged: dict[str, list[tuple[pl.LazyFrame, frozenset[str]]]] = {
        table: [
            (pl.scan_parquet(run.folder / f"{table}.parquet", hive_partitioning=False), run.without) for run in runs
        ]
        for table in ("documents", "lines")
    }
    return {**staged, "quarantine": [(quarantine.lazy(), frozenset())], "receipts": [(receipts.lazy(), frozenset())]}


def commit(
    lake: Lake, batch: tuple[str, date], staged: Mapping[str, list[tuple[pl.LazyFrame, frozenset[str]]]], keep: int
) -> Commit:
    """Builds the next version and makes it the one that readers see."""
    old = lake.manifest()
    number = old.version + 1
    building = lake.store / "versions" / f"{number:08d}.tmp"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        tables: dict[str, tuple[TableFile, ...]] = {}
        changed: dict[str, tuple[str, ...]] = {}
        for table in TABLES:
            tables[table], changed[table] = build_table(lake, old, table, batch, staged[table], building / table)
        if old.version and not any(changed.values()):
            shutil.rmtree(building)
            return Commit(old.version, changed=False)
        rows = {table: sum(file.rows for file in files) for table, files in tables.items()}
        manifest = Manifest(number, batch, None, changed, rows, tables, {})
        write_synced(lake.manifest_path(number), write_manifest(manifest).encode())
        for folder in sorted(building.rglob("*")):
            if folder.is_dir():
                sync(folder)
        sync(building)
        building.rename(lake.tree(number))
        sync(lake.store / "versions")
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    swap_link(lake.current, f"versions/{number:08d}")  # the commit
    for table in TABLES:
        link = lake.path / table
        target = os.path.relpath(lake.current / table, lake.path.absolute())
        if not link.is_symlink():
            if link.exists():
                raise PublishError(f"{link} is there and is no link of copydesk's. Move it away and run again.")
            swap_link(link, target)
    sweep(lake, keep)
    return Commit(number, changed=True)


def build_table(
    lake: Lake,
    old: Manifest,
    table: str,
    batch: tuple[str, date],
    staged: list[tuple[pl.LazyFrame, frozenset[str]]],
    folder: Path,
) -> tuple[tuple[TableFile, ...], tuple[str, ...]]:
    """Writes the partitions of a table that change and links the others; returns all files and the changed months."""
    source, day = batch
    months = {month for frame, _ in staged for month in frame.select("month").unique().collect()["month"]}
    files: list[TableFile] = []
    changed: list[str] = []
    known = {file.month for file in old.tables.get(table, ())}
    if not months | known:
        months = {month_of(day)}  # an empty table is a file without rows: readers never find nothing
    for month in sorted(months | known):
        paths = list(table_paths(lake, old, table, month))
        own = (
            pl.scan_parquet(paths, hive_partitioning=False).select(
                (pl.col("source") == source) & (pl.col("logical_date") == day)
            )
            if paths
            else None
        )
        touched = month in months or (own is not None and own.sum().collect().item() > 0)
        before = [file for file in old.tables.get(table, ()) if file.month == month]
        target = folder / f"month={month}"
        target.mkdir(parents=True)
        if not touched:
            files += before
            for file in before:
                link_file(lake.tree(old.version) / table / file.path, folder / file.path)
            continue
        frames = [
            pl.scan_parquet(path, hive_partitioning=False).filter(
                (pl.col("source") != source) | (pl.col("logical_date") != day)
            )
            for path in paths
        ]
        for frame, without in staged:
            part = frame.filter(pl.col("month") == month).drop("month")
            frames.append(part.filter(~pl.col("doc_id").is_in(list(without))) if without else part)
        names = file_schema(table).names
        rows = (
            pl.concat([frame.select(names) for frame in frames])
            .sort(*SORT_KEYS[table], nulls_last=True, maintain_order=True)
            .collect()
        )
        if rows.is_empty() and len(months | known) > 1:
            target.rmdir()
            written: list[TableFile] = []
        else:
            written = write_partition(rows, table, month, target)
        if [file.sha256 for file in written] != [file.sha256 for file in before]:
            changed.append(month)
        files += written
    return tuple(files), tuple(changed)


def write_partition(rows: pl.DataFrame, table: str, month: str, target: Path) -> list[TableFile]:
    """Sorted rows as Parquet files of at most FILE_ROWS rows, each named after its content."""
    written = []
    for number, part in enumerate(rows.iter_slices(FILE_ROWS) if rows.height else [rows]):
        fresh = target / "new"
        write_parquet(part, table, fresh)
        made = describe_file(fresh, "", part.height)
        name = f"part-{number}-{made.sha256[:16]}.parquet"
        fresh.rename(target / name)
        written.append(replace(made, path=f"month={month}/{name}"))
    return written


def write_parquet(rows: pl.DataFrame, table: str, path: Path) -> None:
    """Rows of a table in a file that is on the disk when this returns. Equal rows give equal bytes."""
    bloom = {"doc_id": {"ndv": GROUP_ROWS, "fpp": 0.01}} if table in ("documents", "lines") else None
    pq.write_table(
        rows.to_arrow().cast(file_schema(table)), path, compression="zstd", compression_level=3,
        row_group_size=GROUP_ROWS, write_page_index=True, write_page_checksum=True, bloom_filter_options=bloom,
    )  # fmt: skip
    with path.open("rb") as opened:
        os.fsync(opened.fileno())


def describe_file(path: Path, name: str, rows: int) -> TableFile:
    """A file as the manifest has it."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return TableFile(name, rows, path.stat().st_size, digest)


def link_file(old: Path, new: Path) -> None:
    """The same file under another name; a copy where the disk has no hard links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def sweep(lake: Lake, keep: int) -> None:
    """Removes left-overs of killed runs and versions that are no longer kept."""
    current = lake.version()
    for folder in (lake.store / "versions").iterdir():
        if not folder.name.isdigit() or int(folder.name) > current or int(folder.name) <= current - keep:
            shutil.rmtree(folder, ignore_errors=True)


def roll_back(lake: Lake, number: int, wait_seconds: float) -> None:
    """Makes a kept version the one that readers see. Raises LakeError when it is not kept."""
    with hold_lake(lake, wait_seconds, None):
        if not lake.tree(number).is_dir() or number > lake.version():
            kept = ", ".join(
                sorted(path.name.lstrip("0") for path in (lake.store / "versions").iterdir() if path.name.isdigit())
            )
            raise LakeError(f"{lake.path} has no version {number}. Kept are {kept or 'none'}.")
        swap_link(lake.current, f"versions/{number:08d}")


def swap_link(link: Path, target: str) -> None:
    """Points a link at another target in one step."""
    fresh = link.with_name(link.name + ".next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    sync(link.parent)


def write_synced(path: Path, content: bytes) -> None:
    """A small file that is on the disk when this returns."""
    with path.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def sync(folder: Path) -> None:
    """Makes a folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
