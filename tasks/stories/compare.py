"""What two texts have in common, exactly: their runs, and the passages that stand in both.

A pair is measured from the side of each text. Which runs of a text the other has is found pair by pair; all else is computed for
many pairs at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.stories.runs import RUN, SPACELESS_WINDOW, WINDOW, Runs

HEAD = 30  # runs
END = 8  # words: a passage that ends so near the end of a text is at its end
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """One text of a pair. Words, unless the name says otherwise.

    `runs`: distinct runs; `passages`: words in stretches of at least PASSAGE words that the other text has as well; `longest`: of
    these, from the word `start`; `own`: the longest stretch that it has not; `head`: how many of the first HEAD runs the other
    has; `tail`: words of the passage at its end.
    """

    words: int
    runs: int
    passages: int
    longest: int
    start: int
    own: int
    head: int
    tail: int


@dataclass(frozen=True)
class Overlap:
    """What two texts have in common. `runs`: distinct runs in both."""

    runs: int
    left: Side
    right: Side

    @property
    def share(self) -> float:
        """Share of the shorter text's runs that the other has."""
        return self.runs / max(min(self.left.runs, self.right.runs), 1)


class TextPairs:
    """Measures pairs of some texts."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        values, self.numbers = np.unique(runs.hashes, return_inverse=True)
        self.marks = np.zeros(len(values), np.bool_)
        self.firsts = np.zeros(len(runs.hashes), np.bool_)
        places = np.zeros(len(values), np.int64)
        for start, end in zip(runs.bounds.tolist(), runs.bounds[1:].tolist(), strict=False):
            own = self.numbers[start:end]
            # Of equal runs the one that is written last stays, so they are written from the end.
            places[own[::-1]] = np.arange(end - start)[::-1]
            self.firsts[start:end] = places[own] == np.arange(end - start)
        self.distinct = np.diff(np.concatenate([[0], np.cumsum(self.firsts)])[runs.bounds])

    def measure(self, lefts: Sequence[int], rights: Sequence[int]) -> Iterator[Overlap]:
        """What the texts of each pair have in common."""
        seen_left, seen_right, common = [], [], []
        bounds = self.runs.bounds.tolist()
        for left, right in zip(lefts, rights, strict=True):
            own, other = (slice(bounds[at], bounds[at + 1]) for at in (left, right))
            seen = self.find_common(own, other)
            common.append(int(np.count_nonzero(seen & self.firsts[own])))
            seen_left.append(seen)
            seen_right.append(self.find_common(other, own))
        sides = (self.describe(texts, seen) for texts, seen in ((lefts, seen_left), (rights, seen_right)))
        for runs, left_side, right_side in zip(common, *sides, strict=True):
            yield Overlap(runs, left_side, right_side)

    def find_common(self, own: slice, other: slice) -> Flags:
        """Of each run of a text, whether another has it."""
        others = self.numbers[other]
        self.marks[others] = True
        seen: Flags = self.marks[self.numbers[own]]
        self.marks[others] = False
        return seen

    def describe(self, texts: Sequence[int], seen: Sequence[Flags]) -> Iterator[Side]:
        """One side of each pair, given which of the text's runs the other has."""
        at = np.asarray(texts, np.int64)
        words, counts = self.runs.words[at], np.diff(self.runs.bounds)[at]
        windows = np.where(self.runs.is_spaceless[at], SPACELESS_WINDOW, WINDOW)
        # A run between two texts that no text has, so that no stretch goes from one to the next.
        offsets = np.concatenate([[0], np.cumsum(counts + 1)])
        flags = np.zeros(offsets[-1] + 1, np.int8)
        flags[np.arange(counts.sum()) + np.repeat(np.arange(len(at)) + 1, counts)] = np.concatenate(seen) if seen else 0
        edges = np.diff(flags)
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        owner = np.searchsorted(offsets, starts, side="right") - 1
        begins, lengths = starts - offsets[owner], ends - starts + (RUN - 1)
        is_long = lengths >= windows[owner] + (RUN - 1)
        finishes = begins + lengths
        passages = np.bincount(owner, np.where(is_long, lengths, 0), len(at)).astype(np.int64)
        longest = take_greatest(owner, np.where(is_long, lengths, 0), len(at))
        first = np.full(len(at), -1)
        is_longest = is_long & (lengths == longest[owner])
        first[owner[is_longest][::-1]] = begins[is_longest][::-1]
        # What is before each stretch, and behind the last one.
        before = begins - np.where(np.append(-1, owner[:-1]) == owner, np.append(0, finishes[:-1]), 0)
        last = np.zeros(len(at), np.int64)
        last[owner] = finishes
        own = np.maximum(take_greatest(owner, before, len(at)), words - last)
        tail = np.zeros(len(at), np.int64)
        is_last = is_long & (finishes == last[owner]) & (words[owner] - finishes <= END)
        tail[owner[is_last]] = lengths[is_last]
        heads = [int(np.count_nonzero(one[:HEAD])) for one in seen]
        columns = (words, self.distinct[at], passages, longest, np.maximum(first, 0), own)
        for row in zip(*(column.tolist() for column in columns), heads, tail.tolist(), strict=True):
            yield Side(*row)


def take_greatest(owner: Counts, values: Counts, count: int) -> Counts:
    """The greatest value of each owner; 0 where it has none."""
    found = np.zeros(count, np.int64)
    np.maximum.at(found, owner, values)
    return found
