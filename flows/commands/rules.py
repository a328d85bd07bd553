"""The rules that clean, and a new one tried on a lake."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line, print_table
from tasks.counts import format_count
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.rules import Rule
    from tasks.trials.tryout import Tryout

MOST_ROWS = 15


def rules(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="Part of an id, a family or a language; or `try` and a candidate.", metavar="[TEXT | try PATTERN]"
        ),
    ] = None,
    kind: Annotated[
        Literal["pattern", "line"], typer.Option("--kind", help="Try a pattern, or a whole line as it stands.")
    ] = "pattern",
    zone: Annotated[
        Literal["any", "edge", "head", "tail"], typer.Option("--zone", help="Where in a text the candidate may fire.")
    ] = "any",
    languages: Annotated[
        Optional[list[str]], typer.Option("--language", help="Try on documents in this language only; may be repeated.")
    ] = None,
    max_chars: Annotated[int, typer.Option("--max-chars", min=1, max=1000, help="Longest line looked at.")] = 100,
    samples: Annotated[int, typer.Option("--samples", min=0, help="Lines to show, the most harmful first.")] = 20,
    lake: LakeOption = None,
) -> None:
    """The rules and roles that clean, each with its why; with `try`, what a new one would remove from the lake."""
    from tasks.roles.rows import load_role_rows
    from tasks.rules import load_rules
    from tasks.trials.tryout import make_candidate, try_rule

    if what and what[0] == "try" and len(what) == 2:
        candidate = make_candidate(what[1], kind, zone, max_chars)
        print_tryout(try_rule(open_chosen_lake(lake), candidate, frozenset(languages or ())), samples)
        print_labels(candidate)
        return
    if what and len(what) > 1:
        raise typer.BadParameter(f"give one word to look for, or `try` and one pattern, and not {' '.join(what)!r}.")
    word = what[0] if what else ""
    rows = [
        *((rule.id, f"{rule.action} {rule.takes}", rule.zone, rule.languages, rule.why) for rule in load_rules()),
        *((row.id, f"role {row.role}", row.zone, (), row.why) for row in load_role_rows()),
    ]
    shown = [(*row[:3], " ".join(row[3]), row[4]) for row in rows if not word or word in row[0] or word in row[3]]
    if not shown:
        raise RequestError(f"no rule mentions {word!r}. `copydesk rules` lists all.")
    print_table(("id", "does", "where", "languages", "why"), shown)


def print_tryout(found: Tryout, samples: int) -> None:
    """Sample lines, the most harmful first, then counts by publisher and language, then the rank among the rules."""
    import polars as pl

    if found.hits.is_empty():
        print_line(f"no line of {found.documents:,} documents is hit")
        return
    shown = found.hits.unique("text", maintain_order=True).head(samples)
    print_table(
        ("line", "where", "note", "document"),
        (
            (row["text"][:120], row["zone"], "protected by its form" if row["is_prose"] else "", row["doc_id"])
            for row in shown.iter_rows(named=True)
        ),
    )
    taken = found.removed
    counted = taken.group_by("publisher", "language").agg(
        lines=pl.len(), documents=pl.col("doc_id").n_unique(), middle=pl.col("is_middle").sum()
    )
    rows = counted.sort("lines", "publisher", "language", descending=[True, False, False])
    print_table(
        ("publisher", "language", "lines", "documents", "in the middle"),
        rows.head(MOST_ROWS).iter_rows(),
        right=frozenset({"lines", "documents", "in the middle"}),
    )
    if rows.height > MOST_ROWS:
        print_line(f"... and {rows.height - MOST_ROWS} more publishers and languages")
    share = taken["doc_id"].n_unique() / max(found.documents, 1)
    print_line(
        f"{taken.height:,} lines in {share:.2%} of {found.documents:,} documents would be removed; "
        f"{found.hits.height - taken.height:,} more are protected by their form"
    )
    if not taken.is_empty():
        place = found.ranks["rule"].to_list().index(found.rule.id)
        row = found.ranks.row(place, named=True)
        print_line(
            f"likely harm {row['harm']:.2f} ({row['middle']:.0%} in the middle of bodies, {row['long']:.0%} long): number "
            f"{place + 1} of {found.ranks.height} rules of this lake, the most harmful first"
        )


def print_labels(candidate: Rule) -> None:
    """How a candidate decides about the lines that people have decided about, where there are any."""
    import polars as pl

    from flows.settings import read_settings
    from tasks.corrections import find_corrections_file, load_corrections
    from tasks.rules import match_rules

    rows = load_corrections(find_corrections_file(read_settings().sources))
    lines = pl.Series([row.line.strip() for row in rows], dtype=pl.String)
    matched = Counter(
        row.action for row, hit in zip(rows, match_rules(lines, (candidate,))["rule"], strict=True) if hit
    )
    if rows:
        print_line(
            f"of {format_count(len(rows), 'correction')} by hand it matches {matched['remove']:,} that removed the line "
            f"and {matched['keep']:,} that kept it"
        )
