"""Sums and distances over the lines of many pages at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.pages.spans import Bounds, count_since, count_until, find_best_span, find_bounds, read_neighbour, sum_between


@given(st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=12), min_size=1, max_size=6))
def test_the_best_span_has_the_largest_sum(pages: list[list[int]]) -> None:
    gain = np.array([value for page in pages for value in page])
    bounds = find_bounds(np.repeat(np.arange(len(pages), dtype=np.uint32), [len(page) for page in pages]))
    first, behind, peak = find_best_span(gain, bounds)
    best = [
        max(sum(page[low:high]) for low in range(len(page)) for high in range(low + 1, len(page) + 1)) for page in pages
    ]
    assert peak.tolist() == [top for top, page in zip(best, pages, strict=True) for _ in page]
    assert sum_between(gain, first, behind).tolist() == peak.tolist()
    assert ((first >= bounds.begin) & (behind <= bounds.end) & (first < behind)).all()


def test_spans_end_at_their_page() -> None:
    bounds = find_bounds(np.array([0, 0, 0, 1, 1], dtype=np.uint32))
    marked = np.array([False, True, False, False, True])
    assert count_since(marked, bounds).tolist() == [-1, 0, 1, -1, 0]
    assert count_until(marked, bounds).tolist() == [1, 0, -1, 1, 0]
    assert read_neighbour(np.arange(5), 1, bounds).tolist() == [1, 2, -1, 4, -1]
    assert read_neighbour(np.arange(5), -1, bounds).tolist() == [-1, 0, 1, -1, 3]


def test_distances_end_at_60_lines() -> None:
    marked = np.zeros(64, dtype=np.bool_)
    marked[0] = True
    bounds = Bounds(np.zeros(64, dtype=np.int64), np.full(64, 64))
    assert count_since(marked, bounds).tolist()[58:] == [58, 59, 60, 60, 60, 60]
    assert count_until(marked[::-1], bounds).tolist()[:6] == [60, 60, 60, 60, 59, 58]
