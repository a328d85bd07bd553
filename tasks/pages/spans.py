"""Sums over spans of lines, many pages at once: the arithmetic under the page model's features.

Everything is whole numbers over one long column of lines. Each line knows the bounds of its page, so nothing of one page
reaches another, and sums are exact.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAR = 60  # lines; a larger distance says no more


class Bounds(NamedTuple):
    """For each line the index of its page's first line, and the index behind its last."""

    begin: Ints
    end: Ints


def find_bounds(doc: npt.NDArray[np.uint32]) -> Bounds:
    """The bounds of lines whose documents are `doc`, sorted."""
    starts = np.flatnonzero(np.r_[True, np.diff(doc.astype(np.int64)) != 0][: len(doc)])
    sizes = np.diff(np.r_[starts, len(doc)])
    return Bounds(np.repeat(starts, sizes), np.repeat(starts + sizes, sizes))


def number_pages(bounds: Bounds) -> tuple[Ints, Ints]:
    """The index of the first line of each page, and the number of each line's page, from 0."""
    starts, page = np.unique(bounds.begin, return_inverse=True)
    return starts, page


def sum_between(values: Ints, low: Ints, high: Ints) -> Ints:
    """The sum of `values[low:high]` for each line; 0 where the span is empty.

    >>> sum_between(np.array([1, 2, 3]), np.array([0, 1]), np.array([3, 1])).tolist()
    [6, 0]
    """
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    return np.asarray(total[np.maximum(high, low)] - total[low])


def read_neighbour(values: Ints, step: int, bounds: Bounds) -> Ints:
    """`values` of the line `step` below (above, when negative); -1 outside the page."""
    to = np.arange(len(values)) + step
    inside = (to >= bounds.begin) & (to < bounds.end)
    return np.where(inside, values[np.clip(to, 0, max(len(values) - 1, 0))], -1)


def count_since(marked: Bools, bounds: Bounds) -> Ints:
    """Lines since the last marked one above, itself included (0), at most FAR; -1 where there is none."""
    at = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, at, -1))
    return np.where(last >= bounds.begin, np.minimum(at - last, FAR), -1)


def count_until(marked: Bools, bounds: Bounds) -> Ints:
    """Lines until the next marked one below, itself included (0), at most FAR; -1 where there is none."""
    at = np.arange(len(marked))
    following = np.minimum.accumulate(np.where(marked, at, len(at) + FAR)[::-1])[::-1]
    return np.where(following < bounds.end, np.minimum(following - at, FAR), -1)


def find_best_span(gain: Ints, bounds: Bounds) -> tuple[Ints, Ints, Ints]:
    """The span of lines with the largest sum of `gain` on each page (Bentley's maximum subarray, all pages at once).

    Returns for each line the index of the span's first line, the index behind its last, and its sum. Of equal spans the
    first to end counts, and of these the longest.
    """
    starts, page = number_pages(bounds)
    total = np.cumsum(gain)
    before = total - gain
    # Each page is lowered below all earlier ones, so that one running minimum serves them all.
    reach = 2 * int(np.abs(total).max(initial=0)) + 1
    lowest = np.minimum.accumulate(before - page * reach) + page * reach
    best = total - lowest
    peak = np.maximum.reduceat(best, starts)
    at = np.arange(len(gain))
    last = np.minimum.reduceat(np.where(best == peak[page], at, len(gain)), starts)
    opens = (before == lowest[last][page]) & (at <= last[page])
    first = np.minimum.reduceat(np.where(opens, at, len(gain)), starts)
    return first[page], last[page] + 1, peak[page]
