"""Is a document a whole page as text, or an article's text? Decided by counts that anyone can check.

A page brings its site along: many bare lines (short, no final stop, no digits), and among them furniture of many kinds:
navigation, sign-in, newsletter, cookies. An article may have many short lines of its own (lists, results, prices, verse), and
now and then a line of furniture, but not all kinds of it. In doubt it is an article, and the page model leaves it alone.
"""

import polars as pl

from tasks.lines import mark_where

BARE_WIDTH = 40  # a bare line is narrower than this
BARE_LINES = 15  # a page has at least as many bare lines,
BARE_SHARE = 0.25  # which are at least this share of all its lines,
HOUSE_FAMILIES = 6  # or, however long its article is, furniture of so many families of rules,
BARE_SERIES = 5  # and somewhere as many bare lines in a row;
FAMILIES = 4  # and furniture of as many families of rules,
EDGE_FAMILIES, EDGE_LINES = 3, 12  # or of fewer, with so many bare lines above and below all its prose,
FRAME_FAMILIES, FRAME_LINES = 2, 20  # or of still fewer, with more of them there,
MENU_FAMILIES, MENU_SERIES = 2, 25  # or with a menu of so many bare lines in a row.


def detect_pages(lines: pl.DataFrame) -> pl.Series:
    """Whether each line stands in a whole-page dump, the same for all lines of a document; `lines` as `assign_roles` gives."""
    pages = count_page_signs(lines).filter(is_page())["doc"]
    return lines.select(is_page=pl.col("doc").is_in(pages.implode())).to_series()


def is_page() -> pl.Expr:
    """The decision on the counts of one document."""
    families, edge_lines, bare_lines = pl.col("families"), pl.col("edge_lines"), pl.col("bare_lines")
    is_furnished = (
        (families >= FAMILIES)
        | ((families >= EDGE_FAMILIES) & (edge_lines >= EDGE_LINES))
        | ((families >= FRAME_FAMILIES) & (edge_lines >= FRAME_LINES))
        | ((families >= MENU_FAMILIES) & (pl.col("bare_series") >= MENU_SERIES))
    )
    is_bare = (bare_lines >= BARE_SHARE * pl.col("line_count")) | (families >= HOUSE_FAMILIES)
    return (bare_lines >= BARE_LINES) & is_bare & (pl.col("bare_series") >= BARE_SERIES) & is_furnished


def count_page_signs(lines: pl.DataFrame) -> pl.DataFrame:
    """The counts that the decision uses, one row per document: doc, line_count, bare_lines, bare_series, edge_lines, families.

    bare_series: the most bare lines in a row; edge_lines: bare lines above the first line of prose or below the last;
    families: kinds of rules that match a line.
    """
    is_short = (pl.col("width") < BARE_WIDTH) & ~pl.col("ends_sentence")
    bare = mark_where(lines, is_short, ~pl.col("text").str.contains(r"\p{Nd}"))
    marked = lines.select("doc", "place", "family", "is_paragraph", bare=bare)
    # A series of bare lines has one number, in one document only.
    numbered = marked.select("doc", "bare", series=pl.struct("doc", "bare").rle_id()).filter("bare")
    lengths = numbered.group_by("series").agg(pl.col("doc").first(), length=pl.len())
    longest = lengths.group_by("doc").agg(bare_series=pl.col("length").max())
    prose = pl.col("place").filter("is_paragraph")
    outside = (pl.col("place") < prose.min()) | (pl.col("place") > prose.max())
    counts = marked.group_by("doc", maintain_order=True).agg(
        line_count=pl.len(),
        bare_lines=pl.col("bare").sum(),
        edge_lines=(pl.col("bare") & outside.fill_null(True)).sum(),
        families=pl.col("family").drop_nulls().n_unique(),
    )
    joined = counts.join(longest, on="doc", how="left", maintain_order="left")
    return joined.with_columns(pl.col("bare_series").fill_null(0))
