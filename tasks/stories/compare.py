"""What two texts have in common, exactly: their runs, and the passages that stand in both.

A pair is measured from the side of each text. Half of the work for a text is done once for all of its pairs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasks.stories.runs import RUN, SPACELESS_WINDOW, WINDOW, Runs

HEAD = 30  # runs
END = 8  # words: a passage that ends so near the end of a text is at its end


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
        self.firsts = mark_firsts(self.numbers, runs.bounds)

    @cached_property
    def distinct(self) -> NDArray[np.int64]:
        """The number of distinct runs of each text."""
        counted = np.concatenate([[0], np.cumsum(self.firsts)])
        return np.diff(counted[self.runs.bounds])

    def measure(self, left: int, right: int) -> Overlap:
        """What two texts have in common."""
        seen_left, seen_right = self.find_common(left, right), self.find_common(right, left)
        start, end = self.runs.bounds[left], self.runs.bounds[left + 1]
        common = int((seen_left & self.firsts[start:end]).sum())
        return Overlap(common, self.describe(left, seen_left), self.describe(right, seen_right))

    def find_common(self, text: int, other: int) -> NDArray[np.bool_]:
        """Of each run of a text, whether the other has it."""
        own, others = (self.numbers[self.runs.bounds[at] : self.runs.bounds[at + 1]] for at in (text, other))
        self.marks[others] = True
        seen = self.marks[own]
        self.marks[others] = False
        return seen

    def describe(self, text: int, seen: NDArray[np.bool_]) -> Side:
        """One side of a pair, given which of its runs the other has."""
        words, window = int(self.runs.words[text]), SPACELESS_WINDOW if self.runs.is_spaceless[text] else WINDOW
        edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]])))
        starts, lengths = edges[::2], edges[1::2] - edges[::2]
        is_long = lengths >= window
        passages = int((lengths[is_long] + (RUN - 1)).sum())
        # A stretch of runs ends RUN - 1 words after its last run begins.
        ends = edges[1::2] + (RUN - 1)
        own = np.diff(np.stack([np.append(0, ends), np.append(starts, words)]), axis=0)
        tail = int(lengths[-1] + (RUN - 1)) if len(ends) and is_long[-1] and words - ends[-1] <= END else 0
        distinct, head = int(self.distinct[text]), int(seen[:HEAD].sum())
        longest, start = 0, 0
        if is_long.any():
            at = int(lengths.argmax())
            longest, start = int(lengths[at] + (RUN - 1)), int(starts[at])
        return Side(words, distinct, passages, longest, start, int(max(own.max(), 0)), head, tail)


def mark_firsts(numbers: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each run, whether it is the first of its kind in its text."""
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    order = np.lexsort((numbers, owner))
    is_first = np.ones(len(numbers), np.bool_)
    is_first[order[1:]] = (numbers[order][1:] != numbers[order][:-1]) | (owner[order][1:] != owner[order][:-1])
    return is_first
