"""From texts to n-grams, many texts at once: each letter becomes the row of the longest known n-gram that ends there.

The texts become one array of code points. What langdetect does letter by letter (langdetect/detector.py and utils/ngram.py) is
done to the array: addresses are dropped, Latin letters are dropped from a text in another script, n-grams do not cross a space.
One thing differs: langdetect ignores n-grams inside words in capitals, so that only the word boundaries count. Here such a word
is read as if only its first letter were a capital.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

from tasks.language.profiles import EMPTY, OTHER, PLANE, ROW_BITS, ROW_MASK, SEPARATOR, SPACE, LanguageModel, hash_grams

WEB_ADDRESS = re.compile(r"https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}")
MAIL_ADDRESS = re.compile(r"[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}")
MARKS: str = NGram.DMARK_CLASS
MARKED = re.compile(f"([{NGram.TO_NORMALIZE_VI_CHARS}])([{NGram.DMARK_CLASS}])")

CAPITALS_SHARE = 0.4  # of a text's characters: capitals after capitals


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of many texts: those of text i are `rows[bounds[i]:bounds[i + 1]]`."""

    rows: NDArray[np.int64]  # row of the model's evidence, 0 where no n-gram is known
    bounds: NDArray[np.int64]  # texts + 1
    letters: NDArray[np.int64]  # letters of each text that a profile has
    latin: NDArray[np.int64]  # Latin letters of each text, those that are dropped included
    foreign: NDArray[np.int64]  # characters in other scripts, a character of CJK counted three times
    hangul: NDArray[np.int64]  # Hangul syllables of each text
    kana: NDArray[np.int64]  # Hiragana and Katakana of each text
    is_all_caps: NDArray[np.bool_]  # the text is mostly in capitals


def read_ngrams(texts: Sequence[str], model: LanguageModel) -> Ngrams:
    """The n-grams of texts of at most 21,845 characters each; at least one text."""
    joined = SEPARATOR.join([*map(drop_addresses, texts), ""])
    if any(mark in joined for mark in MARKS):
        joined = compose_marks(joined)
    code_points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    # numpy would convert a narrower type at every look-up.
    points = np.minimum(code_points, PLANE).astype(np.intp)
    bounds = np.concatenate([[0], np.flatnonzero(points == ord(SEPARATOR)) + 1])
    capitals = model.capitals[points]
    inner = np.flatnonzero(capitals[1:] & capitals[:-1]) + 1
    points[inner] = model.small[points[inner]]  # BBC -> Bbc
    is_all_caps = np.diff(np.searchsorted(inner, bounds)) > CAPITALS_SHARE * np.diff(bounds)
    tallies = np.add.reduceat(model.tallies[points], bounds[:-1])
    latin, foreign, hangul, kana = ((tallies >> shift) & 0xFFFF for shift in (0, 16, 32, 48))
    mixed = (latin * 2 < foreign) & (latin > 0)
    if mixed.any():
        dropped = np.repeat(mixed, np.diff(bounds)) & (points >= ord("A")) & (points <= ord("z"))
        points, bounds = points[~dropped], bounds - np.concatenate([[0], np.cumsum(dropped)])[bounds]
    letters = model.letters[points]
    before = np.concatenate([[SPACE], letters[:-1]])
    kept = np.flatnonzero((letters != SPACE) | (before != SPACE))
    letters, bounds = letters[kept], np.searchsorted(kept, bounds)
    known = np.searchsorted(np.flatnonzero(letters > OTHER), bounds).astype(np.int64)
    return Ngrams(
        find_longest(letters, model), bounds, known[1:] - known[:-1], latin, foreign, hangul, kana, is_all_caps
    )


def drop_addresses(text: str) -> str:
    """The text without web and mail addresses."""
    if "http" in text:
        text = WEB_ADDRESS.sub(" ", text)
    if "@" in text:
        text = MAIL_ADDRESS.sub(" ", text)
    return text


def compose_marks(text: str) -> str:
    """Joins Vietnamese letters with the combining marks that follow them, as langdetect does."""

    def compose(pair: re.Match[str]) -> str:
        row = NGram.NORMALIZED_VI_CHARS[NGram.DMARK_CLASS.find(pair[2])]
        return str(row[NGram.TO_NORMALIZE_VI_CHARS.find(pair[1])])

    return MARKED.sub(compose, text)


def find_longest(letters: NDArray[np.int64], model: LanguageModel) -> NDArray[np.int64]:
    """For each letter the row of the longest known n-gram that ends with it, 0 for none.

    No n-gram has a space in its middle or is a space alone: the profiles have no such keys.
    """
    first = np.concatenate([[SPACE, SPACE], letters[:-2]])[: len(letters)]
    second = np.concatenate([[SPACE], letters[:-1]])[: len(letters)]
    pairs = second * model.base + letters
    rows = look_up_triples(first * model.base**2 + pairs, model)
    missing = np.flatnonzero(rows == 0)
    rows[missing] = model.pairs[pairs[missing]]
    return rows


def look_up_triples(keys: NDArray[np.int64], model: LanguageModel) -> NDArray[np.int64]:
    """Row of each n-gram of three letters, 0 for those that no profile has."""
    places = hash_grams(keys)
    found = model.slots[places]
    same = (found >> ROW_BITS) == keys
    rows: NDArray[np.int64] = (found & ROW_MASK) * same
    elsewhere = np.flatnonzero(~same & (found != EMPTY))
    while len(elsewhere):
        places[elsewhere] = (places[elsewhere] + 1) % len(model.slots)
        found = model.slots[places[elsewhere]]
        same = (found >> ROW_BITS) == keys[elsewhere]
        rows[elsewhere] = (found & ROW_MASK) * same
        elsewhere = elsewhere[~same & (found != EMPTY)]
    return rows
