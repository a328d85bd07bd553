"""`copydesk learn` and `copydesk learned`: publishers' templates learned, and shown."""

from __future__ import annotations

import polars as pl

from flows.batches.places import open_lake
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings
from tasks.learned.versions import find_learned, learn_version, load_learned


def learn_lake(settings: Settings) -> int:
    """Learns from the published lake and says what came out."""
    lake = open_lake(settings.lake)
    if not lake.version():
        return fail(f"there is no lake at {settings.lake} to learn from. Ingest something first.", 2)
    try:
        made = learn_version(lake, settings.sources)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    out.print(
        f"learned {made.version}: {made.used} lines of {made.publishers} publishers ({made.vetoed} more are vetoed)",
        soft_wrap=True,
        markup=False,
    )
    out.print(
        "New batches will use it. To clean a published one anew: copydesk ingest NAME --date ... --learned latest",
        soft_wrap=True,
        markup=False,
    )
    return 0


def list_learned(settings: Settings, publisher: str | None, version: str) -> int:
    """The rows of a version, those of `publisher` if one is named."""
    try:
        lake = open_lake(settings.lake)
        named = find_learned(lake, version)
        if named is None:
            return fail(f"nothing has been learned in {settings.lake} yet. Run: copydesk learn", 2)
        rows = load_learned(named)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    if publisher:
        rows = rows.filter(pl.col("publisher") == publisher)
        if rows.is_empty():
            return fail(f"version {named.version} has no line of {publisher!r}. `copydesk learned` shows all.", 2)
    out.print(f"version {named.version}", markup=False)
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
    return 0
