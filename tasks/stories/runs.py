"""Texts as runs of five words, and the fingerprints of a text: what stands in its copies as well, and hardly anywhere else.

Marks are chosen by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, 2003): of every WINDOW runs in a row the one with the least
hash. A fingerprint is two marks that follow each other. Two texts with a passage of PASSAGE words in common have a mark of it in
common, and of one twice as long a fingerprint, without exception; a single sentence of many texts gives none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.stories.words import Hashes, Words, mix, sort_distinct

RUN = 5  # words
WINDOW, SPACELESS_WINDOW = 16, 45  # runs
PASSAGE, SPACELESS_PASSAGE = WINDOW + RUN - 1, SPACELESS_WINDOW + RUN - 1  # words
PLACES = [np.uint64(0x9E3779B97F4A7C15 * (2 * at + 1) ** 3 % 2**64 | 1) for at in range(RUN)]
PRINT = np.dtype("<u4")
FEW = 4  # marks
HALF, LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Runs:
    """The runs of many texts, in order: those of text i are `hashes[bounds[i]:bounds[i + 1]]`; `words`: of each text."""

    hashes: Hashes
    bounds: NDArray[np.int64]
    words: NDArray[np.int64]
    is_spaceless: NDArray[np.bool_]


def hash_runs(words: Words) -> Runs:
    """The runs of texts; none of a text of fewer than RUN words."""
    counts = np.diff(words.bounds)
    sizes = np.maximum(counts - (RUN - 1), 0)
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    every = np.zeros(max(len(words.hashes) - (RUN - 1), 0), np.uint64)
    for at, factor in enumerate(PLACES):
        every += words.hashes[at : at + len(every)] * factor
    # Runs that begin in one text and end in the next are dropped.
    kept = np.repeat(words.bounds[:-1] - bounds[:-1], sizes) + np.arange(bounds[-1])
    return Runs(mix(every[kept]), bounds, counts, words.is_spaceless)


def join_runs(parts: Sequence[Runs]) -> Runs:
    """The runs of several series of texts as one."""
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    return Runs(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]),
        np.concatenate([part.words for part in parts]),
        np.concatenate([part.is_spaceless for part in parts]),
    )


def take_prints(runs: Runs) -> list[bytes]:
    """The fingerprints of each text: distinct, sorted, 4 bytes each, the least byte first. Of a short text its marks are, too."""
    places = choose_marks(runs)
    owner = (np.searchsorted(runs.bounds, places, side="right") - 1).astype(np.uint64)
    marks = runs.hashes[places]
    counts = np.bincount(owner.astype(np.int64), minlength=len(runs.words))
    follows = np.flatnonzero(owner[1:] == owner[:-1])
    alone = np.flatnonzero(counts[owner.astype(np.int64)] <= FEW)
    prints = np.concatenate([mix(marks[follows] * PLACES[0] + marks[follows + 1]), mix(marks[alone])])
    owners = np.concatenate([owner[follows], owner[alone]])
    pairs = sort_distinct((owners << HALF) | (prints & LOWER))
    ends = np.searchsorted(pairs >> HALF, np.arange(len(counts) + 1))
    body = pairs.astype(np.uint32).astype(PRINT)
    return [body[start:end].tobytes() for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


def choose_marks(runs: Runs) -> NDArray[np.int64]:
    """Where the marks of all texts are among the runs, in order. Of a text with fewer runs than a window, its least run."""
    found = [np.zeros(0, np.int64)]
    bounds = runs.bounds.tolist()
    for width, is_own in ((WINDOW, ~runs.is_spaceless), (SPACELESS_WINDOW, runs.is_spaceless)):
        starts = np.zeros(len(runs.hashes), np.bool_)
        for text in np.flatnonzero(is_own).tolist():
            start, end = bounds[text : text + 2]
            if end - start >= width:
                starts[start : end - width + 1] = True
            elif end > start:
                found.append(np.array([start + runs.hashes[start:end].argmin()]))
        if starts.any():
            found.append(choose_least(runs.hashes, width, starts))
    return np.sort(np.concatenate(found))


def slide(pick: np.ufunc, values: Hashes, width: int) -> Hashes:
    """What `pick` (minimum, maximum) picks of each value and the `width` - 1 after it; of fewer at the end."""
    done = 1
    while done < width and len(values) > done:
        step = min(done, width - done)
        values = np.concatenate([pick(values[:-step], values[step:]), values[-step:]])
        done += step
    return values


def choose_least(hashes: Hashes, width: int, starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The places of the least hashes of windows. `starts`: of each place, whether a window begins there."""
    least = np.where(starts, slide(np.minimum, hashes, width), np.uint64(0))
    # A hash is chosen where it is the greatest of the least hashes of the windows that it is in: in one of them none is lesser.
    return np.flatnonzero(slide(np.maximum, least[::-1], width)[::-1] == hashes)


def digest_runs(runs: Runs) -> NDArray[np.int64]:
    """A number for the runs of each text and their order: another one when a word of the text changes."""
    places = np.arange(len(runs.hashes), dtype=np.uint64) - np.repeat(
        runs.bounds[:-1].astype(np.uint64), np.diff(runs.bounds)
    )
    sums = np.zeros(len(runs.hashes) + 1, np.uint64)
    np.cumsum(runs.hashes * (places * np.uint64(2) + np.uint64(1)), out=sums[1:])
    return np.diff(sums[runs.bounds]).view(np.int64)
