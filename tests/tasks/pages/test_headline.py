"""Which line of a page is its headline: what may be one, what is known of it, and which candidate is taken."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.pages.features import PageLines
from tasks.pages.headline import LEAST_SCORE, NEAR, OWN, describe_candidates, find_candidates, pick_best
from tasks.pages.shared_words import list_longer_words
from tasks.pages.spans import Bounds, find_bounds


def make_bounds(*sizes: int) -> Bounds:
    """Bounds of pages with so many lines."""
    return find_bounds(np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes))


def make_page(texts: list[str], prose: list[int]) -> PageLines:
    """One page with these lines, of which some are prose; all other features are 0."""
    features = {name: np.zeros(len(texts), dtype=np.int64) for name in (*OWN, *NEAR)}
    features |= {"prose": np.array(prose), "width": np.array([len(text) for text in texts])}
    columns = {"doc": [0] * len(texts), "text": texts, "words": list_longer_words(pl.Series(texts))}
    lines = pl.DataFrame(columns, schema_overrides={"doc": pl.UInt32})
    return PageLines(lines, features, make_bounds(len(texts)))


@pytest.mark.parametrize(("width", "is_candidate"), [(11, False), (12, True), (250, True), (251, False)])
def test_a_headline_is_12_to_250_wide(width: int, is_candidate: bool) -> None:
    page = make_page(["x" * width, "y" * 300], [0, 1])
    assert find_candidates(page, np.array([False, True]))[0].tolist() == [is_candidate, False]


def test_a_headline_stands_at_most_40_lines_above_the_article_or_2_below_its_first_line() -> None:
    prose = [0] * 42 + [1] + [0] * 5
    found = find_candidates(make_page(["A line of twenty lett"] * 48, prose), np.array(prose) > 0)
    assert np.flatnonzero(found[0]).tolist() == list(range(2, 45))
    assert found[1].tolist() == list(range(-42, 6))


def test_a_page_without_kept_prose_has_no_candidate() -> None:
    page = make_page(["A line of twenty lett"] * 3, [1, 0, 0])
    assert not find_candidates(page, np.array([False, True, True]))[0].any()


@pytest.mark.parametrize(("lines", "shared"), [(24, 2), (25, 1)])
def test_the_words_of_the_first_25_lines_of_the_article_count(lines: int, shared: int) -> None:
    texts = ["Harbour votes for a pier", "The harbour is cold", *["It rains"] * (lines - 1), "The town votes"]
    prose = [0, *[1] * (lines + 1)]
    page = make_page(texts, prose)
    kept = np.array(prose) > 0
    score = np.arange(len(texts))
    described = describe_candidates(page, score, kept, *find_candidates(page, kept))
    assert described["shared_words"].tolist()[0] == shared
    assert described["shared_share"].tolist()[0] == 100 * shared // 3  # harbour, votes, pier
    assert described["distance"].tolist()[0] == -1
    assert (described["score_up"].tolist()[0], described["score_down"].tolist()[0]) == (-1, 1)


def test_the_best_candidate_of_each_page_is_taken_if_it_is_likely_enough() -> None:
    chosen = np.array([True, True, False, True, True, True])
    found = pick_best(np.array([-5, 7, 7, 7, LEAST_SCORE - 1]), chosen, make_bounds(4, 1, 1), LEAST_SCORE)
    assert found.tolist() == [False, True, False, False, True, False]
    assert pick_best(np.array([LEAST_SCORE]), np.array([True]), make_bounds(1), LEAST_SCORE).tolist() == [True]
    assert LEAST_SCORE == -2000
