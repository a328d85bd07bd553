"""Which lines are kept and which are removed, decided on the columns that `annotate` adds.

Every removal names its rule. In doubt the line stays.
"""

from __future__ import annotations

import polars as pl

from tasks.cleaning.annotate import stays_in_text, zone_allows
from tasks.cleaning.link_lists import cut_link_lists
from tasks.lines import PARAGRAPH_WIDTH, above, change_lines, same_doc

LINK_WIDTH = 130  # the title of a link is at most this wide
SPEAKS = r"^(?:[A-Z]:|[QA]\.|\d{1,2}[:.]\d{2})"  # interview marks and clock times open lines of an article
ASKS = ("?", ":", "？", "：", "؟")  # so do questions, and lines that open something


def clean_lines(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Decides which lines are removed.

    `lines` as `assign_roles` gives them. `removal_budget`: the share of a document's characters (0 to 1) that rules may
    remove; a document that would lose more keeps its lines and is flagged. Adds removed (bool), by (id of the rule, role row
    or reason that set the line apart; null for body lines), evidence, over_budget (bool, the same on all lines of a document).
    """
    cut = cut_link_lists(cut_listed_titles(cut_by_rules(lines)))
    return keep_some_body(apply_budget(cut, removal_budget))


def is_body() -> pl.Expr:
    """Whether a cleaned line is part of the text: it has no role and is not removed."""
    return pl.col("role").is_null() & ~pl.col("removed")


def cut_by_rules(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the lines that a rule matches where it may fire, and copies of the headline; adds cut, by and evidence."""
    fires = (pl.col("action") == "remove").fill_null(False) & zone_allows("rule_zone")
    # A line as long as a paragraph that stands among paragraphs is one, whatever a rule reads in it.
    is_among_prose = (pl.col("width") >= PARAGRAPH_WIDTH) & (pl.col("zone") == "body")
    is_protected = pl.col("role").is_not_null() | pl.col("is_paragraph") | is_among_prose | stays_in_text()
    is_copy = (pl.col("role") == "repeat").fill_null(False)
    lines = lines.with_columns(cut=fires & ~is_protected).with_columns(
        by=pl.when("cut").then("rule").otherwise("role_by"),
        evidence=pl.when("cut").then("evidence"),
        role=pl.when("cut").then(pl.lit("boilerplate")).otherwise("role"),
    )
    return change_lines(lines, is_copy, cut=True, evidence=pl.col("repeats").cast(pl.String))


def cut_listed_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the titles of links listed under a header such as "Most Popular".

    The list is a series of short lines without a final stop. It ends at a sentence, a paragraph or a line with a role.
    Where the article goes on below the list, a blank line or a question ends it too, and the last line right above a
    paragraph stays: it may be a sub-heading.
    """
    in_tail = pl.col("zone") == "tail"
    asks = pl.col("text").str.tail(1).is_in(ASKS)
    is_title = (
        pl.col("role").is_null()
        & ~pl.col("is_paragraph")
        & pl.when(asks).then(in_tail).otherwise(~pl.col("ends_sentence"))
        & (pl.col("width") <= LINK_WIDTH)
        & ~pl.col("text").str.head(5).str.contains(SPEAKS)
    )
    is_header = pl.col("cut") & (pl.col("takes") == "list").fill_null(False)
    lines = lines.with_columns(_is_title=is_title, _is_header=is_header)
    # The list goes on over lines that other rules cut: "Most Popular / Advertisement / a / b".
    carries = pl.col("_is_title") | (pl.col("cut") & ~pl.col("_is_header"))
    new_block = pl.col("gap") & ~above("gap", 1, True) & ~in_tail
    starts = pl.col("_is_header") | ~carries | ~same_doc() | new_block
    header = pl.when("_is_header")
    lines = lines.with_columns(_starts=starts).with_columns(
        _header=pl.when("_starts").then(header.then("line").otherwise(-1)).forward_fill(),
        _rule=pl.when("_starts").then(header.then("by").otherwise(pl.lit(""))).forward_fill(),
    )
    is_block_end = above("gap", -1, False) & ~pl.col("gap")
    is_above_paragraph = above("is_paragraph", -1, False) & ~in_tail & ~is_block_end
    return change_lines(
        lines,
        pl.col("_is_title") & ~pl.col("cut") & (pl.col("_header") >= 0) & ~is_above_paragraph,
        cut=True,
        by=pl.col("_rule") + ".list",
        evidence=pl.format("under line {}", "_header"),
        role="boilerplate",
    ).drop("_is_title", "_is_header", "_starts", "_header", "_rule")


def apply_budget(lines: pl.DataFrame, removal_budget: float) -> pl.DataFrame:
    """Restores what rules cut in documents that would lose more than the budget; turns cut into removed and over_budget.

    Copies of the headline stay cut. A document of which nothing at all would be left stays cut: it is no article.
    """
    by_rule = pl.col("cut") & (pl.col("role") == "boilerplate")
    lost, total = pl.col("chars").filter(by_rule).sum().over("doc"), pl.col("chars").sum().over("doc")
    has_body = pl.col("role").is_null().any().over("doc")
    lines = lines.with_columns(over_budget=has_body & (lost > removal_budget * total), removed="cut")
    is_restored = pl.col("over_budget") & by_rule
    return change_lines(lines, is_restored, removed=False, by=None, evidence=None, role=None).drop("cut")


def keep_some_body(lines: pl.DataFrame) -> pl.DataFrame:
    """Removes the role of a standfirst that has no body under it: it is all the text there is."""
    is_alone = (pl.col("role") == "standfirst") & ~is_body().any().over("doc")
    return change_lines(lines, is_alone, role=None, by=None)
