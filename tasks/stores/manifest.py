"""What a version of a lake holds: its tables as their files have them, and one JSON per version, equal for equal contents.

Beside what readers see, a version holds hidden tables. `claims` says which batch brought which document, whether it is shown or
not; `shadowed` and `shadowed_lines` hold the rows of documents that an earlier batch has as well. `sketches` has what finds a
document's copies, `links` every pair of documents that share passages, once in the partition of each.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from tasks.columns import can_be_added, column
from tasks.schema import LOGICAL_DATE, MONTH, RETIRED, SORT_KEYS, SOURCE, TABLES
from tasks.stores.errors import REPAIR, LakeError

CLAIMS = pa.schema(
    [
        SOURCE,
        LOGICAL_DATE,
        column("doc_id", pa.string(), "A document of the batch, published or repeated elsewhere."),
        column("uri", pa.string(), "File it came from, as in `documents`."),
        column("partition", pa.string(), "Month of the document and its lines."),
    ]
)
SKETCHES = pa.schema(
    [
        column("doc_id", pa.string(), "A published document."),
        SOURCE,
        LOGICAL_DATE,
        column("at", pa.int64(), "Microseconds since 1970 of `published_at`, else of the logical date."),
        *(TABLES["documents"].field(name) for name in ("publisher", "url", "record_id")),
        column("words", pa.int32(), "Words of the text."),
        column(
            "digest",
            pa.int64(),
            "A number for the words of the text in their order, and for the code and the window that link it.",
        ),
        column("prints", pa.binary(), "Fingerprints of the text, 4 bytes each, sorted."),
    ]
)
LINKS = pa.schema(
    [
        column("doc_id", pa.string(), "One of the two documents, whose partition the row lies in."),
        column("other_id", pa.string(), "The other."),
        column("is_later", pa.bool_(), "Whether the first is the later of the two."),
        column("link", pa.string(), "same, part or quote: see `tasks.stories.links`."),
        column("kind", pa.string(), "What the later one is of the earlier, if both are of one story."),
        column("runs", pa.int32(), "Distinct runs of words in both texts."),
        *(
            column(f"{side}_{name}", kind, f"{meaning}, of {whose}.")
            for side, whose in (("own", "the document"), ("other", "the other"))
            for name, kind, meaning in (
                ("at", pa.int64(), "Its place in time, as in `sketches`"),
                ("date", pa.date32(), "Its logical date"),
                ("runs", pa.int32(), "Distinct runs"),
                ("start", pa.int32(), "First word of the longest passage in common"),
                ("end", pa.int32(), "The word behind that passage"),
            )
        ),
    ]
)
HIDDEN: dict[str, pa.Schema] = {
    "claims": CLAIMS,
    "shadowed": TABLES["documents"],
    "shadowed_lines": TABLES["lines"],
    "sketches": SKETCHES,
    "links": LINKS,
}
ORDERS: dict[str, tuple[str, ...]] = {
    **SORT_KEYS,
    "claims": ("source", "logical_date", "doc_id"),
    "shadowed": (*SORT_KEYS["documents"], "logical_date"),
    "shadowed_lines": (*SORT_KEYS["lines"], "logical_date"),
    "sketches": ("at", "logical_date", "doc_id"),
    "links": ("doc_id", "other_id"),
}
# In a lake by day, the tables that grow with the documents are by day; the others stay by month.
DAILY = frozenset({"documents", "lines", "shadowed", "shadowed_lines", "claims", "stories", "sketches", "links"})


def month_of(day: date) -> str:
    """The partition of a day, YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def partition_of(table: str, day: date, by: str) -> str:
    """The partition of a day in a table of a lake by month or by day."""
    return day.isoformat() if by == "day" and table in DAILY else month_of(day)


def folder_of(partition: str) -> str:
    """The folder of a partition: month=2026-10, or month=2026-10/day=2026-10-05, so that a query by month works on both."""
    month = "-".join(partition.split("-")[:2]) if partition.count("-") == 2 else partition
    return f"month={month}" if month == partition else f"month={month}/day={partition}"


def file_schema(table: str) -> pa.Schema:
    """The schema of a table's published files: without the partition, and without descriptions, whose wording may change."""
    return pa.schema([field.remove_metadata() for field in list_file_columns(table)])


def list_file_columns(table: str) -> list[pa.Field]:
    """The columns of a published file of a table, as declared, with their descriptions and defaults."""
    return [field for field in {**TABLES, **HIDDEN}[table] if field.name != MONTH.name]


def has_declared_columns(schema: pa.Schema, table: str) -> bool:
    """Whether a file has the declared columns, except for newer ones that older rows can be read without."""
    fields = [field for field in list_file_columns(table) if field.name in schema.names or not can_be_added(field)]
    found = [field for field in schema if field.name not in RETIRED.get(table, ())]
    return bool(pa.schema(found).equals(pa.schema(fields)))


@dataclass(frozen=True)
class TableFile:
    """One Parquet file of a version. `path` is relative to the table's folder, `size` in bytes."""

    path: str
    rows: int
    size: int
    sha256: str
    home: int = field(default=0, compare=False)  # in a bucket: the version that brought the bytes

    @property
    def month(self) -> str:
        """The partition it lies in: a month, or a day (YYYY-MM-DD) in a lake by day."""
        return self.path.rpartition("/")[0].rpartition("=")[2]


@dataclass(frozen=True)
class Manifest:
    """What a version holds and what made it. `tables`: the files of each table in the order of their rows.

    `restores`: the version that a rollback brought back; `kept`: false for a version whose files were swept, whose `tables`
    are empty; `vacant`: in a bucket, by table, the partitions that readers find empty; `by`: month or day, the partitions of
    the DAILY tables.
    """

    version: int
    batch: tuple[str, date] | None
    restores: int | None
    changed: dict[str, tuple[str, ...]]
    rows: dict[str, int]
    tables: dict[str, tuple[TableFile, ...]]
    note: dict[str, Any]
    kept: bool = True
    vacant: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by: str = "month"


def load_manifest(name: str, version: int, read: Callable[[], str]) -> Manifest:
    """The manifest of a version, from the text that `read` gives; an empty one for 0. Raises LakeError."""
    if version == 0:
        return Manifest(0, None, None, {}, {}, {}, {})
    try:
        raw = json.loads(read())
        tables = raw["tables"]
        kept = all("files" in body for body in tables.values())
        files = {table: tuple(TableFile(**item) for item in body["files"]) for table, body in tables.items() if kept}
        return Manifest(
            version=raw["version"],
            batch=raw["batch"] and (raw["batch"]["source"], date.fromisoformat(raw["batch"]["logical_date"])),
            restores=raw["restores"],
            changed={table: tuple(body["changed"]) for table, body in tables.items()},
            rows={table: int(body["rows"]) for table, body in tables.items()},
            tables=files,
            note=raw["note"],
            kept=kept,
            vacant={table: tuple(body["vacant"]) for table, body in tables.items() if "vacant" in body},
            by=raw.get("by", "month"),
        )
    except FileNotFoundError as error:
        raise LakeError(
            f"{name}: there is no version {version} on record; where it should be the published one, {REPAIR}"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise LakeError(f"{name}: the manifest of version {version} is damaged ({error}); {REPAIR}") from error


def write_manifest(manifest: Manifest) -> str:
    """The JSON of a manifest. Paths are in file order, keys sorted: equal manifests give equal text."""
    batch = manifest.batch and {"source": manifest.batch[0], "logical_date": manifest.batch[1].isoformat()}
    tables: dict[str, dict[str, Any]] = {
        table: {"changed": manifest.changed.get(table, ()), "rows": rows} for table, rows in manifest.rows.items()
    }
    for table, files in manifest.tables.items() if manifest.kept else ():
        tables[table]["files"] = [
            {name: value for name, value in vars(file).items() if name != "home" or value} for file in files
        ]
    for table, months in manifest.vacant.items():
        tables[table]["vacant"] = months
    head: dict[str, Any] = {"version": manifest.version, "batch": batch, "restores": manifest.restores}
    head |= {"note": manifest.note, "by": manifest.by}
    return json.dumps({**head, "tables": tables}, indent=1, sort_keys=True, default=str) + "\n"
