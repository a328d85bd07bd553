"""Every document cleaned as what it is: an article's text, or a whole page with an article in it.

On an article only sure rules cut. On a page the page model first finds the article among the lines; what is left of it is
then looked at anew, and treated as an article.
"""

from __future__ import annotations

import polars as pl

from tasks.annotate import place_lines, read_words
from tasks.clean import clean
from tasks.pages import judge_pages


def treat(
    lines: pl.DataFrame, records: pl.DataFrame, removal_budget: float, learned: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Lines annotated, and cleaned or kept.

    `lines` as `split_lines` gives them, `records` and `learned` as `annotate` asks for, `removal_budget` as `clean` does (the
    page model's cuts are not counted in it). Adds the columns of both; lines that the page model cut have `page.` rules and
    the probability that they are no part of the article as evidence.
    """
    words = read_words(lines, records, learned)
    annotated = place_lines(words, records)
    judged = judge_pages(annotated)
    pages = judged.filter(pl.col("page_cut"))["doc"].unique()
    if pages.is_empty():
        return clean(annotated, removal_budget)
    on_page = pl.col("doc").is_in(pages.implode())
    article = words.filter(judged.select(on_page & ~pl.col("page_cut")).to_series())
    headlines = judged.filter(on_page & pl.col("page_headline")).select("doc", "line")
    again = place_lines(article, records, headlines)
    cleaned = clean(pl.concat([annotated.filter(~on_page), again]).sort("doc", "line"), removal_budget)
    outside = judged.filter(pl.col("page_cut")).with_columns(
        role=pl.lit("boilerplate"),
        by=pl.col("page_rule"),
        evidence=pl.format("boilerplate with probability {}", "page_score"),
        removed=pl.lit(True),
        over_budget=pl.lit(False),
    )
    missing = [name for name in cleaned.columns if name not in outside.columns]
    outside = outside.with_columns(pl.lit(None).alias(name) for name in missing).select(cleaned.columns)
    return pl.concat([cleaned, outside], how="vertical_relaxed").sort("doc", "line")
