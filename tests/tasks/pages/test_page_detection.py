"""Pages are told from articles by counts; in doubt a document is an article."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders.articles import annotate_texts
from builders.pages import ARTICLE, FOOTER, LIVE, MENU, PAGE, RECIPE, RESULTS, VERSE
from training.labelled import read_labelled

from tasks.pages.page_detection import detect_pages


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
    assert detect_pages(annotate_texts([text])).unique().to_list() == [expected]


@pytest.mark.bench
def test_labelled_articles_are_never_taken_for_pages(bench: Path) -> None:
    pages, _ = read_labelled(bench, "naive")
    bodies = pages.filter(pl.col("source").is_in(["fundus", "shub"]))["gold"]
    assert len(bodies) >= 299
    assert not detect_pages(annotate_texts(bodies)).any()


@pytest.mark.bench
@pytest.mark.parametrize(
    ("rendering", "at_most"), [("trafilatura_recall", 0.03), ("readability", 0.01), ("newspaper4k", 0.01)]
)
def test_extractors_renderings_are_articles(bench: Path, rendering: str, at_most: float) -> None:
    _, lines = read_labelled(bench, rendering, gold_only=False)
    assert lines.filter(detect_pages(lines))["doc"].n_unique() <= at_most * lines["doc"].n_unique()
