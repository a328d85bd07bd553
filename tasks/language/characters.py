"""The letters of the model: one table look-up turns a code point into the letter that langdetect counts.

langdetect folds characters before it counts them (langdetect/utils/ngram.py): ASCII characters that are not letters and
general punctuation become a space, all Hiragana one letter, all Hangul syllables one, Chinese characters of one cluster the
first of them. Here the same folding is an array over the Basic Multilingual Plane, so that a whole shard is folded at once; a
test compares it with langdetect character by character.
"""

import re

import numpy as np
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

PLANE = 0x10000  # code points above the BMP share this place in every table: no profile has them
SEPARATOR = "\ud800"  # between documents: no valid string holds a lone surrogate
SPACE, OTHER = 1, 2  # letter ids: between words; a character that no profile has. 0: no letter

FOLDED = (  # first, last, the letter that all of them become; by Unicode block
    (0x00, 0x40, " "),
    (0x5B, 0x60, " "),
    (0x7B, 0x7F, " "),
    (0xA0, 0xA0, " "),
    (0xAB, 0xAB, " "),
    (0xB0, 0xB0, " "),
    (0xBB, 0xBB, " "),
    (0x0219, 0x0219, "\u015f"),  # Romanian: comma below becomes cedilla
    (0x021B, 0x021B, "\u0163"),
    (0x06CC, 0x06CC, "\u064a"),  # Farsi yeh
    (0x1EA0, 0x1EFF, "\u1ec3"),  # Vietnamese
    (0x2000, 0x206F, " "),
    (0x3040, 0x309F, "\u3042"),  # Hiragana
    (0x30A0, 0x30FF, "\u30a2"),  # Katakana
    (0x3100, 0x312F, "\u3105"),  # Bopomofo
    (0x31A0, 0x31BF, "\u3105"),
    (0xAC00, 0xD7AF, "\uac00"),  # Hangul syllables
)
MARKS: str = NGram.DMARK_CLASS
MARKED = re.compile(f"([{NGram.TO_NORMALIZE_VI_CHARS}])([{NGram.DMARK_CLASS}])")


def fold_plane() -> NDArray[np.uint16]:
    """The folded code point of each code point of the BMP (65,536 values)."""
    folded = np.arange(PLANE, dtype=np.uint16)
    for first, last, letter in FOLDED:
        folded[first : last + 1] = ord(letter)
    for character, letter in NGram.CJK_MAP.items():
        folded[ord(character)] = ord(letter)
    return folded


def number_letters(alphabet: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Letter id of each code point (65,537 values): its place in `alphabet` + 3, SPACE or OTHER."""
    numbers = np.full(PLANE + 1, OTHER, dtype=np.int64)
    numbers[alphabet] = np.arange(len(alphabet)) + 3
    numbers[ord(" ")] = SPACE
    ids = np.append(numbers[fold_plane()], OTHER)
    ids[ord(SEPARATOR)] = SPACE
    return ids


def mark_capitals() -> NDArray[np.bool_]:
    """Whether each code point is a capital after folding (65,537 values)."""
    capitals = np.fromiter((chr(point).isupper() for point in range(PLANE)), dtype=np.bool_, count=PLANE)
    return np.append(capitals[fold_plane()], False)


def tally_plane() -> NDArray[np.int64]:
    """The counters that each code point adds to, four of 16 bits in one number (65,537 values).

    From the lowest: Latin and non-Latin characters as langdetect's `cleaning_text` counts them, Hangul, Kana.
    """
    point = np.arange(PLANE + 1)

    def within(first: int, last: int) -> NDArray[np.bool_]:
        return (point >= first) & (point <= last)

    latin = within(ord("A"), ord("z"))
    foreign = (point >= 0x300) & ~within(0x1E00, 0x1EFF) & (point != ord(SEPARATOR))
    kana = within(0x3041, 0x3096) | within(0x30A1, 0x30FA)
    counters = (latin, foreign, within(0xAC00, 0xD7A3), kana)
    tallies = np.zeros(PLANE + 1, dtype=np.int64)
    for place, counter in enumerate(counters):
        tallies += counter.astype(np.int64) << (16 * place)
    return tallies


def lower_plane() -> NDArray[np.uint32]:
    """The lower case of each code point; itself where there is none (65,537 values)."""
    small = (chr(point).lower() for point in range(PLANE + 1))
    return np.fromiter((ord(s) if len(s) == 1 else p for p, s in enumerate(small)), dtype=np.uint32, count=PLANE + 1)


def compose_marks(text: str) -> str:
    """Joins Vietnamese letters with the combining marks that follow them, as langdetect does."""

    def compose(pair: re.Match[str]) -> str:
        row = NGram.NORMALIZED_VI_CHARS[NGram.DMARK_CLASS.find(pair[2])]
        return str(row[NGram.TO_NORMALIZE_VI_CHARS.find(pair[1])])

    return MARKED.sub(compose, text)
