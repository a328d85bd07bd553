"""Captions that only the credit right below them shows, in texts without blank lines: words that are no whole sentence.

A sentence above a credit may be a paragraph above a picture without a caption, so sentences stay.
"""

import polars as pl

from tasks.cleaning.clean import is_body
from tasks.lines import above, change_lines, mark_where

LEAST_WIDTH = 40
SMALL, LEAST_SMALL = r" \p{Ll}", 3  # words of a sentence; titles and buttons have fewer
SENTENCES = r"\p{Ll}{3}[.!?][\"”’»)]* \p{Lu}(?:\S* ){3}"  # one that ends, and four words of another: a paragraph
PART = r"^[-•*–—·►▪]|[:：,;–—-]$"  # an item of a list, or words that go on below
GOES_ON = r"^\p{Ll}"  # a sentence that a picture cuts in two
CUT_WIDTHS = (12, 220)  # of a line that the page model cut
HEADS = ("headline", "standfirst", "timestamp", "byline")  # what stands above a picture at the head of an article
BUTTON = r"(?i)^(?:enlarge|show|hide|toggle|view|share|open|expand)\b|[|\d]$"


def name_captions_above_credits(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `caption` to words right above a credit: within the article, and at its head where the page model cut them.

    `lines` as `clean_lines` gives them.
    """
    is_inside = is_body() & pl.col("rule").is_null() & (pl.col("zone") == "body")
    is_inside &= ~above("role", 1).eq_missing("headline") & (pl.col("width") >= LEAST_WIDTH) & ~pl.col("is_paragraph")
    is_cut = pl.col("removed") & pl.col("width").is_between(*CUT_WIDTHS)
    is_cut &= above("role", 1).is_in(HEADS).fill_null(False) & ~above("removed", -1, True)
    by_credit = above("role", -1).eq_missing("credit") & ~above("gap", -1, True) & ~pl.col("gap")
    may_be = by_credit & (is_inside | is_cut) & ~pl.col("ends_sentence")
    marked = lines.select("text", "by", inside=is_inside, below=above("text", -2, ""), may_be=may_be)
    text = pl.col("text")
    is_sentence = text.str.contains(SENTENCES) | text.str.contains(PART) | pl.col("below").str.contains(GOES_ON)
    has_words = (text.str.count_matches(SMALL) >= LEAST_SMALL) & ~is_sentence
    is_shown = pl.col("by").str.starts_with("page.") & ~text.str.contains(BUTTON)
    found = mark_where(marked, pl.col("may_be"), pl.when("inside").then(has_words).otherwise(is_shown))
    if not found.any():
        return lines
    # Lines that the page model cut have places among all lines of the page, others among those of the article.
    place = pl.when("removed").then(pl.max_horizontal(above("place", -1), 1) - 1).otherwise("place")
    caption = {"role": "caption", "by": "caption.above-credit", "place": place, "removed": False, "evidence": None}
    return change_lines(lines, found, **caption)
