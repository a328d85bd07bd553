"""The tables of a version as their files have them: columns, order of rows, and partitions.

Beside what readers see, a version holds three hidden tables. `claims` says which batch brought which document, whether it is
shown or not; `shadowed` and `shadowed_lines` hold the rows of documents that an earlier batch has as well.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from tasks.schema import LOGICAL_DATE, MONTH, SORT_KEYS, SOURCE, TABLES, can_be_added, column

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
# In a lake by day, the tables that grow with the documents are by day; the others stay by month.
DAILY = frozenset({"documents", "lines", "shadowed", "shadowed_lines", "claims"})


def month_of(day: date) -> str:
    """The partition of a day, YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def partition_of(table: str, day: date, by: str) -> str:
    """The partition of a day in a table of a lake by month or by day."""
    return day.isoformat() if by == "day" and table in DAILY else month_of(day)


def folder_of(partition: str) -> str:
    """The folder of a partition in its table: month=2026-10, or month=2026-10/day=2026-10-05.

    Days are below their month, so that a query by month works on either kind of lake.
    """
    month = "-".join(partition.split("-")[:2]) if partition.count("-") == 2 else partition
    return f"month={month}" if month == partition else f"month={month}/day={partition}"


def file_schema(table: str) -> pa.Schema:
    """The schema of every published file of a table: as declared, without descriptions and without the partition.

    Without descriptions, so that a better wording does not rewrite the whole lake.
    """
    return pa.schema([field.remove_metadata() for field in list_file_columns(table)])


def list_file_columns(table: str) -> list[pa.Field]:
    """The columns of a published file of a table, as declared, with their descriptions and defaults."""
    return [field for field in {**TABLES, **HIDDEN}[table] if field.name != MONTH.name]


def has_declared_columns(schema: pa.Schema, table: str) -> bool:
    """Whether a file has the declared columns, except for newer ones that older rows can be read without."""
    fields = [field for field in list_file_columns(table) if field.name in schema.names or not can_be_added(field)]
    return bool(schema.equals(pa.schema(fields)))
