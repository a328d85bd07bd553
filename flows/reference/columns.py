"""The data dictionary: what the lake's tables and columns mean."""

from __future__ import annotations

import pyarrow as pa

from tasks.schema import DEFAULT, SORT_KEYS, TABLES

INTRO = """# The lake: data dictionary

Generated from `tasks/schema.py` by `make docs`; change it there. This folder is where `copydesk` publishes by default. Readers
see four tables, each a folder of plain hive-partitioned Parquet (`documents/month=2026-10/part-0-....parquet`); the links lead
into the version tree in `.lake-store` beside this folder.

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
        order = ", ".join(SORT_KEYS[name])
        parts.append(f"\n## {name}\n\n{ABOUT[name]} Sorted by {order} in each file.\n\n")
        parts.append("| column | type | may be missing | meaning |\n| --- | --- | --- | --- |\n")
        for field in schema:
            missing = "yes" if field.nullable else ""
            meaning = field.metadata[b"meaning"].decode()
            if DEFAULT in field.metadata:
                meaning += f" In rows of older releases: `{field.metadata[DEFAULT].decode()}`."
            parts.append(f"| `{field.name}` | {name_type(field.type)} | {missing} | {meaning} |\n")
    return "".join(parts)


def name_type(kind: pa.DataType) -> str:
    """An Arrow type in words that every engine's users read."""
    if pa.types.is_list(kind):
        return f"list<{name_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name} {name_type(field.type)}" for field in kind) + ">"
    return {"timestamp[us, tz=UTC]": "timestamp (UTC)", "date32[day]": "date"}.get(str(kind), str(kind))
