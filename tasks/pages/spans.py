"""Sums over spans of lines, many pages at once: the arithmetic under the page model's features.

Everything is whole numbers over one long column of lines; `begin` and `end` give, for each line, the index of its page's
first line and the index behind its last. So nothing of one page ever reaches another, and sums are exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAR = 60  # a distance in lines; larger ones say no more


def find_bounds(doc: npt.NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """`begin` and `end` for lines whose documents are `doc`, sorted."""
    starts = page_starts(doc.astype(np.int64))
    sizes = np.diff(np.r_[starts, len(doc)])
    return np.repeat(starts, sizes), np.repeat(starts + sizes, sizes)


def page_starts(page: Ints) -> Ints:
    """The index of the first line of each page; `page` is any column that differs from page to page."""
    return np.flatnonzero(np.r_[True, np.diff(page) != 0][: len(page)])


def sum_between(values: Ints, low: Ints, high: Ints) -> Ints:
    """The sum of `values[low:high]` for each line; 0 where the span is empty."""
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    return np.asarray(total[np.maximum(high, low)] - total[low])


def look(values: Ints, step: int, begin: Ints, end: Ints) -> Ints:
    """`values` of the line `step` below (above, when negative); -1 outside the page."""
    to = np.arange(len(values)) + step
    inside = (to >= begin) & (to < end)
    return np.where(inside, values[np.clip(to, 0, max(len(values) - 1, 0))], -1)


def count_since(marked: Bools, begin: Ints) -> Ints:
    """Lines since the last marked one above, itself included (0), at most FAR; -1 where there is none."""
    at = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, at, -1))
    return np.where(last >= begin, np.minimum(at - last, FAR), -1)


def count_until(marked: Bools, end: Ints) -> Ints:
    """Lines until the next marked one below, itself included (0), at most FAR; -1 where there is none."""
    at = np.arange(len(marked))
    following = np.minimum.accumulate(np.where(marked, at, len(at) + FAR)[::-1])[::-1]
    return np.where(following < end, np.minimum(following - at, FAR), -1)


def main_run(gain: Ints, begin: Ints) -> tuple[Ints, Ints, Ints]:
    """The span of lines with the largest sum of `gain` on each page (Bentley's maximum subarray, all pages at once).

    Returns, for each line, the first index of its page's run, the index behind its last, and the run's sum. Of equal
    runs the first to end and the longest counts.
    """
    starts = page_starts(begin)
    page = np.cumsum(np.isin(np.arange(len(gain)), starts)) - 1
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
