"""`copydesk iceberg`: the catalog's tables pointed to the published version."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption
from flows.console import print_line, print_table


def iceberg(
    catalog: Annotated[
        Optional[str],
        typer.Option(
            "--catalog", help="An SQLite file, or a URI (postgresql, thrift, http).", show_default="in the lake's store"
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Register the published files in an Iceberg catalog, or point it to the version that is published now."""
    from flows.batches.catalog import register_lake
    from flows.batches.run import open_settings_lake
    from flows.settings import read_settings

    settings = read_settings(lake=lake, iceberg=catalog)
    uri, tables = register_lake(open_settings_lake(settings), settings.iceberg)
    print_table(
        ("table", "version", "rows", "files", ""),
        ((row.name, row.version, row.rows, row.files, "" if row.changed else "unchanged") for row in tables),
        right=frozenset({"version", "rows", "files"}),
    )
    print_line(f"catalog: {uri}")
