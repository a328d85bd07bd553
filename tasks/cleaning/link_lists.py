"""Runs of lines that their form gives away as furniture: a site's menu above the article, titles of other stories each with
the time since it was published.

One such line proves nothing; a run of them between lines that rules know does.
"""

from __future__ import annotations

import polars as pl

from tasks.lines import above, same_doc

MENU = "navigation.any.menu"
MENU_WIDTH = 40
MENU_LINES = 6  # shorter lists open articles, too
MENU_WORDS = 2  # lines of the run that a navigation rule knows
ITEM = r"^[-–•*·▪] ?\S"

TIMED = "related.any.timed"
TITLE_WIDTH = 130


def cut_runs(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes out menus and timed titles; `lines` with the columns cut, by, evidence and role of `clean`, sorted."""
    return cut_timed_titles(cut_menus(lines))


def cut_menus(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes out each list of short items above the first paragraph, if rules know at least two of its items as sections.

    Where there is no paragraph the list may be all there is, and stays.
    """
    has_body = (pl.col("zone") != "head").any().over("doc")
    is_item = (
        (pl.col("zone") == "head")
        & has_body
        & (pl.col("width") <= MENU_WIDTH)
        & (pl.col("role") != "headline").fill_null(True)
        & pl.col("text").str.contains(ITEM)
    )
    run = (is_item.ne_missing(is_item.shift(1)) | ~same_doc()).cum_sum()
    numbered = lines.with_columns(_item=is_item, _run=run)
    runs = (
        numbered.filter("_item")
        .group_by("_run", maintain_order=True)
        .agg(_lines=pl.len(), _known=(pl.col("cut") & (pl.col("family") == "navigation").fill_null(False)).sum())
        .filter((pl.col("_lines") >= MENU_LINES) & (pl.col("_known") >= MENU_WORDS))
    )
    if runs.is_empty():
        return lines
    marked = numbered.join(runs, on="_run", how="left", maintain_order="left")
    taken = marked["_item"] & marked["_lines"].is_not_null() & ~marked["cut"]
    return take_out(lines, taken, MENU, pl.lit("in a list of sections"))


def cut_timed_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Takes out the titles that stand between two times in a row of at least three: "title / 3 hours ago / title / ..."."""
    is_time = pl.col("cut") & (pl.col("family") == "updated-published").fill_null(False)
    is_title = (
        pl.col("role").is_null() & ~pl.col("is_paragraph") & ~pl.col("ends_sentence") & (pl.col("width") <= TITLE_WIDTH)
    )
    marked = lines.with_columns(_time=is_time, _title=is_title)
    if marked["_time"].sum() < 3:
        return lines
    linked = marked.with_columns(
        _links=pl.col("_title") & above("_time", 1, False) & above("_time", -1, False)  # a title between two times
    )
    # Two such titles one after the other are three times in a row.
    taken = linked.select(pl.col("_links") & (above("_links", 2, False) | above("_links", -2, False))).to_series()
    return take_out(lines, taken, TIMED, pl.lit("between two times"))


def take_out(lines: pl.DataFrame, taken: pl.Series, by: str, evidence: pl.Expr) -> pl.DataFrame:
    """The same lines, those taken out marked as cut by `by`."""
    return (
        lines.with_columns(_taken=taken)
        .with_columns(
            cut=pl.col("cut") | pl.col("_taken"),
            by=pl.when("_taken").then(pl.lit(by)).otherwise("by"),
            evidence=pl.when("_taken").then(evidence).otherwise("evidence"),
            role=pl.when("_taken").then(pl.lit("boilerplate")).otherwise("role"),
        )
        .drop("_taken")
    )
