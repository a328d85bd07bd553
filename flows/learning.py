"""Learning publishers' templates, and showing what was learned. Each command returns an exit code."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.places import open_lake
from flows.settings import Settings
from tasks.learned.learn import learn_lines
from tasks.learned.sample import sample_lake
from tasks.learned.store import ROWS, LearnedError, find_learned, load_learned, store_learned
from tasks.learned.veto import apply_vetoes, read_vetoes

NEEDS_FOLDER = "learned lines are kept beside a lake on a disk; a lake at an address has none"
VETO_FILE = "learned_veto.toml"


@dataclass(frozen=True)
class LearnedCounts:
    """A version of the learned lines: how many are used, of how many publishers, and how many are vetoed."""

    version: str
    used: int
    publishers: int
    vetoed: int


def learn_version(settings: Settings) -> LearnedCounts:
    """Learns from the published lake and stores the version. Raises LearnedError for a veto that cannot be used."""
    lake = open_lake(settings.lake)
    if not lake.is_local:
        raise LearnedError(NEEDS_FOLDER)
    vetoes = read_vetoes(settings.sources.with_name(VETO_FILE))
    found = [learn_lines(documents, lines) for documents, lines in sample_lake(lake)]
    rows = apply_vetoes(pl.concat([ROWS.to_frame(), *found]), vetoes, VETO_FILE)
    version = store_learned(lake, rows).version
    used = rows.filter(pl.col("veto").is_null())
    return LearnedCounts(version, used.height, used["publisher"].n_unique(), rows.height - used.height)


def learn_lake(settings: Settings) -> int:
    """Learns from the published lake and says what came out."""
    lake = open_lake(settings.lake)
    if not lake.is_local:
        return fail(NEEDS_FOLDER, 2)
    if not lake.version():
        return fail(f"there is no lake at {settings.lake} to learn from. Ingest something first.", 2)
    try:
        made = learn_version(settings)
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
        if not lake.is_local:
            return fail(NEEDS_FOLDER, 2)
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
