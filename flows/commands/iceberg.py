"""`copydesk iceberg`: the catalog's tables pointed to the published version."""

from __future__ import annotations

from flows.batches.catalog import register_lake
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings


def register_tables(settings: Settings) -> int:
    """Points the catalog's tables to the published version and says what it did; returns the exit code."""
    try:
        uri, tables = register_lake(settings)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_table(
        ("table", "version", "rows", "files", ""),
        ((row.name, row.version, row.rows, row.files, "" if row.changed else "unchanged") for row in tables),
        right=frozenset({"version", "rows", "files"}),
    )
    out.print(f"catalog: {uri}", soft_wrap=True, markup=False)
    return 0
