"""Texts as hashes: of every run of twelve words, and of whole lines. From a hash no word can be read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.stories.words import Hashes, mix, split_words

RUN = 12  # words; in scripts without spaces every character is one
FACTOR = np.uint64(0x9E3779B97F4A7C15)
LEAST_WORDS = 3  # of a line that is looked for as a whole
WORD = re.compile(r"\w+")
CHARS_AT_ONCE = 2**22


def hash_twelves(texts: Sequence[str], salt: int = 0) -> Hashes:
    """The runs of texts, distinct and sorted; none of a text with fewer words. Another `salt` gives other hashes."""
    return np.unique(list_twelves(texts, salt)[0])


def list_twelves(texts: Sequence[str], salt: int = 0) -> tuple[Hashes, NDArray[np.int64]]:
    """The runs of texts in their order, and how many each text has."""
    words = split_words(texts)
    count = max(len(words.hashes) - (RUN - 1), 0)
    every = np.full(count, np.uint64(salt))
    for at in range(RUN):
        every = mix(every * FACTOR + words.hashes[at : at + count])
    # Runs that begin in one text and end in the next are none.
    sizes = np.maximum(np.diff(words.bounds) - (RUN - 1), 0)
    starts = np.repeat(words.bounds[:-1] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    return every[starts], sizes


def join_hashes(parts: Iterable[Hashes]) -> Hashes:
    """Several hashes as one, distinct and sorted."""
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *parts]))


def cut_texts(texts: Iterable[str]) -> Iterable[list[str]]:
    """Texts in lists that are hashed at once."""
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= CHARS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


@dataclass(frozen=True)
class ErasedTexts:
    """What texts are recognised by: their runs of twelve words, and their lines, titles and captions."""

    runs: Hashes
    lines: frozenset[int]

    def is_in(self, pieces: Sequence[str]) -> bool:
        """Whether any piece of a file has a run, or is a line, of a text."""
        if any(key in self.lines for key in map(key_line, pieces) if key is not None):
            return True
        found = hash_twelves(pieces)
        return bool(np.isin(found, self.runs, assume_unique=True).any())


def key_line(line: str) -> int | None:
    """A number for the words of a line, for use within this process; None for a line of too few words."""
    words = WORD.findall(line.casefold())
    return hash(" ".join(words)) if len(words) >= LEAST_WORDS else None


def fingerprint_texts(texts: Iterable[str]) -> ErasedTexts:
    """What texts are recognised by."""
    runs: list[Hashes] = []
    lines: set[int] = set()
    for some in cut_texts(texts):
        runs.append(hash_twelves(some))
        lines |= {key for text in some for line in text.split("\n") if (key := key_line(line)) is not None}
    return ErasedTexts(join_hashes(runs), frozenset(lines))
