"""Every document cleaned as what it is: an article's text, or a whole page with an article in it.

On an article only sure rules cut. On a page the page model first finds the article among the lines; what is left is
annotated again and cleaned as an article.
"""

from collections.abc import Callable

import polars as pl

from tasks.cleaning.annotate import HEAD_ABOVE, HEAD_BELOW, assign_roles, match_words
from tasks.cleaning.clean import clean_lines
from tasks.lines import change_lines, change_listed_lines
from tasks.pages.cuts import list_heads, mark_page_cuts
from tasks.roles.byline_detection import name_bylines

FAR_ABOVE = 25  # on a page a byline stands at most this many lines above the body,
PROSE_ABOVE = 3  # and below the headline with at most so many lines between that look like prose
TAIL_BELOW = 5  # an article on a page is signed at most this many lines below its last paragraph


def clean_documents(
    lines: pl.DataFrame,
    records: pl.DataFrame,
    removal_budget: float,
    learned: pl.DataFrame | None = None,
    report_matched: Callable[[], object] = lambda: None,
) -> pl.DataFrame:
    """Annotates the lines and decides which are removed.

    `lines`, `records` and `learned` as `match_words` takes them, `removal_budget` as `clean_lines` does (the page model's cuts
    do not count); `report_matched` is called after two thirds of the time. Adds the columns of both; a line that the page model
    cut has a `page.` rule, and as evidence the probability that it is no part of the article.
    """
    words = match_words(lines, records, learned)
    report_matched()
    annotated = assign_roles(words, records)
    marked = mark_page_cuts(annotated)
    pages = marked.filter(pl.col("page_cut"))["doc"].unique()
    if pages.is_empty():
        return clean_lines(annotated, removal_budget)
    on_page = pl.col("doc").is_in(pages.implode())
    article = words.filter(marked.select(on_page & ~pl.col("page_cut")).to_series())
    parts = name_page_parts(marked.filter(on_page))
    again = sign_articles(assign_roles(article, records, list_heads(marked.filter(on_page))), parts)
    cleaned = clean_lines(pl.concat([annotated.filter(~on_page), again]), removal_budget)
    outside = decide_outside(parts)
    missing = [pl.lit(None).alias(name) for name in cleaned.columns if name not in outside.columns]
    outside = outside.with_columns(missing).select(cleaned.columns)
    return pl.concat([cleaned, outside], how="vertical_relaxed").sort("doc", "line")


def sign_articles(lines: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """The lines of pages' articles; an agency's name that signs one, by the dates that were cut beside it, is no credit."""
    signed = parts.filter((pl.col("role") == "byline") & ~pl.col("page_cut"))
    signed = signed.join(lines.filter(pl.col("role") == "credit"), on=["doc", "line"], how="semi")
    byline = {"role": "byline", "role_by": "byline.signature", "role_value": pl.col("_names")}
    return change_listed_lines(lines, signed.select("doc", "line", _names="role_value"), **byline)


def decide_outside(parts: pl.DataFrame) -> pl.DataFrame:
    """The lines that the page model cut, removed unless they sign or date the article. `parts`: see `name_page_parts`."""
    outside = parts.filter("page_cut").with_columns(removed=pl.lit(False), over_budget=pl.lit(False))
    outside = outside.with_columns(by="role_by", evidence=pl.lit(None, dtype=pl.String))
    return change_lines(
        outside,
        ~pl.col("role").is_in(["byline", "timestamp"]).fill_null(False),
        role="boilerplate",
        by=pl.col("page_rule"),
        evidence=pl.format("boilerplate with probability {}", "page_score"),
        removed=True,
    )


def name_page_parts(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the roles `byline` and `timestamp` to lines around the head of a page's article, cut or not; others lose theirs.

    `lines` as `mark_page_cuts` gives them, of pages alone. Cut lines and the standfirst are no prose here, and a line far from
    the article signs something else.
    """
    place = pl.col("place").cast(pl.Int64)
    prose = pl.col("is_paragraph") & ~pl.col("page_cut") & ~pl.col("page_standfirst")
    first, last = place.filter(prose).min().over("doc"), place.filter(prose).max().over("doc")
    headline = place.filter(pl.col("page_headline")).min().over("doc")
    hit = pl.col("role_hit")
    title = pl.col("text").filter(pl.col("page_headline")).first().over("doc")
    by_headline = (place - headline).is_between(-HEAD_ABOVE, HEAD_BELOW).fill_null(False)
    by_prose = (first - place).is_between(-HEAD_BELOW, FAR_ABOVE).fill_null(False)
    counted = (prose & (place > headline.fill_null(0))).cast(pl.UInt32)
    near = lines.with_columns(
        is_paragraph=prose,
        prose=counted.cum_sum().over("doc") - counted,
        role=pl.when("page_headline")
        .then(pl.lit("headline"))
        .when(hit.is_in(["timestamp", "caption", "credit"]))
        .then(hit)
        .when(pl.col("text") == title)
        .then(pl.lit("copy")),
    )
    side = (
        pl.when((by_headline | by_prose) & (pl.col("prose") <= PROSE_ABOVE) & (place <= last))
        .then(pl.lit("head"))
        .when((place > last) & (place <= last + TAIL_BELOW))
        .then(pl.lit("tail"))
    )
    named = name_bylines(near.with_columns(side=side))
    is_dated = pl.col("role") == "timestamp"
    is_apart = pl.col("side").is_not_null() & ((pl.col("role") == "byline") | (is_dated & (pl.col("side") == "head")))
    return named.with_columns(
        role=pl.when(is_apart).then("role"), role_by=pl.coalesce("role_by", pl.when(is_dated).then("role_rule"))
    )
