"""Pages are told from articles by counts; in doubt a document is an article."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from builders.articles import P1, P2, annotate_texts, make_line
from builders.pages import ARTICLE, FOOTER, LIVE, MENU, PAGE, RECIPE, RESULTS, VERSE
from training.labelled import read_labelled

from tasks.pages.page_detection import count_page_signs, detect_pages, is_page


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


# line_count, bare_lines, bare_series, edge_lines, families: counts right at every threshold of one way to be a page.
AT = {
    "families": (60, 15, 5, 0, 4),
    "edge": (60, 15, 5, 12, 3),
    "frame": (80, 20, 5, 20, 2),
    "menu": (100, 25, 25, 0, 2),
    "house": (200, 15, 5, 0, 6),
}
NAMES = ("line_count", "bare_lines", "bare_series", "edge_lines", "families")
# One line or family less, or a larger document, and it is an article.
BELOW = [
    ("families", {"bare_lines": 14, "line_count": 56}),
    ("families", {"line_count": 61}),
    ("families", {"bare_series": 4}),
    ("families", {"families": 3}),
    ("edge", {"edge_lines": 11}),
    ("edge", {"families": 2}),
    ("frame", {"edge_lines": 19}),
    ("frame", {"families": 1}),
    ("menu", {"bare_series": 24}),
    ("menu", {"families": 1}),
    ("house", {"families": 5}),
]


@pytest.mark.parametrize("way", AT)
def test_counts_at_the_thresholds_are_a_page(way: str) -> None:
    counts = pl.DataFrame([dict(zip(NAMES, AT[way], strict=True))])
    assert counts.select(is_page()).item() is True


@pytest.mark.parametrize(("way", "less"), BELOW, ids=[f"{way}-{'-'.join(less)}" for way, less in BELOW])
def test_counts_below_a_threshold_are_an_article(way: str, less: dict[str, int]) -> None:
    counts = pl.DataFrame([dict(zip(NAMES, AT[way], strict=True)) | less])
    assert counts.select(is_page()).item() is False


def count(*texts: str) -> dict[str, int]:
    """The counts of a document of these lines."""
    return count_page_signs(annotate_texts(["\n".join(texts)])).row(0, named=True)


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [(make_line(39), 1), (make_line(40), 0), ("Larkhaven 2", 0), ("Larkhaven ٣", 0), ("It left.", 0), ("Larkhaven", 1)],
)
def test_a_bare_line_is_short_without_stop_or_digit(line: str, is_bare: int) -> None:
    assert count("It left.", line)["bare_lines"] == is_bare


def test_bare_lines_in_a_row_and_at_the_edges_are_counted() -> None:
    found = count("Nets", "Gulls", P1, "Lemons", P2, "Ropes", "Tides", "Lamps", "It left.", "Quays")
    assert (found["line_count"], found["bare_lines"], found["bare_series"], found["edge_lines"]) == (10, 7, 3, 6)
    assert count("Nets", "Gulls")["edge_lines"] == 2
    assert count(P1)["bare_series"] == 0


def test_families_are_counted_once_and_series_end_with_their_document() -> None:
    found = count_page_signs(
        annotate_texts(["Share on Facebook\nShare on Facebook\nAdvertisement\nNets", "Nets\nGulls"])
    )
    assert found["families"].to_list() == [2, 0]
    assert found["bare_series"].to_list() == [4, 2]
