"""Texts as runs of five words, and the fingerprints of a text: some of its runs, so chosen that copies choose the same ones.

Fingerprints are chosen by winnowing (Schleimer, Wilkerson, Aiken: Winnowing, 2003): of every WINDOW runs in a row the one with
the least hash. Two texts with a passage of PASSAGE words in common have a fingerprint of it in common, without exception.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.stories.words import Hashes, Words, mix

RUN = 5  # words
WINDOW, SPACELESS_WINDOW = 16, 45  # runs
PASSAGE, SPACELESS_PASSAGE = WINDOW + RUN - 1, SPACELESS_WINDOW + RUN - 1  # words
PLACES = [np.uint64(0x9E3779B97F4A7C15 * (2 * at + 1) ** 3 % 2**64 | 1) for at in range(RUN)]
PRINT = np.dtype("<u4")


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


def take_prints(runs: Runs) -> list[bytes]:
    """The fingerprints of each text: distinct, sorted, 4 bytes each, the least byte first."""
    sizes = np.diff(runs.bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(runs.hashes)) - runs.bounds[:-1][owner]
    left = sizes[owner] - place
    least = slide_minimum(runs.hashes, WINDOW)
    chosen = [choose(least, owner, (left >= WINDOW) & ~runs.is_spaceless[owner])]
    if runs.is_spaceless.any():
        wide = slide_minimum(runs.hashes, SPACELESS_WINDOW)
        chosen.append(choose(wide, owner, (left >= SPACELESS_WINDOW) & runs.is_spaceless[owner]))
    short = (sizes > 0) & (sizes < np.where(runs.is_spaceless, SPACELESS_WINDOW, WINDOW))
    if short.any():
        edges = np.stack([runs.bounds[:-1][short], runs.bounds[1:][short]], axis=1).ravel()
        found = np.minimum.reduceat(np.append(runs.hashes, np.uint64(0)), edges)[::2]
        chosen.append((np.flatnonzero(short).astype(np.uint64) << np.uint64(32)) | cut_print(found))
    pairs = np.unique(np.concatenate(chosen))
    ends = np.searchsorted(pairs >> np.uint64(32), np.arange(len(sizes) + 1))
    prints = pairs.astype(np.uint32).astype(PRINT)
    return [prints[start:end].tobytes() for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


def slide_minimum(values: Hashes, width: int) -> Hashes:
    """The least of each value and the `width` - 1 after it; fewer at the end."""
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.append(np.minimum(values[:-step], values[step:]), values[-step:]) if len(values) > step else values
        done += step
    return values


def choose(least: Hashes, owner: NDArray[np.int64], is_window: NDArray[np.bool_]) -> Hashes:
    """The owner (above) and the fingerprint (below) of each window's least hash, once where neighbours have the same."""
    is_new = np.append(True, (least[1:] != least[:-1]) | ~is_window[:-1]) if len(least) else np.zeros(0, bool)
    at = np.flatnonzero(is_window & is_new)
    return (owner[at].astype(np.uint64) << np.uint64(32)) | cut_print(least[at])


def cut_print(hashes: Hashes) -> Hashes:
    """The part of a hash that is stored. The least hashes have small upper halves, so it is the lower one."""
    return hashes & np.uint64(0xFFFFFFFF)


def digest_runs(runs: Runs) -> NDArray[np.int64]:
    """A number for the runs of each text and their order: another one when a word of the text changes."""
    places = np.arange(len(runs.hashes), dtype=np.uint64) - np.repeat(
        runs.bounds[:-1].astype(np.uint64), np.diff(runs.bounds)
    )
    sums = np.zeros(len(runs.hashes) + 1, np.uint64)
    np.cumsum(runs.hashes * (places * np.uint64(2) + np.uint64(1)), out=sums[1:])
    return np.diff(sums[runs.bounds]).view(np.int64)
