"""`copydesk learn` and `copydesk learned`: the templates of publishers, learned and listed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line, print_table
from flows.errors import RequestError


def learn(
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="learned_veto.toml lies beside it.", show_default="sources.toml")
    ] = None,
) -> None:
    """Learn the lines that return across the documents of each publisher, as a new version for later runs."""
    from flows.settings import read_settings
    from tasks.learned.versions import learn_version

    opened = open_chosen_lake(lake)
    if not opened.version():
        raise RequestError(f"there is no lake at {opened.name} to learn from. Ingest something first.")
    made = learn_version(opened, read_settings(sources=sources).sources)
    print_line(
        f"learned {made.version}: {made.used} lines of {made.publishers} publishers ({made.vetoed} more are vetoed)"
    )
    print_line(
        "New batches will use it. To clean a published one again: copydesk ingest NAME --date ... --learned latest"
    )


def learned(
    publisher: Annotated[
        Optional[str], typer.Argument(help="Only lines of this publisher.", metavar="[PUBLISHER]")
    ] = None,
    version: Annotated[str, typer.Option("--version", help="Version to show.", metavar="VERSION")] = "latest",
    lake: LakeOption = None,
) -> None:
    """The learned lines, each with how often it was seen and documents to look at."""
    import polars as pl

    from tasks.learned.versions import find_learned, load_learned

    opened = open_chosen_lake(lake)
    found = find_learned(opened, version)
    if found is None:
        raise RequestError(f"nothing has been learned in {opened.name} yet. Run: copydesk learn")
    rows = load_learned(found)
    if publisher:
        rows = rows.filter(pl.col("publisher") == publisher)
        if rows.is_empty():
            raise RequestError(
                f"version {found.version} has no line of {publisher!r}. `copydesk learned` lists all lines."
            )
    print_line(f"version {found.version}")
    print_table(
        ("publisher", "line", "where", "documents", "months", "samples", "veto"),
        (
            (
                row["publisher"],
                row["text"],
                row["zone"],
                f"{row['documents']} of {row['of']}",
                row["months"],
                " ".join(row["doc_ids"]),
                row["veto"],
            )
            for row in rows.iter_rows(named=True)
        ),
        right=frozenset({"documents", "months"}),
    )
