"""Which earlier documents each of some documents may share passages with, by fingerprints in common.

Of every fingerprint of a document, the first HOLDERS documents in the window before it that have it count, and of all these the
BEST that have most in common are candidates. So a story of a thousand copies costs each copy as much as one of twenty, and what
is found depends on the documents of the window, not on the order in which they came.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.stories.sketch_table import PRINTS, SketchTable, flatten_prints, hash_ids
from tasks.stories.words import Hashes, sort_distinct

HOLDERS = 8
BEST = 16
FEW = 6  # fingerprints
LEAST_COMMON = 0.15  # of the fingerprints of the document that has fewer
FILTER_BITS = 26
SLOTS = np.uint32(2**FILTER_BITS - 1)
KEY_BITS = np.uint64(32)


class PrintSet:
    """A set of fingerprints that says quickly of very many others which are in it."""

    def __init__(self, prints: NDArray[np.uint32]) -> None:
        self.prints = sort_distinct(prints)
        self.slots = np.zeros(2**FILTER_BITS, np.bool_)
        self.slots[self.prints & SLOTS] = True

    def find_likely(self, prints: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Where fingerprints of the set are among others, and a few that are not in it."""
        return np.flatnonzero(self.slots[prints & SLOTS])

    def find(self, prints: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Where fingerprints of the set are among others."""
        likely = self.find_likely(prints)
        found = np.searchsorted(self.prints, prints[likely])
        found[found == len(self.prints)] = 0
        return likely[self.prints[found] == prints[likely]] if len(self.prints) else likely[:0]


@dataclass(frozen=True)
class Pairs:
    """Pairs of documents by their places in a scan of `table` from `start` to `end`: a document and an earlier one."""

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    start: int
    end: int


@dataclass(frozen=True)
class Asked:
    """Some documents whose candidates are wanted: hashes of their ids, sorted; their fingerprints; their first and last time."""

    ids: Hashes
    prints: PrintSet
    first: int
    last: int


@dataclass(frozen=True)
class Window:
    """Where the candidates of a document are looked for: from so many microseconds before it, to so many."""

    begin: int
    end: int = 0


def propose_pairs(table: SketchTable, asked: Asked, window: Window) -> Pairs:
    """The candidates of documents."""
    start, end = asked.first - window.begin, asked.last
    times, sizes, publishers, prints, holders, wanted = [], [], [], [], [], []
    base = 0
    for _, rows in table.scan(["doc_id", "at", "publisher", PRINTS], start, end):
        flat, counts = flatten_prints(rows)
        hits = asked.prints.find_likely(flat)  # one that no wanted document has is in no pair
        owner = np.repeat(np.arange(len(counts), dtype=np.int64), counts)[hits] + base
        prints.append(flat[hits])
        holders.append(owner)
        times.append(rows["at"].to_numpy())
        sizes.append(counts.astype(np.uint16))
        publishers.append(pl.Series(pl.from_arrow(rows["publisher"])).hash().to_numpy().astype(np.uint32))
        wanted.append(np.flatnonzero(np.isin(hash_ids(rows), asked.ids)) + base)
        base += len(counts)
    if not base:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), start, end)
    later, earlier, common = match_prints(
        np.concatenate(prints), np.concatenate(holders), np.concatenate(wanted), np.concatenate(times), window
    )
    size, publisher = np.concatenate(sizes), np.concatenate(publishers)
    fewer = np.minimum(size[later], size[earlier])
    # One may be in common by chance. Two articles of one publisher do not quote each other, and less makes them no story.
    least = np.where(publisher[later] == publisher[earlier], LEAST_COMMON * fewer, 0)
    enough = common >= np.maximum(least, np.where(fewer <= FEW, 1, 2))
    later, earlier, common = later[enough], earlier[enough], common[enough]
    order = np.lexsort((earlier, -common, later))
    later, earlier = later[order], earlier[order]
    best = number_within(later) < BEST
    return Pairs(later[best], earlier[best], start, end)


def match_prints(
    prints: NDArray[np.uint32],
    holders: NDArray[np.int64],
    wanted: NDArray[np.int64],
    times: NDArray[np.int64],
    window: Window,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Places of documents of `wanted` and of earlier documents, and how many fingerprints they have in common.

    `prints`, `holders`: fingerprints, and the places of the documents that have them; `times`: by place.
    """
    keys = np.sort((prints.astype(np.uint64) << KEY_BITS) | holders.astype(np.uint64))
    places = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    is_wanted = np.zeros(len(times), np.bool_)
    is_wanted[wanted] = True
    mine = np.flatnonzero(is_wanted[places])
    own = places[mine]
    begins = np.searchsorted(times, times[own] - window.begin)
    ends = np.searchsorted(times, times[own] - window.end) if window.end else own
    heads = keys[mine] >> KEY_BITS << KEY_BITS
    lows, highs = (np.searchsorted(keys, heads | bound.astype(np.uint64)) for bound in (begins, ends))
    counts = np.clip(highs - lows, 0, HOLDERS)
    later = np.repeat(own, counts)
    earlier = places[np.repeat(lows, counts) + number_within(np.repeat(np.arange(len(counts)), counts))]
    pairs, common = np.unique((later.astype(np.uint64) << KEY_BITS) | earlier.astype(np.uint64), return_counts=True)
    return (pairs >> KEY_BITS).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64), common


def number_within(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each element within its group, from 0; equal values are neighbours."""
    if not len(groups):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))


def find_sharing(table: SketchTable, prints: PrintSet, start: int, end: int) -> Iterable[Hashes]:
    """Hashes of the ids of documents between two times that have any of some fingerprints."""
    for _, rows in table.scan(["doc_id", "at", PRINTS], start, end):
        flat, counts = flatten_prints(rows)
        sharing = np.unique(np.repeat(np.arange(len(counts)), counts)[prints.find(flat)])
        times = rows["at"].to_numpy()[sharing]
        yield hash_ids(rows)[sharing[(times >= start) & (times <= end)]]
