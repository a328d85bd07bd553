"""The lines that may sign or date an article, each with what stands around it."""

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


class Line(NamedTuple):
    """A line of a document, as far as bylines are concerned."""

    doc: int
    line: int
    place: int
    side: str | None  # head, tail, or None
    text: str
    role: str | None
    role_hit: str | None
    rule: str | None
    is_paragraph: bool
    prose: int  # paragraphs above it


OUTSIDE = Line(-1, -1, -1, None, "", None, None, None, False, 0)


class Candidate(NamedTuple):
    """A line that may sign or date the article, with its surroundings: OUTSIDE where the document has no such line."""

    own: Line
    above2: Line
    above: Line
    below: Line
    below2: Line
    headline: int | None  # place of the headline
    lines_left: int  # lines below it in the document
    is_page: bool


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
    worth = some.filter(pl.col("own") | is_shaped).select("at", "doc")
    if worth.is_empty():
        return []
    documents = (
        lines.filter(pl.col("doc").is_in(worth["doc"].unique().implode()))
        .group_by("doc")
        .agg(lines=pl.len(), headline=pl.col("place").filter(pl.col("role") == "headline").min())
    )
    sizes = {doc: (size, headline) for doc, size, headline in documents.iter_rows()}
    near = sorted({at + step for at in worth["at"] for step in range(-2, 3) if 0 <= at + step < lines.height})
    rows = dict(zip(near, map(Line._make, lines.select(Line._fields)[near].iter_rows()), strict=True))
    candidates = []
    for at, doc in worth.iter_rows():
        around = [rows.get(at + step, OUTSIDE) for step in (-2, -1, 0, 1, 2)]
        above2, above1, line, below, below2 = (found if found.doc == doc else OUTSIDE for found in around)
        size, headline = sizes[doc]
        left = size - 1 - line.place
        candidates.append(
            Candidate(line, above2, above1, below, below2, headline, left, "page_headline" in lines.columns)
        )
    return candidates
