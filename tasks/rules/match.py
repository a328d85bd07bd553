"""All rules against all lines at once.

Only short lines are looked at, and each different key once: first in a table of whole lines, then with a few combined patterns,
whose groups say which rule matched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import get_args

import polars as pl

from tasks.lines import change_listed_lines
from tasks.rules.key import line_key
from tasks.rules.load import Rule, Zone
from tasks.rules.precision import load_rules

# Alternatives in one combined pattern. With more of them the engine's tables outgrow its cache.
CHUNK = 60
FOUND = {"rule": pl.String, "family": pl.String, "action": pl.String, "zone": pl.String, "takes": pl.String}
LEARNED_RULE = "learned.line"
LEARNED_WIDTH = 200  # a longer line is never learned


@dataclass(frozen=True)
class Chunk:
    """Some patterns of one `max_chars`, best first: `test` says whether any matches, `which` has a group for each."""

    max_chars: int
    test: str
    which: str
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Book:
    """Rules ready to be matched: rows by rank (0 wins), whole lines with the rank of their best rule, patterns in chunks."""

    rows: pl.DataFrame
    lines: pl.DataFrame
    chunks: tuple[Chunk, ...]
    max_chars: int


def match_rules(text: pl.Series, rules: tuple[Rule, ...] | None = None) -> pl.DataFrame:
    """The rule that matches each line.

    `text`: one line each; nulls match nothing. `rules`: all by default. Returns columns rule, family, action,
    zone, takes, evidence (the key that matched), all null where no rule matched; as long as `text`, in its order.
    When several rules match, the widest zone wins, then remove before flag, then the id.
    """
    book = make_book(load_rules() if rules is None else rules)
    lines = pl.DataFrame({"text": text.cast(pl.String)})
    has_text = pl.col("text").str.strip_chars() != ""
    short = lines.lazy().filter(pl.col("text").str.len_chars() <= book.max_chars, has_text).unique("text").collect()
    keyed = short.with_columns(evidence=line_key(pl.col("text")))
    keys = keyed.select("evidence").unique().with_columns(chars=pl.col("evidence").str.len_chars())
    whole = keys.join(book.lines, on="evidence", how="inner").drop("chars")
    hits = pl.concat([whole, *(search_chunk(keys, chunk) for chunk in book.chunks)])
    ranked = keyed.join(hits.group_by("evidence").agg(pl.col("rank").min()), on="evidence", how="inner")
    found = ranked.join(book.rows, on="rank", how="left").select("text", *FOUND, "evidence")
    return lines.join(found, on="text", how="left", maintain_order="left").drop("text")


def search_chunk(table: pl.DataFrame, chunk: Chunk) -> pl.DataFrame:
    """Columns evidence, rank: the first pattern of a chunk that matches each key. `table`: evidence, chars."""
    key = pl.col("evidence")
    # Two filters: in one, the pattern would be matched against the long lines as well.
    hit = table.filter(pl.col("chars") <= chunk.max_chars).filter(key.str.contains(chunk.test))
    if hit.is_empty():  # compiling the groups takes longer than matching a small shard
        return pl.DataFrame(schema={"evidence": pl.String, "rank": pl.UInt32})
    groups = hit.lazy().select("evidence", groups=key.str.extract_groups(chunk.which)).unnest("groups")
    ranks = [pl.when(pl.col(f"r{rank}").is_not_null()).then(pl.lit(rank, pl.UInt32)) for rank in chunk.ranks]
    return groups.select("evidence", rank=pl.coalesce(ranks)).collect()


@cache
def make_book(rules: tuple[Rule, ...]) -> Book:
    """Rules in the order in which they win, ready to be matched."""
    zones = get_args(Zone)
    ordered = sorted(rules, key=lambda rule: (zones.index(rule.zone), rule.action != "remove", rule.id))
    rows = [(rank, rule.id, rule.family, rule.action, rule.zone, rule.takes) for rank, rule in enumerate(ordered)]
    lines = [(line, rank) for rank, rule in enumerate(ordered) for line in rule.lines if len(line) <= rule.max_chars]
    return Book(
        rows=pl.DataFrame(rows, schema={"rank": pl.UInt32, "rule": pl.String, **FOUND}, orient="row"),
        lines=pl.DataFrame(lines, schema={"evidence": pl.String, "rank": pl.UInt32}, orient="row")
        .group_by("evidence")
        .agg(pl.col("rank").min()),
        chunks=tuple(make_chunks(ordered)),
        max_chars=max((rule.max_chars for rule in rules), default=0),
    )


def make_chunks(ordered: Iterable[Rule]) -> Iterator[Chunk]:
    """Patterns with the same `max_chars`, at most CHUNK together, best first.

    Most patterns fail on a line's first letters. Those that may begin with any character read every line to its end, so they are
    in chunks of their own.
    """
    with_pattern = [
        (rule.max_chars, rule.pattern.startswith((".", "[^")), rank, rule.pattern)
        for rank, rule in enumerate(ordered)
        if rule.pattern
    ]
    for (limit, _), group in groupby(sorted(with_pattern), key=lambda row: row[:2]):
        members = [(rank, pattern) for *_, rank, pattern in group]
        for start in range(0, len(members), CHUNK):
            part = members[start : start + CHUNK]
            yield Chunk(
                max_chars=limit,
                test="^(?:" + "|".join(pattern for _, pattern in part) + ")$",
                which="^(?:" + "|".join(f"(?P<r{rank}>{pattern})" for rank, pattern in part) + ")$",
                ranks=tuple(rank for rank, _ in part),
            )


def match_learned(lines: pl.DataFrame, publishers: pl.Series, learned: pl.DataFrame) -> pl.DataFrame:
    """`lines` with a hit on each learned line of the document's publisher that no rule and no role row matches.

    `lines`: doc, line, text, width, role_hit and the columns of `match_rules` (its zone as rule_zone); `publishers`: one per
    document, in the order of `lines.doc`; `learned`: a table as `load_learned` gives it. A hit has no family: a template line
    does not show whether a document is a whole page.
    """
    used = learned.filter(pl.col("veto").is_null()).select(
        "publisher",
        # The key is made again: an old version stays usable if key normalisation improves.
        _key=line_key(pl.col("text")),
        _zone="zone",
        _evidence=pl.format("seen in {} of {} documents of {}", "documents", "of", "publisher"),
    )
    known = pl.DataFrame({"publisher": publishers}).with_row_index("doc").join(used, on="publisher", how="semi")
    free = (pl.col("width") <= LEARNED_WIDTH) & pl.col("rule").is_null() & pl.col("role_hit").is_null()
    found = (
        lines.lazy()
        .filter(free)
        .select("doc", "line", "text")
        .join(known.lazy(), on="doc")
        .with_columns(_key=line_key(pl.col("text")))
        .join(used.unique(["publisher", "_key"], keep="first", maintain_order=True).lazy(), on=["publisher", "_key"])
        .select("doc", "line", "_zone", "_evidence")
        .collect()
    )
    hit = {"rule": LEARNED_RULE, "action": "remove", "takes": "line"}
    own = {"rule_zone": pl.col("_zone"), "evidence": pl.col("_evidence")}
    return change_listed_lines(lines, found, **hit, **own)
