"""`copydesk files`: the immutable files of the published version."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.errors import RequestError


def files(
    table: Annotated[
        str, typer.Argument(help="documents, lines, quarantine or receipts.", metavar="TABLE")
    ] = "documents",
    lake: LakeOption = None,
) -> None:
    """The files of the published version, which never change: for a reader who must see one version throughout."""
    from tasks.schema import TABLES

    if table not in TABLES:
        raise RequestError(f"there is no table {table!r}; there are {', '.join(TABLES)}")
    opened = open_chosen_lake(lake)
    manifest = opened.manifest()
    for file in manifest.tables.get(table, ()):
        print(opened.locate(manifest.version, table, file))
