"""Every document cleaned as what it is: an article's text, or a whole page with an article in it.

On an article only sure rules cut. On a page the page model first finds the article among the lines; what is left of it is
then looked at anew, and treated as an article.
"""

from __future__ import annotations

import polars as pl

from tasks.cleaning.annotate import HEAD_ABOVE, HEAD_BELOW, assign_roles, match_words
from tasks.cleaning.clean import clean
from tasks.pages import judge_pages
from tasks.roles.byline_detection import name_signatures

FAR_ABOVE = 25  # on a page much may stand between the byline and the body
PROSE_ABOVE = 3  # and lines that only look like prose
TAIL_BELOW = 3  # an article is signed at most this far below its last paragraph


def clean_documents(
    lines: pl.DataFrame, records: pl.DataFrame, removal_budget: float, learned: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Lines annotated, and cleaned or kept.

    `lines` as `split_lines` gives them, `records` and `learned` as `annotate` asks for, `removal_budget` as `clean` does (the
    page model's cuts are not counted in it). Adds the columns of both; lines that the page model cut have `page.` rules and
    the probability that they are no part of the article as evidence.
    """
    words = match_words(lines, records, learned)
    annotated = assign_roles(words, records)
    judged = judge_pages(annotated)
    pages = judged.filter(pl.col("page_cut"))["doc"].unique()
    if pages.is_empty():
        return clean(annotated, removal_budget)
    on_page = pl.col("doc").is_in(pages.implode())
    article = words.filter(judged.select(on_page & ~pl.col("page_cut")).to_series())
    headlines = judged.filter(on_page & pl.col("page_headline")).select("doc", "line")
    again = assign_roles(article, records, headlines)
    cleaned = clean(pl.concat([annotated.filter(~on_page), again]).sort("doc", "line"), removal_budget)
    signed = pl.col("role").is_in(["byline", "timestamp"]).fill_null(False)
    outside = (
        name_page_parts(judged.filter(on_page))
        .filter("page_cut")
        .with_columns(
            role=pl.when(signed).then("role").otherwise(pl.lit("boilerplate")),
            by=pl.when(signed).then("role_by").otherwise("page_rule"),
            evidence=pl.when(~signed).then(pl.format("boilerplate with probability {}", "page_score")),
            removed=~signed,
            over_budget=pl.lit(False),
        )
    )
    outside = give_back_captions(outside, cleaned)
    missing = [name for name in cleaned.columns if name not in outside.columns]
    outside = outside.with_columns(pl.lit(None).alias(name) for name in missing).select(cleaned.columns)
    return pl.concat([cleaned, outside], how="vertical_relaxed").sort("doc", "line")


def give_back_captions(outside: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Cut lines that say word for word what a caption of the kept article says, as captions: its copies, to be counted."""
    captions = kept.filter(pl.col("role") == "caption")
    copies = outside.select("doc", "line", "text").join(
        captions.select("doc", "text", "role_rule", "role_value", "role_text").unique(["doc", "text"], keep="first"),
        on=["doc", "text"],
    )
    if copies.is_empty():
        return outside
    found = copies.select("doc", "line", _rule="role_rule", _value="role_value", _text="role_text", _copy=pl.lit(True))
    is_copy = pl.col("_copy").fill_null(False) & (pl.col("role") == "boilerplate")
    joined = outside.join(found, on=["doc", "line"], how="left", maintain_order="left")
    return joined.with_columns(
        role=pl.when(is_copy).then(pl.lit("caption")).otherwise("role"),
        by=pl.when(is_copy).then("_rule").otherwise("by"),
        removed=pl.when(is_copy).then(pl.lit(False)).otherwise("removed"),
        evidence=pl.when(~is_copy).then("evidence"),
        role_value=pl.when(is_copy).then("_value").otherwise("role_value"),
        role_text=pl.when(is_copy).then("_text").otherwise("role_text"),
    ).drop("_rule", "_value", "_text", "_copy")


def name_page_parts(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the roles `byline` and `timestamp` to lines around the head of a page's article, cut or not; others lose theirs.

    `lines` as `judge_pages` gives them, of pages alone. What is cut is no prose here, and what stands far from the article
    signs something else.
    """
    prose = pl.col("is_paragraph") & ~pl.col("page_cut")
    first = pl.col("place").filter(prose).min().over("doc")
    last = pl.col("place").filter(prose).max().over("doc")
    headline = pl.col("place").filter(pl.col("page_headline")).min().over("doc")
    hit = pl.col("role_hit")
    from_headline = (pl.col("place").cast(pl.Int64) - headline).is_between(-HEAD_ABOVE, HEAD_BELOW).fill_null(False)
    from_prose = (first.cast(pl.Int64) - pl.col("place")).is_between(-HEAD_BELOW, FAR_ABOVE).fill_null(False)
    passed = pl.col("place") > headline.fill_null(0)
    near = lines.with_columns(is_paragraph=prose).with_columns(
        prose=(prose & passed).cast(pl.UInt32).cum_sum().over("doc") - (prose & passed).cast(pl.UInt32),
        role=pl.when("page_headline")
        .then(pl.lit("headline"))
        .when(hit.is_in(["timestamp", "caption", "credit"]))
        .then(hit),
    )
    side = (
        pl.when((from_headline | from_prose) & (pl.col("prose") <= PROSE_ABOVE) & (pl.col("place") <= last))
        .then(pl.lit("head"))
        .when((pl.col("place") > last) & (pl.col("place") <= last + TAIL_BELOW))
        .then(pl.lit("tail"))
    )
    named = name_signatures(near.with_columns(side=side))
    apart = pl.col("side").is_not_null() & (
        (pl.col("role") == "byline") | ((pl.col("role") == "timestamp") & (pl.col("side") == "head"))
    )
    return named.with_columns(
        role=pl.when(apart.fill_null(False)).then("role"),
        role_by=pl.coalesce("role_by", pl.when(pl.col("role") == "timestamp").then("role_rule")),
    )
