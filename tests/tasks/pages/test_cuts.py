"""What the page model cuts on a page, and that it leaves articles alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from builders.articles import annotate_texts
from builders.pages import ARTICLE, FOOTER, HEADLINE, LIVE, MENU, PAGE, PARAGRAPHS, RESULTS, SUBHEAD
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.pages.cuts import find_furniture, keep_article, mark_page_cuts
from tasks.pages.features import PageLines
from tasks.pages.spans import Bounds
from tasks.pages.weights import PageModel, TreeEnsemble


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


@pytest.mark.parametrize(("score", "probability"), [(0, 0.5), (2000, 0.881), (-2000, 0.119)])
def test_a_score_is_a_probability_of_boilerplate(score: int, probability: float) -> None:
    model = PageModel(TreeEnsemble(score, ()), TreeEnsemble(0, ()), TreeEnsemble(0, ()))
    assert mark_page_cuts(annotate_texts([PAGE]), model)["page_score"].unique().to_list() == [probability]


def test_a_page_without_an_article_is_not_cut() -> None:
    assert not mark_page_cuts(annotate_texts([MENU + "\n" + FOOTER]))["page_cut"].any()


def test_no_lines_give_no_lines() -> None:
    marked = mark_page_cuts(annotate_texts([PAGE]).clear())
    assert marked.height == 0
    assert {"page_cut", "page_rule", "page_score", "page_headline"} <= set(marked.columns)


@pytest.mark.slow
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


def make_page(**features: list[int]) -> PageLines:
    """One page of which only these features matter."""
    size = len(next(iter(features.values())))
    bounds = Bounds(np.zeros(size, dtype=np.int64), np.full(size, size))
    return PageLines(pl.DataFrame(), {name: np.array(values) for name, values in features.items()}, bounds)


@pytest.mark.parametrize(("width", "kept"), [(100, [True, True, False]), (99, [False, True, True])])
def test_an_article_has_at_least_200_characters_of_prose_or_the_main_span_is_kept(width: int, kept: list[bool]) -> None:
    page = make_page(
        width=[100, width, 900], prose=[1, 1, 1], rule=[0, 0, 0], firm_in=[0, 1, 1], firm_peak=[200, 200, 200]
    )
    assert keep_article(page, np.array([-1, -1, 0])).tolist() == kept


def test_the_main_span_needs_200_characters_too_and_leaves_out_lines_of_rules() -> None:
    features = {"width": [90, 90], "prose": [1, 0], "rule": [1, 1], "firm_in": [1, 1]}
    kept = keep_article(make_page(**features, firm_peak=[200, 200]), np.array([5, 5]))
    assert kept.tolist() == [True, False]
    assert not keep_article(make_page(**features, firm_peak=[199, 199]), np.array([5, 5])).any()


FURNITURE = [
    # role, lines until the next kept line, lines since the last one (-1: there is none)
    ("caption", 6, -1, True),
    ("caption", 7, -1, False),
    ("caption", -1, 1, False),
    ("credit", 50, 50, True),
    ("byline", 6, -1, True),
    ("byline", 7, -1, False),
    ("byline", 1, 1, False),
    ("timestamp", 6, -1, True),
    ("timestamp", -1, 1, False),
    ("bio", -1, 3, True),
    ("bio", -1, 4, False),
    ("bio", 6, -1, True),
    ("contributors", -1, 3, True),
    ("contributors", 9, 9, True),
    ("correction", 1, 1, False),
    (None, 1, 1, False),
]


@pytest.mark.parametrize(("role", "above", "below", "expected"), FURNITURE)
def test_furniture_belongs_to_the_article_near_it(role: str | None, above: int, below: int, expected: bool) -> None:
    found = find_furniture(pl.Series([role], dtype=pl.String), np.array([above]), np.array([below]))
    assert found.tolist() == [expected]
