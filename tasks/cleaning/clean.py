"""Lines kept or taken out: the one place that decides, on what `annotate` found.

Everything here names its rule. On a doubt the line stays.
"""

from __future__ import annotations

import polars as pl

from tasks.cleaning.annotate import stays_in_text, zone_allows
from tasks.cleaning.link_lists import cut_runs
from tasks.lines import PARAGRAPH_WIDTH, above, same_doc

LINK_WIDTH = 130  # a link title is shorter than this
SPEAKS = r"^(?:[A-Z]:|[QA]\.|\d{1,2}[:.]\d{2})"  # interview marks and clock times open lines of an article
ASKS = ("?", ":", "？", "：", "؟")  # so do questions, and lines that open something


def clean(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Decides which lines go.

    `lines` as `annotate` gives them. `removal_budget`: the share of a document's characters (0 to 1) that rules may take
    out; a document that would lose more is left as it is and flagged. Adds removed (bool), by (id of the rule or role row
    that set the line apart; null for body lines), evidence, over_budget (bool, the same on all lines of a document).
    """
    return keep_some_body(apply_budget(cut_runs(cut_lists(cut_by_rules(lines))), removal_budget))


def cut_by_rules(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes out the lines that a rule matches where it may fire, and copies of the headline above the body."""
    fires = (pl.col("action") == "remove").fill_null(False) & zone_allows("rule_zone")
    # What is as long as a paragraph and stands among paragraphs is one, whatever a rule reads in it.
    among_prose = (pl.col("width") >= PARAGRAPH_WIDTH) & (pl.col("zone") == "body")
    free = pl.col("role").is_null() & ~pl.col("is_paragraph") & ~among_prose & ~stays_in_text()
    is_copy = (pl.col("role") == "repeat").fill_null(False)
    return lines.with_columns(cut=(fires & free) | is_copy).with_columns(
        by=pl.when(is_copy).then(pl.col("role_by")).when(pl.col("cut")).then(pl.col("rule")).otherwise("role_by"),
        evidence=pl.when(is_copy).then(pl.col("repeats").cast(pl.String)).when(pl.col("cut")).then(pl.col("evidence")),
        role=pl.when(pl.col("cut") & ~is_copy).then(pl.lit("boilerplate")).otherwise("role"),
    )


def cut_lists(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes out the link titles that hang under a header such as "Most Popular".

    A run of short lines without a final stop goes with its header. It ends at a sentence, a paragraph or a line with a role.
    Where the article goes on below the run, a blank line or a question ends it too, and the last line right above a
    paragraph stays: it may be a sub-heading.
    """
    in_tail = pl.col("zone") == "tail"
    is_header = pl.col("cut") & (pl.col("takes") == "list").fill_null(False)
    is_title = (
        pl.col("role").is_null()
        & ~pl.col("is_paragraph")
        & (~pl.col("ends_sentence") | (in_tail & pl.col("text").str.tail(1).is_in(ASKS)))
        & (pl.col("width") <= LINK_WIDTH)
        & ~(pl.col("text").str.tail(1).is_in(ASKS) & ~in_tail)
        & ~pl.col("text").str.head(5).str.contains(SPEAKS)
    )
    lines = lines.with_columns(_title=is_title, _is_header=is_header)
    # A header's own run goes on over further lines that rules took out: "Most Popular / Advertisement / a / b".
    carries = pl.col("_title") | (pl.col("cut") & ~pl.col("_is_header"))
    new_block = pl.col("gap") & ~above("gap", 1, True) & ~in_tail
    starts = pl.col("_is_header") | ~carries | ~same_doc() | new_block
    header_line = pl.when("_is_header").then(pl.col("line")).otherwise(-1)
    header_rule = pl.when("_is_header").then(pl.col("by").fill_null("")).otherwise(pl.lit(""))
    marked = lines.with_columns(_starts=starts).with_columns(
        _header=pl.when("_starts").then(header_line).forward_fill(),
        _rule=pl.when("_starts").then(header_rule).forward_fill(),
    )
    above_paragraph = above("is_paragraph", -1, False) & ~in_tail & ~(above("gap", -1, False) & ~pl.col("gap"))
    taken = pl.col("_title") & ~pl.col("cut") & (pl.col("_header") >= 0) & ~above_paragraph
    return (
        marked.with_columns(_taken=taken)
        .with_columns(
            cut=pl.col("cut") | pl.col("_taken"),
            by=pl.when(pl.col("_taken")).then(pl.col("_rule") + ".list").otherwise("by"),
            evidence=pl.when(pl.col("_taken")).then(pl.format("under line {}", "_header")).otherwise("evidence"),
            role=pl.when(pl.col("_taken")).then(pl.lit("boilerplate")).otherwise("role"),
        )
        .drop("_header", "_rule", "_title", "_is_header", "_starts", "_taken")
    )


def apply_budget(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Gives back the rules' cuts in documents that would lose more than the budget.

    Copies of the headline stay out. A document of which nothing at all would be left stays cut: it was no article.
    """
    by_rule = pl.col("cut") & (pl.col("role") == "boilerplate")
    lost = pl.col("chars").filter(by_rule).sum().over("doc")
    total = pl.col("chars").sum().over("doc")
    left = (pl.col("role").is_null()).any().over("doc")
    over = left & (lost > removal_budget * total)
    return (
        lines.with_columns(over_budget=over)
        .with_columns(_back=pl.col("over_budget") & by_rule)
        .with_columns(
            removed=pl.col("cut") & ~pl.col("_back"),
            by=pl.when(~pl.col("_back")).then("by"),
            evidence=pl.when(~pl.col("_back")).then("evidence"),
            role=pl.when(~pl.col("_back")).then("role"),
        )
        .drop("_back", "cut")
    )


def keep_some_body(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes the role off a standfirst that has no body under it: it is all the text there is."""
    is_body = pl.col("role").is_null() & ~pl.col("removed")
    alone = (pl.col("role") == "standfirst").fill_null(False) & ~is_body.any().over("doc")
    return lines.with_columns(pl.when(~alone).then(name).alias(name) for name in ("role", "by"))
