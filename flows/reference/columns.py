"""The data dictionary, `lake/README.md`: what the lake's tables and columns mean."""

from __future__ import annotations

import pyarrow as pa

from flows.reference.tables import format_table
from tasks.schema import DEFAULT, SORT_KEYS, TABLES

INTRO = """# The lake: data dictionary

Generated from `tasks/schema.py` by `make docs`; change it there. `copydesk` publishes here by default. Readers see four tables,
each a folder of hive-partitioned Parquet (`documents/month=2026-10/part-0-....parquet`); they are links into the version tree in
`.lake-store` beside this folder.

    SELECT title, language FROM 'lake/documents/**/*.parquet'          -- DuckDB
    polars.scan_parquet("lake/documents")    pandas.read_parquet("lake/documents")    spark.read.parquet("lake/documents")

Every table is partitioned by `month` (YYYY-MM), which is in the path only: the month of publication if it is known, else of
the logical date. Lines have the month of their document. All times are UTC, all counts of characters are Unicode code points.
"""
ABOUT = {
    "documents": "One row per published document.",
    "lines": "One row for every non-blank line that is not in `documents.text`: kept apart or removed. Both tables "
    "together give the exact canonical text again.",
    "quarantine": "One row per record that was read and not published.",
    "receipts": "One row per batch (source and logical date): its inputs, and its sums, which close. No row holds a "
    "time or a run's id; those are in `.lake-store/commits`.",
}


def write_dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = [INTRO]
    for name, schema in TABLES.items():
        parts.append(f"\n## {name}\n\n{ABOUT[name]} Sorted by {', '.join(SORT_KEYS[name])} in each file.\n\n")
        rows = (
            (f"`{field.name}`", format_type(field.type), "yes" if field.nullable else "", describe_column(field))
            for field in schema
        )
        parts.append(format_table(("column", "type", "may be missing", "meaning"), rows))
    return "".join(parts)


def describe_column(field: pa.Field) -> str:
    """What a column means, and its value in rows of older releases where that is declared."""
    old = f" In rows of older releases: `{field.metadata[DEFAULT].decode()}`." if DEFAULT in field.metadata else ""
    return f"{field.metadata[b'meaning'].decode()}{old}"


def format_type(kind: pa.DataType) -> str:
    """An Arrow type in words that users of every engine know."""
    if pa.types.is_list(kind):
        return f"list<{format_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name} {format_type(field.type)}" for field in kind) + ">"
    return {"timestamp[us, tz=UTC]": "timestamp (UTC)", "date32[day]": "date"}.get(str(kind), str(kind))
