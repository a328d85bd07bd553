"""The lines that may sign or date an article, each with what stands around it."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tasks.facts.bylines import LONGEST
from tasks.lines import above

# Lines worth reading: two words with a capital, a word behind "by", or how reporters are named in East Asia and in Arabic.
SHAPE = (
    r"^[\p{P}\s\d]*\p{Lu}\S* (?:\S+ ){0,2}\p{Lu}"
    r"|\p{Hangul}{2,4} ?(?:기자|특파원)|[记記]者|^【?\p{Han}{2,5}(?:$|[ 】\d])|^文[・/／：:]|بقلم|كتب"
)
OPENS = (
    r"^(?i:(?:\p{L}+ )?(?:by|von|par|por|di|door|av|af|oleh|durch)|(?:text|autor\p{L}{0,4}|автор) ?:?)[ :]+\p{Lu}|^/ "
)
DATED = r"\d{4}|\d[./]\d{1,2}[./]\d|(?i:\bago\b|\bvor \d)"
NAMES_WIDTH = 70  # a wider line of names says "by" or has a date
STEPS = {"above2": 2, "above": 1, "below": -1, "below2": -2}


class Candidate(NamedTuple):
    """A line with its surroundings. `_above` is the line above it, `_above2` the one above that; None outside the document."""

    doc: int
    line: int
    place: int
    side: str | None  # head, tail, or None for a byline elsewhere
    text: str
    role: str | None
    prose: int  # paragraphs above
    headline: int | None  # place of the headline
    lines_left: int  # lines below it in the document
    is_page: bool
    line_above: int | None
    text_above: str | None
    role_above: str | None
    role_hit_above: str | None
    is_paragraph_above: bool | None
    role_above2: str | None
    role_hit_above2: str | None
    line_below: int | None
    text_below: str | None
    role_below: str | None
    role_hit_below: str | None
    rule_below: str | None
    is_paragraph_below: bool | None
    role_hit_below2: str | None
    is_paragraph_below2: bool | None


def find_byline_candidates(lines: pl.DataFrame) -> list[Candidate]:
    """The lines worth reading, in order; `lines` as `name_bylines` takes them."""
    own = pl.col("role") == "byline"
    own |= (pl.col("role_by") == "credit.agency") & (pl.col("side") == "head")
    is_free = pl.col("role").is_null() & (pl.col("action") != "remove").fill_null(True)
    is_free &= (pl.col("width") <= LONGEST) & ~pl.col("is_paragraph") & pl.col("side").is_not_null()
    # At the tail a bare name stands right below the last paragraph; further down it must say "by".
    may_be_bare = (pl.col("side") == "head") | above("is_paragraph", 1, False)
    numbered = lines.with_columns(own=own.fill_null(False), may_be_bare=may_be_bare).with_row_index("at")
    # Patterns are costly: only the few lines at the article's ends are searched.
    some = numbered.filter(pl.col("own") | is_free.fill_null(False))
    is_shaped = pl.col("may_be_bare") & (pl.col("width") <= NAMES_WIDTH) & pl.col("text").str.contains(SHAPE)
    is_shaped |= pl.col("text").str.contains(OPENS)
    is_shaped |= (pl.col("side") == "head") & pl.col("text").str.contains(DATED)
    worth = some.filter(pl.col("own") | is_shaped)
    if worth.is_empty():
        return []
    documents = (
        lines.filter(pl.col("doc").is_in(worth["doc"].unique().implode()))
        .group_by("doc")
        .agg(lines=pl.len(), headline=pl.col("place").filter(pl.col("role") == "headline").min())
    )
    around = [column for side in STEPS for column in find_beside(lines, worth, side)]
    whole = worth.with_columns(around).join(documents, on="doc", how="left", maintain_order="left")
    whole = whole.with_columns(
        lines_left=pl.col("lines") - 1 - pl.col("place"), is_page=pl.lit("page_headline" in lines.columns)
    )
    return [Candidate._make(row) for row in whole.select(Candidate._fields).iter_rows()]


def find_beside(lines: pl.DataFrame, worth: pl.DataFrame, side: str) -> list[pl.Series]:
    """The fields of Candidate that end in `side`, one value for each line of `worth` (at, doc); `lines`: all lines."""
    at = worth["at"].cast(pl.Int64) - STEPS[side]
    inside = (at >= 0) & (at < lines.height)
    at = at.zip_with(inside, pl.repeat(0, len(at), dtype=pl.Int64, eager=True))
    same = inside & (lines["doc"].gather(at) == worth["doc"])
    columns = [field.removesuffix(f"_{side}") for field in Candidate._fields if field.endswith(f"_{side}")]
    beside = lines.select(columns)[at]
    return [
        values.zip_with(same, pl.Series([None], dtype=values.dtype).new_from_index(0, len(at))).alias(f"{name}_{side}")
        for name, values in beside.to_dict().items()
    ]
