"""`copydesk rules try`: a candidate rule put to the published bodies, before anyone writes its row."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from flows.batches.places import open_lake
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings
from tasks.rules.load import Zone
from tasks.trials.tryout import Tryout, make_candidate, try_rule

MOST_ROWS = 15


def run_tryout(
    settings: Settings, pattern: str, kind: str, zone: Zone, languages: Collection[str], max_chars: int, samples: int
) -> int:
    """Prints what a candidate would take out of the lake. Returns the exit code."""
    try:
        found = try_rule(open_lake(settings.lake), make_candidate(pattern, kind, zone, max_chars), frozenset(languages))
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_tryout(found, samples)
    return 0


def print_tryout(found: Tryout, samples: int) -> None:
    """Sample lines, the most harmful first, then counts by publisher and language, then the rank among the rules."""
    removed, kept = found.removed, found.hits.height - found.removed.height
    if found.hits.is_empty():
        out.print(f"no line of {found.documents:,} documents is hit", markup=False)
        return
    shown = found.hits.unique("text", maintain_order=True).head(samples)
    print_table(
        ("line", "where", "", "document"),
        (
            (row["text"][:120], row["zone"], "protected by its form" if row["is_prose"] else "", row["doc_id"])
            for row in shown.iter_rows(named=True)
        ),
    )
    counted = removed.group_by("publisher", "language").agg(
        lines=pl.len(), documents=pl.col("doc_id").n_unique(), middle=pl.col("is_middle").sum()
    )
    rows = counted.sort("lines", "publisher", "language", descending=[True, False, False])
    print_table(
        ("publisher", "language", "lines", "documents", "in the middle"),
        rows.head(MOST_ROWS).iter_rows(),
        right=frozenset({"lines", "documents", "in the middle"}),
    )
    if rows.height > MOST_ROWS:
        out.print(f"... and {rows.height - MOST_ROWS} more publishers and languages", markup=False)
    share = removed["doc_id"].n_unique() / max(found.documents, 1)
    out.print(
        f"{removed.height:,} lines in {share:.2%} of {found.documents:,} documents would go; {kept:,} more are protected by "
        "their form",
        soft_wrap=True,
        markup=False,
    )
    if not removed.is_empty():
        place = found.ranks["rule"].to_list().index(found.rule.id)
        row = found.ranks.row(place, named=True)
        out.print(
            f"likely harm {row['harm']:.2f} ({row['middle']:.0%} in the middle of bodies, {row['long']:.0%} long): number "
            f"{place + 1} of {found.ranks.height} rules of this lake, the most harmful first",
            soft_wrap=True,
            markup=False,
        )
