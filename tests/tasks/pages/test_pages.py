"""The page model: which documents it takes for pages, what it cuts there, and that it leaves articles alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training.labelled import annotate_texts, read_labelled

from tasks.pages import find_pages, judge_pages
from tasks.pages.features import make_features
from tasks.pages.spans import count_since, count_until, find_bounds, look, main_run, sum_between
from tasks.pages.weights import WEIGHTS, Tree, TreeEnsemble, add_scores, load_model, read_ensemble

MENU = """Skip to content
Home
News
World
Business
Sport
Culture
Weather
Podcasts
Newsletters
Sign in
Subscribe
Search
Menu
My account"""
HEADLINE = "Harbour town votes to rebuild its wooden pier after the storm"
PARAGRAPHS = [
    "The town council of Eastmere voted on Tuesday night to rebuild the wooden pier that was torn apart by the January storm, "
    "setting aside four million pounds for the work over the next two years.",
    "Councillors heard from more than thirty residents, most of whom said that the pier was the heart of the harbour and that "
    "the town would be poorer without it, before they voted nine to four in favour.",
    "“We have lived with a ruin outside our windows for ten months,” said Margaret Hale, who has run the fish stall at its foot "
    "since 1988. “Tonight the council has finally listened.”",
    "Opponents argued that the money would be better spent on the sea wall, which engineers say must be raised by half a metre "
    "before the end of the decade if the lower streets are to stay dry.",
    "Work on the first of three sections is expected to start in April, and the council hopes that the outer end of the pier "
    "will be open to visitors in the summer of the following year.",
    "The old timbers, some of which date from the reign of Queen Victoria, will be offered to local craftsmen and to the "
    "maritime museum, which wants to show them in its new hall.",
]
FOOTER = """Most Popular
Ten walks for a rainy week
Council leader steps down
Ferry fares to rise again
School wins regional prize
Comments
Follow us on Facebook
Privacy Policy
Cookie Policy
Terms of Use
Contact us
About us
Advertise with us
Careers
Copyright 2024 Eastmere Courier. All rights reserved."""
SUBHEAD = "A question of money"
PAGE = "\n".join([MENU, HEADLINE, "By Anna Webb", *PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:], FOOTER])
ARTICLE = "\n\n".join([HEADLINE, *PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:]])
RESULTS = (
    "Results of the third round\n"
    + "\n".join(f"Team {n} {n % 4} - {n % 3} Town {n}" for n in range(40))
    + "\n"
    + PARAGRAPHS[0]
)
RECIPE = "\n".join(
    [
        "A soup for cold evenings",
        PARAGRAPHS[0],
        "Ingredients",
        *[f"{n} spoons of flour" for n in range(1, 16)],
        PARAGRAPHS[1],
    ]
)
VERSE = "\n".join(
    f"And the tide goes out in the {part}"
    for part in ("morning", "noon", "evening", "night", "spring", "summer", "autumn", "winter") * 4
)
LIVE = "\n".join(
    f"{hour}.{minute:02} The count goes on\n{PARAGRAPHS[hour % 6]}" for hour in range(10, 16) for minute in (0, 20, 40)
)


def annotated(*texts: str) -> pl.DataFrame:
    return annotate_texts(pl.Series(list(texts), dtype=pl.String))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(PAGE, True, id="page"),
        pytest.param(MENU + "\n" + FOOTER, True, id="page-without-article"),
        pytest.param(ARTICLE, False, id="article"),
        pytest.param(RESULTS, False, id="results"),
        pytest.param(RECIPE, False, id="recipe"),
        pytest.param(VERSE, False, id="verse"),
        pytest.param(LIVE, False, id="live-blog"),
        pytest.param(ARTICLE + "\n\nMost Popular\nTen walks\nFerry fares\nSubscribe", False, id="article-with-residue"),
        pytest.param("One line", False, id="one-line"),
    ],
)
def test_pages_are_told_from_articles(text: str, expected: bool) -> None:
    assert find_pages(annotated(text)).unique().to_list() == [expected]


def test_a_page_keeps_its_article_and_its_headline() -> None:
    judged = judge_pages(annotated(PAGE))
    kept = judged.filter(~pl.col("page_cut") & pl.col("role").is_null())["text"].to_list()
    assert [text for text in kept if text not in (HEADLINE,)] == [*PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:]]
    assert judged.filter("page_headline")["text"].to_list() == [HEADLINE]
    byline = judged.filter(pl.col("text") == "By Anna Webb")
    assert byline["role"].to_list() != ["byline"] or byline["page_cut"].to_list() == [False]


def test_every_cut_names_its_rule_and_score() -> None:
    judged = judge_pages(annotated(PAGE, ARTICLE))
    cut = judged.filter("page_cut")
    assert set(cut["page_rule"]) <= {"page.outside", "page.line"}
    assert cut["page_score"].is_between(0, 1).all()
    assert judged.filter(~pl.col("page_cut"))["page_rule"].null_count() == judged.height - cut.height
    article = judged.filter(pl.col("doc") == 1)
    assert not article["page_cut"].any()
    assert not article["page_headline"].any()
    assert article["page_score"].null_count() == article.height


def test_a_page_without_an_article_is_not_cut() -> None:
    assert not judge_pages(annotated(MENU + "\n" + FOOTER))["page_cut"].any()


def test_no_lines_give_no_lines() -> None:
    judged = judge_pages(annotated(PAGE).clear())
    assert judged.height == 0
    assert {"page_cut", "page_rule", "page_score", "page_headline"} <= set(judged.columns)


@settings(max_examples=8)  # each reads whole pages
@given(
    st.lists(
        st.sampled_from([PAGE, ARTICLE, RESULTS, LIVE, MENU + "\n" + FOOTER, PAGE.replace(MENU, "")]),
        min_size=1,
        max_size=5,
    )
)
def test_a_document_is_judged_alone_as_among_others(texts: list[str]) -> None:
    together = judge_pages(annotated(*texts)).drop("doc")
    alone = pl.concat([judge_pages(annotated(text)).drop("doc") for text in texts])
    assert together.equals(alone)


@given(st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=12), min_size=1, max_size=6))
def test_the_main_run_is_the_best_span(pages: list[list[int]]) -> None:
    gain = np.array([value for page in pages for value in page])
    begin, end = find_bounds(np.repeat(np.arange(len(pages), dtype=np.uint32), [len(page) for page in pages]))
    first, behind, peak = main_run(gain, begin)
    best = [
        max(sum(page[low:high]) for low in range(len(page)) for high in range(low + 1, len(page) + 1)) for page in pages
    ]
    assert peak.tolist() == [top for top, page in zip(best, pages, strict=True) for _ in page]
    assert sum_between(gain, first, behind).tolist() == peak.tolist()
    assert ((first >= begin) & (behind <= end) & (first < behind)).all()


def test_spans_end_at_their_page() -> None:
    begin, end = find_bounds(np.array([0, 0, 0, 1, 1], dtype=np.uint32))
    marked = np.array([False, True, False, False, True])
    assert count_since(marked, begin).tolist() == [-1, 0, 1, -1, 0]
    assert count_until(marked, end).tolist() == [1, 0, -1, 1, 0]
    assert look(np.arange(5), 1, begin, end).tolist() == [1, 2, -1, 4, -1]
    assert look(np.arange(5), -1, begin, end).tolist() == [-1, 0, 1, -1, 3]


def test_scores_add_up() -> None:
    trees = (Tree((("a", 1), ("b", 0)), (1, 20, 300, 4000)), Tree((("a", 5),), (-7, 7)))
    features = {"a": np.array([0, 2, 0, 9]), "b": np.array([0, 0, 1, 1])}
    assert add_scores(TreeEnsemble(100, trees), features).tolist() == [94, 113, 393, 4107]


def test_the_weights_ask_only_for_features_there_are() -> None:
    known = set(make_features(annotated(PAGE)))
    assert {name for tree in load_model().boilerplate.trees for name, _ in tree.questions} <= known


def test_the_weights_say_with_which_figures_they_were_accepted() -> None:
    figures = json.loads(WEIGHTS.read_text(encoding="utf-8"))["figures"]["cross_validated_by_publisher"]
    assert figures["all"]["word_f1"] >= 0.915
    assert figures["all"]["word_f1"] - figures["other languages"]["word_f1"] <= 0.02


def test_missing_or_wrong_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make train"):
        load_model(tmp_path / "none.json")
    with pytest.raises(ValueError, match="whole number"):
        read_ensemble({"base": 1.5, "trees": []})


@pytest.mark.bench
def test_labelled_articles_are_never_taken_for_pages(bench: Path) -> None:
    pages, _ = read_labelled(bench, "naive")
    bodies = pages.filter(pl.col("source").is_in(["fundus", "shub"]))["gold"]
    assert len(bodies) >= 299
    assert not find_pages(annotate_texts(bodies)).any()


@pytest.mark.bench
@pytest.mark.parametrize(
    ("rendering", "at_most"), [("trafilatura_recall", 0.03), ("readability", 0.01), ("newspaper4k", 0.01)]
)
def test_extractors_renderings_are_articles(bench: Path, rendering: str, at_most: float) -> None:
    _, lines = read_labelled(bench, rendering, gold_only=False)
    assert lines.filter(find_pages(lines))["doc"].n_unique() <= at_most * lines["doc"].n_unique()
