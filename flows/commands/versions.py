"""`copydesk versions`, `rollback` and `files`: the kept versions of a lake, and the files of the published one."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line, print_table
from flows.errors import RequestError


def versions(lake: LakeOption = None) -> None:
    """The versions of a lake that are kept."""
    opened = open_chosen_lake(lake)
    current = opened.version()
    rows = []
    for made in opened.versions():
        source, day = made.batch or ("", "")
        state = "current" if made.version == current else "kept" if made.kept else ""
        rows.append((made.version, source, day, made.rows.get("documents", ""), state))
    print_table(("version", "source", "date", "documents", ""), rows, right=frozenset({"version", "documents"}))


def rollback(
    number: Annotated[int, typer.Argument(help="Version to go back to.", metavar="VERSION")], lake: LakeOption = None
) -> None:
    """Make an earlier version of a lake the one that readers see."""
    from flows.batches.catalog import follow_publish
    from flows.batches.run import open_settings_lake
    from flows.settings import read_settings
    from tasks.publishing.publish import roll_back
    from tasks.stores.errors import LakeError

    settings = read_settings(lake=lake)
    opened = open_settings_lake(settings)
    try:
        made = roll_back(opened, number)
    except LakeError as error:
        raise RequestError(str(error)) from None
    print_line(f"{opened.name}: readers see version {number} again, as version {made}")
    follow_publish(opened, settings)


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
        print(opened.store.locate(manifest.version, table, file))
