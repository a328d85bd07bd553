"""Where things lie in a lake, and what its current version holds. Nothing here writes.

    lake/documents -> ../.lake-store/current/documents     what readers see: Parquet and nothing else
    .lake-store/current -> versions/00000012               replacing this link is the commit, for all tables at once
    .lake-store/versions/00000012/documents/month=2026-10/part-0-<sha16>.parquet
    .lake-store/commits/00000012.json                      the manifest: every file of that version, and who made it
    .lake-store/lock                                       one publisher at a time

A manifest is written before its version can be seen and never changes while the version is kept, so it is what all
look-ups go through: no folder is ever listed to find out what a table holds.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lakes.errors import LakeError as LakeError
from tasks.lakes.errors import LakeSilent as LakeSilent
from tasks.lakes.manifest import Manifest as Manifest
from tasks.lakes.manifest import TableFile as TableFile
from tasks.lakes.manifest import parse_manifest
from tasks.lakes.manifest import write_manifest as write_manifest
from tasks.lakes.store_files import FolderFiles, StoreFiles
from tasks.schema import LOGICAL_DATE, MONTH, SORT_KEYS, SOURCE, TABLES, can_be_added, column, fill_column

# Beside what readers see, a version holds three hidden tables. `claims` says which batch brought which document, whether
# it is shown or not; `shadowed` and `shadowed_lines` hold the rows of documents that an earlier batch has as well.
CLAIMS = pa.schema(
    [
        SOURCE,
        LOGICAL_DATE,
        column("doc_id", pa.string(), "A document of the batch, published or repeated elsewhere."),
        column("uri", pa.string(), "File it came from, as in `documents`."),
        column("partition", pa.string(), "Month of the document and its lines."),
    ]
)
HIDDEN: dict[str, pa.Schema] = {"claims": CLAIMS, "shadowed": TABLES["documents"], "shadowed_lines": TABLES["lines"]}
ORDERS: dict[str, tuple[str, ...]] = {
    **SORT_KEYS,
    "claims": ("source", "logical_date", "doc_id"),
    "shadowed": (*SORT_KEYS["documents"], "logical_date"),
    "shadowed_lines": (*SORT_KEYS["lines"], "logical_date"),
}

FILE_ROWS = 250_000
# In a lake by day, the tables that grow with the documents are; the others stay by month.
DAILY = frozenset({"documents", "lines", "shadowed", "shadowed_lines", "claims"})

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
    """A lake by the folder that its readers know. Cheap to make; nothing has to exist yet."""

    path: Path
    policy: PublishPolicy = PublishPolicy()

    @property
    def name(self) -> str:
        """How people call it."""
        return str(self.path)

    @property
    def label(self) -> str:
        """The name of its folder."""
        return Path(os.path.abspath(self.path)).name  # noqa: PTH100  (links stay links)

    @property
    def uri(self) -> str:
        """Its address as engines know it."""
        return f"file://{Path(self.path).absolute().as_posix()}"

    @property
    def shows_at_once(self) -> bool:
        """Whether readers see a commit at one instant, and not one partition after the other."""
        return True

    @property
    def file_rows(self) -> int | None:
        """Rows of a published file, at most; None: a partition is one file."""
        return FILE_ROWS

    @property
    def store(self) -> Path:
        """The hidden folder beside the lake: beside, since a reader's `lake/**` must never reach old versions."""
        whole = Path(os.path.abspath(self.path))  # noqa: PTH100  (links stay links)
        return whole.with_name(f".{whole.name}-store")

    @property
    def current(self) -> Path:
        """The link whose target is the published version."""
        return self.store / "current"

    @property
    def staging(self) -> Path:
        """Where runs may stage their shards: on the same disk, out of every reader's sight."""
        return self.store / "staging"

    @property
    def files(self) -> StoreFiles:
        """What the store keeps beside versions, in small files."""
        return FolderFiles(self.store)

    def tree(self, version: int) -> Path:
        """The folder of a version."""
        return self.store / "versions" / f"{version:08d}"

    def manifest_path(self, version: int) -> Path:
        """The manifest of a version."""
        return self.store / "commits" / f"{version:08d}.json"

    def fetch(self, version: int, table: str, file: TableFile) -> Path:
        """Where a file of a version can be read."""
        return self.tree(version) / table / file.path

    def locate(self, version: int, table: str, file: TableFile) -> str:
        """Where a file of a version lies, for people."""
        return str(self.tree(version) / table / file.path)

    def schema(self, version: int, table: str, file: TableFile) -> pa.Schema:
        """The columns of a file of a version, without reading more of it than that."""
        return pq.read_schema(self.fetch(version, table, file))

    def records(self) -> list[int]:
        """Numbers of the versions that are on record, those no longer kept as well."""
        return sorted(int(path.stem) for path in (self.store / "commits").glob("*.json"))

    def written(self) -> set[int]:
        """Numbers of all versions that have a commit or a tree on the disk, visible or not."""
        names = (path.stem for folder in ("commits", "versions") for path in (self.store / folder).glob("[0-9]*"))
        return {int(name) for name in names if name.isdigit()}

    def record(self, version: int) -> str:
        """The manifest of a version as it is written. Raises FileNotFoundError."""
        return self.manifest_path(version).read_text(encoding="utf-8")

    def version(self) -> int:
        """Number of the published version; 0 before the first publish. Raises LakeError when it cannot be told.

        A missing link is a new lake only where nothing was ever written: never where commits or versions remain.
        """
        try:
            return int(self.current.readlink().name)
        except FileNotFoundError:
            if written := self.written():
                raise LakeError(
                    f"{self.current} is missing, but {len(written)} versions are beside it, so nothing was changed; make the "
                    f"newest visible again: ln -s versions/{max(written):08d} {self.current}"
                ) from None
            return 0
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            raise LakeError(
                f"{self.current} is not a link to a version; where the lake was copied, copy it again with its links (cp -a)"
            ) from error

    def is_shown(self) -> bool:
        """Whether readers see all of the published version: on a disk always, in a bucket a moment after the commit."""
        return True

    def manifest(self, version: int | None = None) -> Manifest:
        """What a version holds (the published one unless told); an empty manifest before the first publish.

        Raises LakeError when the version is not known.
        """
        return self._steadily(lambda: read_manifest(self, self.version() if version is None else version))

    def versions(self) -> list[Manifest]:
        """Every commit up to the published one, oldest first. Those no longer kept have empty `tables`."""
        last = self.version()
        return [self.manifest(number) for number in self.records() if number <= last]

    def receipt(self, source: str, logical_date: date) -> dict[str, Any] | None:
        """The whole receipt of a batch, or None when it was never published."""
        rows = (pc.field("source") == source) & (pc.field("logical_date") == logical_date)
        found = self._steadily(lambda: read_rows(self, "receipts", rows, month=month_of(logical_date)))
        return found[0] if found else None

    def receipts(self, source: str | None = None, columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Receipts of a source (of all without one) by source and date: `columns`, or counts and fingerprint.

        Lists (inputs, twins, tallies) are read only when asked for by name.
        """
        names = list(columns) or [field.name for field in TABLES["receipts"] if not pa.types.is_list(field.type)]
        rows = pc.field("source") == source if source else pc.field("source").is_valid()
        return self._steadily(lambda: read_rows(self, "receipts", rows, columns=names))

    def _steadily(self, read: Callable[[], Result]) -> Result:
        # A version may be swept between looking it up and opening its files; then there is a newer one to look at.
        for _ in range(5):
            before = self.version()
            try:
                return read()
            except FileNotFoundError:
                if self.version() == before:
                    raise
        return read()


def month_of(day: date) -> str:
    """The partition of a day, YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def partition_of(table: str, day: date, by: str) -> str:
    """The partition of a day in a table of a lake by month or by day."""
    return day.isoformat() if by == "day" and table in DAILY else month_of(day)


def folder_of(partition: str) -> str:
    """Where a partition lies in its table: month=2026-10, or month=2026-10/day=2026-10-05.

    Days lie below their month, so that a question by month asks either kind of lake.
    """
    month = "-".join(partition.split("-")[:2]) if partition.count("-") == 2 else partition
    return f"month={month}" if month == partition else f"month={month}/day={partition}"


def file_schema(table: str) -> pa.Schema:
    """The schema that every published file of a table has: as declared, without descriptions, without the partition.

    Descriptions stay out so that a better wording does not rewrite the whole lake.
    """
    return pa.schema([field.remove_metadata() for field in declare_columns(table)])


def declare_columns(table: str) -> list[pa.Field]:
    """The columns of a published file of a table, as declared, with their descriptions and defaults."""
    return [field for field in {**TABLES, **HIDDEN}[table] if field.name != MONTH.name]


def read_manifest(lake: Lake, version: int) -> Manifest:
    """The manifest of a version. Raises LakeError when there is none or it cannot be understood."""
    if version == 0:
        return Manifest(0, None, None, {}, {}, {}, {})
    try:
        return parse_manifest(lake.record(version))
    except FileNotFoundError as error:
        raise LakeError(f"{lake.name}: there is no version {version} on record") from error
    except (KeyError, TypeError, ValueError) as error:
        raise LakeError(
            f"{lake.name}: the manifest of version {version} is damaged ({error}); roll back to a version before it"
        ) from error


def table_paths(lake: Lake, manifest: Manifest, table: str, month: str | None = None) -> Iterator[Path]:
    """The files of a table in a version, in the order of their rows; those of one partition when `month` is given."""
    for file in manifest.tables.get(table, ()):
        if month is None or file.month == month:
            yield lake.fetch(manifest.version, table, file)


def read_rows(
    lake: Lake,
    table: str,
    rows: pc.Expression,
    *,
    month: str | None = None,
    columns: Sequence[str] | None = None,
    manifest: Manifest | None = None,
) -> list[dict[str, Any]]:
    """Rows of a small table as dicts, in the order of its sort keys; of the published version unless told."""
    manifest = manifest or read_manifest(lake, lake.version())
    if not manifest.kept:
        raise FileNotFoundError(f"version {manifest.version} of {lake.name}")
    paths = list(table_paths(lake, manifest, table, month))
    wanted = list(columns or file_schema(table).names)
    keys = [name for name in ORDERS[table] if name not in wanted]
    parts = [read_columns(path, table, [*wanted, *keys], rows) for path in paths]
    if not parts:
        return []
    found = pa.concat_tables(parts).sort_by([(name, "ascending") for name in ORDERS[table]])
    result: list[dict[str, Any]] = found.select(wanted).to_pylist()
    return result


def read_columns(path: Path, table: str, columns: Sequence[str], rows: pc.Expression) -> pa.Table:
    """Columns of some rows of a file. Those that are newer than the file have their default, or null."""
    known = set(pq.read_schema(path).names)
    found = pq.read_table(path, columns=[name for name in columns if name in known], filters=rows, partitioning=None)
    for field in declare_columns(table):
        if field.name in set(columns) - known:
            found = found.append_column(field.name, fill_column(field, found.num_rows))
    return found.select(columns)


def fits(schema: pa.Schema, table: str) -> bool:
    """Whether a file has the declared columns, except for newer ones that older rows can be read without."""
    fields = [field for field in declare_columns(table) if field.name in schema.names or not can_be_added(field)]
    return bool(schema.equals(pa.schema(fields)))
