"""A lake: its versions, and the rows of its tables. Nothing here writes.

A manifest is written before its version can be seen and never changes while the version is kept, so every look-up goes through
it: no folder is ever listed to find out what a table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from tasks.schema import fill_column
from tasks.stores.manifest import Manifest
from tasks.stores.store import Store
from tasks.stores.store_files import StoreFiles
from tasks.stores.tables import ORDERS, file_schema, list_file_columns, month_of

Result = TypeVar("Result")


@dataclass(frozen=True)
class PublishPolicy:
    """How a run publishes. `keep_versions`: versions that stay for a rollback; `wait_seconds`: how long to wait for another
    publisher; `partition`: month or day, for a lake that does not exist yet; `on_wait`: gets a line if there is a wait.
    """

    keep_versions: int = 5
    wait_seconds: float = 600
    partition: str = "month"
    on_wait: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Lake:
    """A lake in a store, and how it is published into. Cheap to make; nothing has to exist yet."""

    store: Store
    policy: PublishPolicy

    @property
    def name(self) -> str:
        """Its path or address, for people."""
        return self.store.name

    @property
    def files(self) -> StoreFiles:
        """The small named files of its store."""
        return self.store.files

    @property
    def staging(self) -> Path:
        """Where runs stage their batches: on the disk of the drafts, out of every reader's sight."""
        return self.store.folder / "staging"

    def version(self) -> int:
        """The published version; 0 before the first publish. Raises LakeError when it is unknown."""
        return self.store.version()

    def manifest(self, version: int | None = None) -> Manifest:
        """What a version holds (the published one by default); an empty manifest before the first publish.

        Raises LakeError when the version is not known.
        """
        return self.store.read_manifest(self.version() if version is None else version)

    def versions(self) -> list[Manifest]:
        """Every commit up to the published one, oldest first. Those no longer kept have empty `tables`."""
        last = self.version()
        return [self.manifest(number) for number in self.store.list_versions() if number <= last]

    def receipt(self, source: str, logical_date: date) -> dict[str, Any] | None:
        """The whole receipt of a batch, or None when it was never published."""
        rows = (pl.col("source") == source) & (pl.col("logical_date") == logical_date)
        month = month_of(logical_date)
        found = read_steadily(self, lambda seen: scan_table(self, seen, "receipts", [month]).filter(rows).collect())
        return next(found.iter_rows(named=True), None)

    def receipts(self, source: str | None = None, columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Receipts of a source (of all without one) by source and date: `columns`, or all that are not lists."""
        wanted = pl.col("source") == source if source else pl.lit(True)

        def read(seen: Manifest) -> pl.DataFrame:
            rows = scan_table(self, seen, "receipts").filter(wanted).sort(ORDERS["receipts"])
            schema = rows.collect_schema()
            return rows.select(
                columns or [name for name, kind in schema.items() if not isinstance(kind, pl.List)]
            ).collect()

        return read_steadily(self, read).to_dicts()


def read_steadily(lake: Lake, read: Callable[[Manifest], Result]) -> Result:
    """What `read` makes of the published version, given its manifest; repeated if that version was swept meanwhile."""
    while True:
        seen = lake.manifest()
        try:
            return read(seen)
        except FileNotFoundError:
            if lake.version() == seen.version:
                raise


def table_paths(lake: Lake, manifest: Manifest, table: str, month: str | None = None) -> Iterator[Path]:
    """The files of a table in a version, in the order of their rows; those of one partition when `month` is given."""
    for file in manifest.tables.get(table, ()):
        if month is None or file.month == month:
            yield lake.store.fetch(manifest.version, table, file)


def scan_table(lake: Lake, manifest: Manifest, table: str, months: Sequence[str] | None = None) -> pl.LazyFrame:
    """The rows of a table in a version, or of some partitions of it. Raises FileNotFoundError when the version was swept."""
    if not manifest.kept:
        raise FileNotFoundError(f"version {manifest.version} of {lake.name}")
    wanted = [None] if months is None else months
    return scan_files([path for month in wanted for path in table_paths(lake, manifest, table, month)], table)


def scan_files(paths: Sequence[Path], table: str) -> pl.LazyFrame:
    """The rows of files that all have the same columns; a column that their release did not have is its default, or null.

    Without files, no rows.
    """
    if not paths:
        return pl.DataFrame(pl.from_arrow(file_schema(table).empty_table())).lazy()
    found = pl.read_parquet_schema(paths[0])
    added = [field for field in list_file_columns(table) if field.name not in found]
    filled = [pl.lit(pl.Series(fill_column(field, 1))).first().alias(field.name) for field in added]
    return pl.scan_parquet(list(paths), hive_partitioning=False).with_columns(filled).select(file_schema(table).names)
