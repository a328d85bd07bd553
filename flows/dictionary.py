"""The generated reference pages: what the lake's columns mean. `python -m flows.dictionary [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa

from flows.commands_page import write_commands
from flows.expectations_page import write_expectations
from flows.rules_page import write_rules
from tasks.schema import SORT_KEYS, TABLES

PROJECT = Path(__file__).resolve().parents[1]
INTRO = """# The lake: data dictionary

Generated from `tasks/schema.py` by `make docs`; change it there. This folder is where `copydesk` publishes by default. Readers
see four tables, each a folder of plain hive-partitioned Parquet (`documents/month=2026-10/part-0-....parquet`); the links lead
into the version tree in `.lake-store` beside this folder.

    SELECT title, language FROM 'lake/documents/**/*.parquet'          -- DuckDB
    polars.scan_parquet("lake/documents")    pandas.read_parquet("lake/documents")    spark.read.parquet("lake/documents")

Every table is partitioned by `month` (YYYY-MM), which stands in the path only: of publication where it is known, else of the
logical date; lines follow their document. All times are UTC, all counts of characters are Unicode code points.
"""
ABOUT = {
    "documents": "One row a published document.",
    "lines": "One row for every non-blank line that is not in `documents.text`: kept apart or taken out. Both tables "
    "together give back the canonical text, exactly.",
    "quarantine": "One row for everything that came in and was not published.",
    "receipts": "One row a batch (source and logical date): what it was made of, and that its sums close. No row holds a "
    "time or a run's id; those are in `.lake-store/commits`.",
}


def name_type(kind: pa.DataType) -> str:
    """An Arrow type in words that every engine's users read."""
    if pa.types.is_list(kind):
        return f"list<{name_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name} {name_type(field.type)}" for field in kind) + ">"
    return {"timestamp[us, tz=UTC]": "timestamp (UTC)", "date32[day]": "date"}.get(str(kind), str(kind))


def write_dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = [INTRO]
    for name, schema in TABLES.items():
        order = ", ".join(SORT_KEYS[name])
        parts.append(f"\n## {name}\n\n{ABOUT[name]} Sorted by {order} in each file.\n\n")
        parts.append("| column | type | may be missing | meaning |\n| --- | --- | --- | --- |\n")
        for field in schema:
            missing = "yes" if field.nullable else ""
            meaning = (field.metadata or {})[b"meaning"].decode()
            parts.append(f"| `{field.name}` | {name_type(field.type)} | {missing} | {meaning} |\n")
    return "".join(parts)


PAGES = {
    "lake/README.md": write_dictionary,
    "docs/rules.md": write_rules,
    "docs/commands.md": write_commands,
    "docs/expectations.md": write_expectations,
}


def main(arguments: list[str]) -> int:
    """Writes the pages, or with --check says which are stale (exit code 1)."""
    stale = [
        name
        for name, write in PAGES.items()
        if not (PROJECT / name).exists() or (PROJECT / name).read_text(encoding="utf-8") != write()
    ]
    if "--check" in arguments:
        for name in stale:
            print(f"{name} is stale: run `make docs` and commit it", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (PROJECT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
