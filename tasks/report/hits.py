"""Removed lines, rule by rule: the surest hit and the most doubtful ones.

Doubt is a number from 0 to 1 from published columns, so that the lines to check come first:

    page model     its own uncertainty: 1 where it gave 0.5, 0 where it gave 1
    learned lines  the share of the publisher's documents that do not have the line
    copies         0: the line that they repeat is known
    written rules  how nearly the line is a protected paragraph (tasks/lines.py), halved outside the body, divided by the
                   number of documents that have the same line
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from tasks.lines import PARAGRAPH_WIDTH, SENTENCE_WIDTH, measure_lines
from tasks.trials.text_diff import gather_words, share_words

SAMPLE_LINES = 200_000
SHOWN_CHARS = 300
RULES_SHOWN = 10
DOUBTS_SHOWN = 2
LEAST_DOUBT = 0.2
NEAR = 0.5
ALIKE = 0.5  # of the words of the shorter of two lines
TURNS = 4  # doubtful lines per rule at most
MOST_COMPARED = 200

# A removed line, as a row of `measure_doubts` with `signs`: its doubt in words.
Hit = dict[str, Any]


class RuleHits(NamedTuple):
    """What one rule removed: lines in the batch, and its surest and its most doubtful hits in the sample."""

    rule: str
    lines: int
    surest: Hit | None
    doubtful: list[Hit]


def name_decider(rule: str) -> str:
    """What removed a line: page, learned, repeat, list (under a header) or rule."""
    first, last = rule.partition(".")[0], rule.rpartition(".")[2]
    return first if first in ("page", "learned", "repeat") else "list" if last == "list" else "rule"


def draw_sample(documents: pl.DataFrame) -> str | None:
    """The last doc_id of a sample with at most SAMPLE_LINES removed lines; None: all documents.

    Ids are hashes, so the first ones in order are a fair sample, the same in every run, and together in the files.
    """
    if documents["removed_lines"].sum() <= SAMPLE_LINES:
        return None
    ordered = documents.select("doc_id", "removed_lines").sort("doc_id")
    within = ordered.filter(pl.col("removed_lines").cum_sum() <= SAMPLE_LINES)
    return str((within if within.height else ordered.head(1))["doc_id"][-1])


def scan_removed(lines: pl.LazyFrame, documents: pl.LazyFrame, last: str | None) -> pl.DataFrame:
    """The lines removed from the sample, as `measure_doubts` leaves them, sorted by doc_id and line."""
    drawn = pl.col("doc_id") <= last if last is not None else pl.lit(True)
    at = pl.col("body_lines").list
    body = documents.filter(drawn).select("doc_id", first=at.min(), last=at.max())
    removed = lines.filter(pl.col("removed"), drawn).select("doc_id", "line", "rule", "evidence", "text")
    return measure_doubts(removed.join(body, on="doc_id", how="left").collect()).sort("doc_id", "line")


def measure_doubts(removed: pl.DataFrame) -> pl.DataFrame:
    """Adds documents, inside, nearness, chance and doubt. `removed`: doc_id, line, rule, evidence, text, first, last."""
    rule, evidence = pl.col("rule"), pl.col("evidence")
    numbers = evidence.str.extract_groups(r"^seen in ([\d,]+) of ([\d,]+) ").struct
    seen, of = (numbers.field(at).str.replace_all(",", "").cast(pl.Float64) for at in ("1", "2"))
    near = pl.max_horizontal(
        pl.col("width") / PARAGRAPH_WIDTH,
        pl.when(pl.col("ends_sentence")).then(pl.col("width") / SENTENCE_WIDTH).otherwise(0.0),
    )
    chance = pl.when(rule.str.starts_with("page.")).then(evidence.str.extract(r"probability ([\d.]+)").cast(pl.Float64))
    place = pl.when(pl.col("inside")).then(1.0).otherwise(0.5)
    return (
        measure_lines(removed)
        .with_columns(
            documents=pl.col("doc_id").n_unique().over("rule", "text").cast(pl.Int64),
            inside=((pl.col("line") > pl.col("first")) & (pl.col("line") < pl.col("last"))).fill_null(False),
            nearness=near.clip(0, 1),
            chance=chance,
        )
        .with_columns(
            doubt=pl.when(pl.col("chance").is_not_null())
            .then((2 * (1 - pl.col("chance"))).clip(0, 1))
            .when(rule.str.starts_with("repeat."))
            .then(0.0)
            .when((rule == "learned.line") & (of > 0))
            .then((1 - seen / of).clip(0, 1))
            .otherwise(pl.col("nearness") * place / pl.col("documents"))
            .round(3)
        )
    )


def pick_hits(removed: pl.DataFrame, counts: Sequence[tuple[str, int]]) -> tuple[RuleHits, ...]:
    """The rules that removed most, with their surest and most doubtful hits. `counts`: rule and lines in the whole batch."""
    found = []
    for rule, lines in sorted(counts, key=lambda count: (-count[1], count[0]))[:RULES_SHOWN]:
        hits = removed.filter(pl.col("rule") == rule).unique("text", keep="first", maintain_order=True)
        surest = hits.sort("doubt", "documents", "doc_id", "line", descending=[False, True, False, False]).head(1)
        doubts = rank_doubts(hits.join(surest, on=["doc_id", "line"], how="anti"))
        found.append(RuleHits(rule, lines, next(iter(make_hits(surest)), None), pick_different(doubts, DOUBTS_SHOWN)))
    return tuple(found)


def pick_doubts(removed: pl.DataFrame, most: int) -> list[Hit]:
    """The most doubtful lines, by rule: that of each rule, then the second ones, of other documents and in other words."""
    ranked = rank_doubts(removed.unique(["rule", "text"], keep="first", maintain_order=True))
    apart = ranked.unique(["rule", "doc_id"], keep="first", maintain_order=True)
    turns = apart.with_columns(turn=pl.int_range(pl.len()).over("rule")).sort("turn", maintain_order=True)
    found = pick_different(turns.filter(pl.col("turn") < TURNS), most)
    return sorted(found, key=lambda hit: (-hit["doubt"], hit["doc_id"], hit["line"]))


def pick_different(hits: pl.DataFrame, most: int) -> list[Hit]:
    """The first hits in order that do not say the same as an earlier one: less than half of the words of the shorter line."""
    found: list[Hit] = []
    seen: list[set[str]] = []
    for hit in make_hits(hits.head(MOST_COMPARED)):
        words = gather_words(hit["text"])
        if not any(share_words(words, other) > ALIKE for other in seen):
            found.append(hit)
            seen.append(words)
        if len(found) == most:
            break
    return found


def rank_doubts(hits: pl.DataFrame) -> pl.DataFrame:
    """Hits with a doubt worth naming, most doubtful first."""
    return hits.filter(pl.col("doubt") >= LEAST_DOUBT).sort("doubt", "doc_id", "line", descending=[True, False, False])


def make_hits(rows: pl.DataFrame) -> list[Hit]:
    """Rows of `measure_doubts` as hits."""
    short = rows.with_columns(pl.col("text").str.head(SHOWN_CHARS))
    return [row | {"signs": "; ".join(list_signs(row))} for row in short.iter_rows(named=True)]


def list_signs(row: Mapping[str, Any]) -> Iterator[str]:
    """What makes a removal sure or doubtful, in a few words."""
    if name_decider(row["rule"]) == "repeat":
        if (row["evidence"] or "").isdigit():
            yield f"repeats line {row['evidence']}"
        return
    if row["chance"] is not None:
        yield f"the page model gave {row['chance']:.2f}"
    if row["inside"]:
        yield "inside the body"
    if row["ends_sentence"]:
        yield "ends as a sentence does"
    if row["nearness"] >= NEAR and row["chance"] is None:
        yield f"{row['nearness']:.0%} of the way to a paragraph"
    if row["documents"] > 1:
        yield f"the same line in {row['documents']:,} documents"
