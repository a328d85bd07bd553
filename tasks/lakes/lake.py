"""A lake: how it is opened, its versions, the rows of its tables, and queries about single documents. Nothing here writes.

A manifest is written before its version can be seen and never changes while the version is kept, so every look-up goes through
it: no folder is ever listed to find out what a table holds.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from tasks.batch import STORY_DAYS
from tasks.columns import fill_column
from tasks.errors import RequestError
from tasks.formats.record import rebuild
from tasks.formats.remote import tidy_error
from tasks.stores.bucket_layout import BucketLayout
from tasks.stores.bucket_store import BucketStore
from tasks.stores.disk_store import DiskStore
from tasks.stores.errors import NO_LAKE, REPAIR, LakeError
from tasks.stores.manifest import ORDERS, Manifest, file_schema, list_file_columns, month_of
from tasks.stores.store import Store
from tasks.stores.store_files import StoreFiles

Result = TypeVar("Result")


@dataclass(frozen=True)
class PublishPolicy:
    """How a run publishes. `keep_versions`: versions that stay for a rollback; `wait_seconds`: how long to wait for another
    publisher; `partition`: month or day, for a lake that does not exist yet; `on_wait`: gets a line if there is a wait;
    `story_days`: how many days apart copies of a story may be.
    """

    keep_versions: int = 5
    wait_seconds: float = 600
    partition: str = "month"
    on_wait: Callable[[str], None] | None = None
    story_days: int = STORY_DAYS


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
    def label(self) -> str:
        """The name of its folder."""
        return Path(os.path.abspath(self.name)).name  # noqa: PTH100  (links stay links)

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
        """What a version holds (by default the published one); empty before the first publish. Raises LakeError."""
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


def require_lake(lake: Lake) -> None:
    """Raises RequestError where there is no lake, LakeError where one has lost its store: it is not a new one."""
    if not lake.version():
        refuse_lost_store(lake)
        raise RequestError(f"there is no lake at {lake.name}. Ingest something first.")


def refuse_lost_store(lake: Lake) -> None:
    """Raises LakeError for a lake that has lost its store, before a run makes a new one in its place."""
    if not lake.store.list_written() and (absence := lake.store.explain_absence()).what != NO_LAKE:
        raise LakeError(f"{absence.what}: {absence.where}; {absence.next}")


def read_steadily(lake: Lake, read: Callable[[Manifest], Result]) -> Result:
    """What `read` makes of the published version, given its manifest; repeated if that version was swept meanwhile.

    Raises LakeError when a file of the version is missing or cannot be read.
    """
    while True:
        seen = lake.manifest()
        try:
            return read(seen)
        except FileNotFoundError as error:
            if lake.version() == seen.version:
                raise LakeError(
                    f"{lake.name}: a file of version {seen.version} is missing: {tidy_error(error)}; {REPAIR}"
                ) from error
        except (OSError, pl.exceptions.PolarsError) as error:
            raise LakeError(
                f"{lake.name}: version {seen.version} cannot be read: {tidy_error(error)}; {REPAIR}"
            ) from error


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
    """The rows of files with the same columns; a column that their release did not have is its default, or null."""
    if not paths:
        return pl.DataFrame(pl.from_arrow(file_schema(table).empty_table())).lazy()
    found = pl.read_parquet_schema(paths[0])
    added = [field for field in list_file_columns(table) if field.name not in found]
    filled = [pl.lit(pl.Series(fill_column(field, 1))).first().alias(field.name) for field in added]
    return pl.scan_parquet(list(paths), hive_partitioning=False).with_columns(filled).select(file_schema(table).names)


ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):(?://?(.*))?")
WORK = Path(".copydesk")
DEFAULTS = PublishPolicy()


class PlaceError(RequestError):
    """An address that no lake can have. One line: what, where, what next."""


def open_lake(place: Path | str, *, work: Path | None = None, policy: PublishPolicy = DEFAULTS) -> Lake:
    """The lake at a folder or an address, there or not. `work`: where one in a bucket stages and copies. Raises PlaceError."""
    try:
        str(place).encode()
    except UnicodeEncodeError:
        raise PlaceError(f"{str(place)!a}: the path of a lake has to be UTF-8; name another folder") from None
    hit = ADDRESS.fullmatch(str(place))
    if hit is None:
        return Lake(DiskStore(Path(place)), policy)
    scheme, rest = hit[1], (hit[2] or "").strip("/")
    if scheme != "s3":
        raise PlaceError(f"{scheme}://{rest}: a lake is a folder or s3://bucket/folder; name one of these")
    if "/" not in rest:
        raise PlaceError(f"s3://{rest}: name a folder in the bucket for the lake, such as s3://{rest or 'bucket'}/lake")
    address = f"s3://{rest}"
    name = re.sub(r"[^a-z0-9]+", "-", rest.lower()) + "-" + hashlib.sha256(address.encode()).hexdigest()[:8]
    return Lake(BucketStore((work or WORK) / name, BucketLayout(address)), policy)


def as_uri(place: str) -> str:
    """A path or an address as engines know it; not percent-encoded."""
    return place if "://" in place else f"file://{Path(place).absolute().as_posix()}"


def query_table(lake: Lake, table: str, where: str, *values: object) -> list[dict[str, Any]]:
    """Rows of a published table as dictionaries, `where` with a `?` for each value. No rows where there is no lake yet."""
    import duckdb

    paths = [str(path) for path in table_paths(lake, lake.manifest(), table)]
    if not paths:
        return []
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as base:
        question = f"FROM read_parquet(?, hive_partitioning = true) WHERE {where}"
        found: list[dict[str, Any]] = base.sql(question, params=[paths, *values]).to_arrow_table().to_pylist()
        return found


def find_documents(lake: Lake, key: str) -> list[dict[str, Any]]:
    """The documents whose doc_id, uri, record_id or url is `key`, or whose doc_id starts with it (8 digits or more)."""
    where = "doc_id = ? OR uri = ? OR record_id = ? OR url = ? ORDER BY doc_id"
    exact = query_table(lake, "documents", where, *[key] * 4)
    if exact or len(key) < 8:
        return exact
    return query_table(lake, "documents", "starts_with(doc_id, ?) OR starts_with(uri, ? || '#') ORDER BY uri", key, key)


def find_lines(lake: Lake, doc_id: str) -> list[dict[str, Any]]:
    """The rows of `lines` of a document, by line number."""
    return query_table(lake, "lines", "doc_id = ? ORDER BY line", doc_id)


def find_quarantined(lake: Lake, key: str) -> list[dict[str, Any]]:
    """Quarantine rows whose uri, record_id or doc_id is `key`, or that came from the file `key`."""
    where = "uri = ? OR doc_id = ? OR record_id = ? OR starts_with(uri, ? || '#') ORDER BY uri"
    return query_table(lake, "quarantine", where, *[key] * 4)


def find_duplicates(lake: Lake, key: str) -> list[dict[str, Any]]:
    """Rows of `duplicates` whose uri, record_id or url is `key`."""
    return query_table(lake, "duplicates", "uri = ? OR record_id = ? OR url = ? ORDER BY logical_date, uri", *[key] * 3)


def find_owners(lake: Lake, manifest: Manifest, source: str, ids: Sequence[str]) -> dict[str, tuple[date, str]]:
    """Logical date and uri of documents of a source, by doc_id: those of the batch that publishes them.

    Only the claims are read, which are sorted by source. A document that failed its audit has none.
    """
    wanted = (pl.col("source") == source) & pl.col("doc_id").is_in(list(ids))
    claims = scan_table(lake, manifest, "claims").filter(wanted).select("doc_id", "logical_date", "uri").collect()
    first = claims.sort("doc_id", "logical_date").unique("doc_id", keep="first")
    return {doc_id: (day, uri) for doc_id, day, uri in first.iter_rows()}


def restore_text(lake: Lake, document: dict[str, Any]) -> str:
    """The canonical text of a document, put together again from the lake."""
    others = [(row["line"], row["text"]) for row in find_lines(lake, document["doc_id"])]
    return rebuild(document, others)
