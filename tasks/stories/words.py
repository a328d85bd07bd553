"""Texts as hashes of their words, many texts at once.

What desks spell differently is the same here: case, accents, full-width forms, vowel marks, digits of other scripts, the forms of
alef. A character of a script without spaces is a word of its own. The hashes are made from code points with fixed constants, so
they are the same on every machine and with every version of a library.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Number = TypeVar("Number", np.uint32, np.uint64)

# What a character is: between words, part of none (a mark that desks leave out), or a letter: its folded form, with ALONE where
# it is a word by itself.
BETWEEN, IGNORED, ALONE, UNKNOWN = 0, 1, 1 << 31, 0xFFFFFFFF
SPACELESS = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF)),
    *((0xF900, 0xFAFF), (0x20000, 0x2FFFF)),
)  # Thai and Lao, Burmese, Khmer, kana, Han
OPTIONAL = (
    *((0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670)),
    *((0x0640, 0x0640), (0x00AD, 0x00AD), (0x200B, 0x200F), (0x2060, 0x2060), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
)  # accents, points of Hebrew, vowels and the lengthening stroke of Arabic, characters that show nothing
SPELLINGS = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ё": "е", "ı": "i", "ł": "l", "ø": "o", "đ": "d"})
BASE = 0x9E3779B97F4A7C15 | 1
INVERSE = pow(BASE, -1, 1 << 64)
MIXERS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))  # of MurmurHash3 (Appleby, 2011)
SHIFT = np.uint64(33)
PLANES = 0x110000
HALF = 0.5

characters = np.full(PLANES, UNKNOWN, dtype=np.uint32)  # filled as characters occur


@dataclass(frozen=True)
class Words:
    """The words of many texts: those of text i are `hashes[bounds[i]:bounds[i + 1]]`.

    `is_spaceless`: of each text, whether most of its words are single characters.
    """

    hashes: Hashes
    bounds: NDArray[np.int64]
    is_spaceless: NDArray[np.bool_]


def split_words(texts: Sequence[str]) -> Words:
    """The words of texts."""
    code_points = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # numpy would convert a narrower type at every look-up.
    points = code_points.astype(np.intp)
    letters = characters[points]
    if (letters == UNKNOWN).any():
        for point in np.unique(points[letters == UNKNOWN]).tolist():
            characters[point] = fold_character(chr(point))
        letters = characters[points]
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64) if len(texts) else np.zeros(0, np.int64)
    dropped = letters == IGNORED
    if dropped.any():
        ends = ends - np.cumsum(dropped)[ends - 1]
        letters = letters[~dropped]
    is_letter = letters != BETWEEN
    alone = letters >= ALONE
    starts_word = is_letter.copy()
    starts_word[1:] &= ~is_letter[:-1] | alone[1:] | alone[:-1]
    starts = np.flatnonzero(starts_word)
    bounds = np.concatenate([[0], np.searchsorted(starts, ends)]).astype(np.int64)
    singles = np.concatenate([[0], np.cumsum(alone[starts])])[bounds]
    is_spaceless = np.diff(singles) > HALF * np.diff(bounds)
    return Words(hash_words(letters, starts), bounds, is_spaceless)


def hash_words(letters: NDArray[np.uint32], starts: NDArray[np.int64]) -> Hashes:
    """The hash of each word: a polynomial over its letters, mixed. `starts`: of each word; what is between words counts 0."""
    if not len(starts):
        return np.zeros(0, np.uint64)
    powers, inverses = raise_powers(len(letters))
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters.astype(np.uint64) * powers, out=sums[1:])
    return mix(np.diff(sums[np.append(starts, len(letters))]) * inverses[starts])


def raise_powers(count: int) -> tuple[Hashes, Hashes]:
    """The first powers of BASE and of its inverse, modulo 2 to the 64: at least `count` of each."""
    global powers_known
    if len(powers_known[0]) < count:
        size = 1 << max(20, (count - 1).bit_length())
        powers_known = (list_powers(BASE, size), list_powers(INVERSE, size))
    return powers_known[0][:count], powers_known[1][:count]


def list_powers(base: int, size: int) -> Hashes:
    """1, base, base squared ... modulo 2 to the 64."""
    factors = np.full(size, base & (2**64 - 1), np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


powers_known: tuple[Hashes, Hashes] = (np.zeros(0, np.uint64), np.zeros(0, np.uint64))


def mix(values: Hashes) -> Hashes:
    """Spreads every bit of each value over the whole of it."""
    values = (values ^ (values >> SHIFT)) * MIXERS[0]
    values = (values ^ (values >> SHIFT)) * MIXERS[1]
    return values ^ (values >> SHIFT)


def sort_distinct(values: NDArray[Number]) -> NDArray[Number]:
    """The distinct values in order. `numpy.unique` hashes them before it sorts them, which takes ten times as long."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def fold_character(character: str) -> int:
    """What a character is in a word: BETWEEN, IGNORED, or a number for its letter.

    >>> fold_character("É") == fold_character("e"), fold_character("٣") == fold_character("3"), fold_character("-")
    (True, True, 0)
    """
    point, kind = ord(character), unicodedata.category(character)
    if any(first <= point <= last for first, last in OPTIONAL):
        return IGNORED
    if kind[0] not in "LMN":
        return BETWEEN
    if kind == "Nd":
        return ord("0") + unicodedata.digit(character)
    if any(first <= point <= last for first, last in SPACELESS):
        folded = unicodedata.normalize("NFKC", character)
        return ALONE | join_points(folded)
    if unicodedata.name(character, "").startswith("HANGUL"):
        return join_points(unicodedata.normalize("NFKC", character))
    parts = unicodedata.normalize("NFKD", character).casefold().translate(SPELLINGS)
    bare = [part for part in parts if unicodedata.category(part) != "Mn"]
    return join_points("".join(bare) or parts)


def join_points(letters: str) -> int:
    """A number for one letter, or for several that one character stands for."""
    number = 0
    for letter in letters:
        number = number * 0x1F123BB5 + ord(letter)
    return number % ALONE or 2
