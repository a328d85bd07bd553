"""Which patient is it: a whole page as text, or an article's text? Decided for each document by counts anyone can check.

A page carries its site: many bare lines (short, no final stop, no figures), and among them furniture of many kinds,
navigation and sign-in and newsletter and cookies. An article may have many short lines of its own (lists, results,
prices, verse), and now and then a line of furniture, but not the whole house. On a doubt it is an article, and the page
model leaves it alone.
"""

from __future__ import annotations

import polars as pl

BARE_WIDTH = 40  # a bare line is narrower than this
BARE_LINES = 15  # a page has at least as many bare lines,
BARE_SHARE = 0.25  # at least this share of all its lines,
HOUSE_FAMILIES = 6  # or, however long its article is, furniture of so many families of rules,
BARE_RUN = 5  # and somewhere as many bare lines in a row;
FAMILIES = 4  # and furniture of as many families of rules,
EDGE_FAMILIES, EDGE_LINES = 3, 12  # or of a few less, with bare lines above and below all its prose,
FRAME_FAMILIES, FRAME_LINES = 2, 20  # or of still less, with still more of them there,
MENU_FAMILIES, MENU_RUN = 2, 25  # or with a menu of so many bare lines in a row.


def find_pages(lines: pl.DataFrame) -> pl.Series:
    """Whether each line stands in a whole-page dump: one bool a line, the same for all lines of a document.

    `lines` as `annotate` gives them.
    """
    counts = count_signs(lines)
    pages = counts.filter(is_page()).select("doc", is_page=pl.lit(True))
    joined = lines.select("doc").join(pages, on="doc", how="left", maintain_order="left")
    return joined["is_page"].fill_null(False)


def is_page() -> pl.Expr:
    """The decision on the counts of one document."""
    furnished = (
        (pl.col("families") >= FAMILIES)
        | ((pl.col("families") >= EDGE_FAMILIES) & (pl.col("edge_lines") >= EDGE_LINES))
        | ((pl.col("families") >= FRAME_FAMILIES) & (pl.col("edge_lines") >= FRAME_LINES))
        | ((pl.col("families") >= MENU_FAMILIES) & (pl.col("bare_run") >= MENU_RUN))
    )
    much = (pl.col("bare_lines") >= BARE_SHARE * pl.col("line_count")) | (pl.col("families") >= HOUSE_FAMILIES)
    return (pl.col("bare_lines") >= BARE_LINES) & much & (pl.col("bare_run") >= BARE_RUN) & furnished


def count_signs(lines: pl.DataFrame) -> pl.DataFrame:
    """What the decision rests on, a row a document: doc, line_count, bare_lines, bare_run, edge_lines, families.

    edge_lines: bare lines above the first line of prose or below the last; families: kinds of rules that match a line.
    """
    # No bare line is longer than what is looked at here, so that figures in long lines need not be looked for.
    figures = pl.col("text").str.head(BARE_WIDTH).str.contains(r"\p{Nd}")
    bare = (pl.col("width") < BARE_WIDTH) & ~pl.col("ends_sentence") & ~figures
    marked = lines.select("doc", "place", "family", "is_paragraph", bare=bare)
    # A run of bare lines has one number, in one document only.
    runs = pl.struct("doc", "bare").rle_id()
    longest = (
        marked.select("doc", "bare", run=runs)
        .filter("bare")
        .group_by("run")
        .agg(pl.col("doc").first(), length=pl.len())
        .group_by("doc")
        .agg(bare_run=pl.col("length").max())
    )
    prose = pl.col("place").filter("is_paragraph")
    outside = (pl.col("place") < prose.min()) | (pl.col("place") > prose.max())
    counts = marked.group_by("doc", maintain_order=True).agg(
        line_count=pl.len(),
        bare_lines=pl.col("bare").sum(),
        edge_lines=(pl.col("bare") & outside.fill_null(True)).sum(),
        families=pl.col("family").drop_nulls().n_unique(),
    )
    return counts.join(longest, on="doc", how="left", maintain_order="left").with_columns(
        pl.col("bare_run").fill_null(0)
    )
