"""Lists that their form shows to be links: a site's menu above the article, titles of other stories with their times.

One such line proves nothing. Several in a row, among lines that rules know, do.
"""

from __future__ import annotations

import polars as pl

from tasks.lines import above, change_lines, same_doc

MENU_WIDTH = 40  # an item of a menu is at most this wide
MENU_LINES = 6  # a shorter list may open an article
MENU_SECTIONS = 2  # a menu has at least so many items that a navigation rule matches
ITEM = r"^[-–•*·▪] ?\S"
TITLE_WIDTH = 130
LEAST_TIMES = 3


def cut_link_lists(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts menus and timed titles. `lines` with the columns cut, by, evidence and role of `clean_lines`."""
    return cut_timed_titles(cut_menus(lines))


def cut_menus(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts each list of short items above the first paragraph in which navigation rules match at least two items.

    Where there is no paragraph the list may be all there is, and stays.
    """
    is_item = (
        (pl.col("zone") == "head")
        & (pl.col("zone") != "head").any().over("doc")
        & (pl.col("width") <= MENU_WIDTH)
        & pl.col("role").ne_missing("headline")
        & pl.col("text").str.contains(ITEM)
    )
    lines = lines.with_columns(_is_item=is_item)
    is_new = pl.col("_is_item").ne_missing(pl.col("_is_item").shift(1)) | ~same_doc()
    numbered = lines.with_columns(_list=is_new.cum_sum())
    is_section = pl.col("cut") & (pl.col("family") == "navigation").fill_null(False)
    menus = (
        numbered.filter("_is_item")
        .group_by("_list")
        .agg(_lines=pl.len(), _sections=is_section.sum())
        .filter((pl.col("_lines") >= MENU_LINES) & (pl.col("_sections") >= MENU_SECTIONS))
    )
    if menus.is_empty():
        return lines.drop("_is_item")
    in_menu = pl.col("_is_item") & pl.col("_list").is_in(menus["_list"].implode()) & ~pl.col("cut")
    menu = {"by": "navigation.any.menu", "evidence": "in a list of sections"}
    return change_lines(numbered, in_menu, cut=True, role="boilerplate", **menu).drop("_is_item", "_list")


def cut_timed_titles(lines: pl.DataFrame) -> pl.DataFrame:
    """Cuts the titles between times in a series of at least three: "title / 3 hours ago / title / ..."."""
    is_time = pl.col("cut") & (pl.col("family") == "updated-published").fill_null(False)
    is_title = (
        pl.col("role").is_null() & ~pl.col("is_paragraph") & ~pl.col("ends_sentence") & (pl.col("width") <= TITLE_WIDTH)
    )
    marked = lines.with_columns(_is_time=is_time, _is_title=is_title)
    if marked["_is_time"].sum() < LEAST_TIMES:
        return lines
    is_between = pl.col("_is_title") & above("_is_time", 1, False) & above("_is_time", -1, False)
    marked = marked.with_columns(_is_between=is_between)
    # Two titles in a row that stand between times have three times around them.
    in_series = pl.col("_is_between") & (above("_is_between", 2, False) | above("_is_between", -2, False))
    timed = {"by": "related.any.timed", "evidence": "between two times"}
    return change_lines(marked, in_series, cut=True, role="boilerplate", **timed).drop(
        "_is_time", "_is_title", "_is_between"
    )
