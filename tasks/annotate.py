"""What every line is: its size and ending, the role and the rule its words point to, and where in the article it stands.

Nothing is decided here. `clean` decides, on these columns alone.
"""

from __future__ import annotations

import polars as pl

from tasks.learned.match import match_learned
from tasks.lines import above
from tasks.roles import match_roles
from tasks.roles.structure import name_headlines, name_standfirsts
from tasks.rules import match_rules

SENTENCE_END = r"[.!?。！？।؟։…][\"”’»)\]』」›'*]*$"
# Scripts without spaces say in one character what takes Latin script about two and a half.
DENSE_BYTES = 2.5
PARAGRAPH_WIDTH = 160  # a line this long is prose whatever it ends in
SENTENCE_WIDTH = 60  # a line this long is prose when it ends as a sentence does


def annotate(
    lines: pl.DataFrame,
    records: pl.DataFrame,
    headlines: pl.DataFrame | None = None,
    learned: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """All that is known of each line before anything is taken out.

    `lines` as `split_lines` gives them; `records` with the columns title, standfirst and authors of each document, in
    the order that `lines.doc` counts; `headlines` (doc, line) where something better than place points one out;
    `learned`: the lines of publishers' templates, as `match_learned` takes them (`records` then has publisher too). Adds
    chars, width, ends_sentence, is_paragraph, the columns of `match_roles` and `match_rules`, zone (head, body or tail),
    role and role_by (the row or the reason that gave it).
    """
    measured = measure_lines(lines)
    hit = pl.concat(
        [
            measured,
            match_roles(measured["text"], measured["chars"]),
            match_rules(measured["text"]).rename({"zone": "rule_zone"}),
        ],
        how="horizontal",
    )
    if learned is not None:
        hit = match_learned(hit, records["publisher"], learned)
    zoned = mark_zones(mark_paragraphs(hit))
    shown = zoned.with_columns(
        pl.when(role_may_stand()).then(pl.col("role_hit")).alias("role"),
        pl.when(role_may_stand()).then(pl.col("role_rule")).alias("role_by"),
    )
    return name_standfirsts(name_headlines(shown, records, headlines), records)


def measure_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Size and ending of each line: chars (code points), width (in Latin characters), ends_sentence."""
    chars = pl.col("text").str.len_chars()
    dense = pl.col("text").str.len_bytes() > DENSE_BYTES * chars
    return lines.with_columns(
        chars=chars,
        width=pl.when(dense).then(chars * DENSE_BYTES).otherwise(chars).cast(pl.UInt32),
        ends_sentence=pl.col("text").str.tail(4).str.contains(SENTENCE_END),
    )


def mark_paragraphs(lines: pl.DataFrame) -> pl.DataFrame:
    """Which lines are prose of the article as far as their form says: long, or a sentence, and no rule's or role's."""
    prose = (pl.col("width") >= PARAGRAPH_WIDTH) | (pl.col("ends_sentence") & (pl.col("width") >= SENTENCE_WIDTH))
    claimed = pl.col("rule").is_not_null() | pl.col("role_hit").is_in(["caption", "credit", "bio", "contributors"])
    return lines.with_columns(is_paragraph=prose & ~claimed.fill_null(False))


def mark_zones(lines: pl.DataFrame) -> pl.DataFrame:
    """Where each line stands: `head` before the first paragraph, `tail` after the last, `body` between.

    A lone paragraph directly below a first line does not open the body when a byline, caption or date follows it: that
    is a standfirst. Documents without a paragraph are all head.
    """
    follows_headline = pl.col("is_paragraph") & (above("doc", 1).is_not_null()) & above("doc", 2).is_null()
    furniture_below = above("role_hit", -1).is_in(["byline", "bio", "timestamp", "caption", "credit"]).fill_null(False)
    standfirst_like = follows_headline & furniture_below & (pl.col("width") <= 400)
    opens = pl.col("line").filter(pl.col("is_paragraph") & ~pl.col("_standfirst"))
    return (
        lines.with_columns(_standfirst=standfirst_like)
        .with_columns(_first=opens.min().over("doc"), _last=opens.max().over("doc"))
        .with_columns(
            zone=pl.when(pl.col("_first").is_null() | (pl.col("line") < pl.col("_first")))
            .then(pl.lit("head"))
            .when(pl.col("line") > pl.col("_last"))
            .then(pl.lit("tail"))
            .otherwise(pl.lit("body"))
        )
        .drop("_first", "_last", "_standfirst")
    )


def zone_allows(allowed: str) -> pl.Expr:
    """Whether a row whose zone stands in column `allowed` may fire where the line stands."""
    return (
        (pl.col(allowed) == "any")
        | (pl.col(allowed) == pl.col("zone"))
        | ((pl.col(allowed) == "edge") & (pl.col("zone") != "body"))
    ).fill_null(False)


def role_may_stand() -> pl.Expr:
    """Whether the role that a line's words point to may be taken where the line stands."""
    return zone_allows("role_zone") & pl.col("rule").is_null()
