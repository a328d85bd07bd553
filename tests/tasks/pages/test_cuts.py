"""What the page model cuts on a page, and that it leaves articles alone."""

from __future__ import annotations

import polars as pl
from builders.articles import annotate_texts
from builders.pages import ARTICLE, FOOTER, HEADLINE, LIVE, MENU, PAGE, PARAGRAPHS, RESULTS, SUBHEAD
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.pages.cuts import mark_page_cuts


def test_a_page_keeps_its_article_and_its_headline() -> None:
    marked = mark_page_cuts(annotate_texts([PAGE]))
    kept = marked.filter(~pl.col("page_cut") & pl.col("role").is_null())["text"].to_list()
    assert [text for text in kept if text not in (HEADLINE,)] == [*PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:]]
    assert marked.filter("page_headline")["text"].to_list() == [HEADLINE]
    byline = marked.filter(pl.col("text") == "By Anna Webb")
    assert byline["role"].to_list() != ["byline"] or byline["page_cut"].to_list() == [False]


def test_every_cut_names_its_rule_and_score() -> None:
    marked = mark_page_cuts(annotate_texts([PAGE, ARTICLE]))
    cut = marked.filter("page_cut")
    assert set(cut["page_rule"]) <= {"page.outside", "page.line"}
    assert cut["page_score"].is_between(0, 1).all()
    assert marked.filter(~pl.col("page_cut"))["page_rule"].null_count() == marked.height - cut.height
    article = marked.filter(pl.col("doc") == 1)
    assert not article["page_cut"].any()
    assert not article["page_headline"].any()
    assert article["page_score"].null_count() == article.height


def test_a_page_without_an_article_is_not_cut() -> None:
    assert not mark_page_cuts(annotate_texts([MENU + "\n" + FOOTER]))["page_cut"].any()


def test_no_lines_give_no_lines() -> None:
    marked = mark_page_cuts(annotate_texts([PAGE]).clear())
    assert marked.height == 0
    assert {"page_cut", "page_rule", "page_score", "page_headline"} <= set(marked.columns)


@settings(max_examples=8)  # each reads whole pages
@given(
    st.lists(
        st.sampled_from([PAGE, ARTICLE, RESULTS, LIVE, MENU + "\n" + FOOTER, PAGE.replace(MENU, "")]),
        min_size=1,
        max_size=5,
    )
)
def test_a_document_is_marked_alone_as_among_others(texts: list[str]) -> None:
    together = mark_page_cuts(annotate_texts(texts)).drop("doc")
    alone = pl.concat([mark_page_cuts(annotate_texts([text])).drop("doc") for text in texts])
    assert together.equals(alone)
