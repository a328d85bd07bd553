"""Profiles as arrays: the letters of the model, and the evidence of every known n-gram for every language.

The profiles are langdetect's, and those of counts/ in the same form: 24 more languages (Serbian in both scripts), and second
profiles of languages that langdetect's take for a neighbour. Their counts are those of lingua's models (Apache 2.0), made from
sentences of the web; `tests/training/language_counts.py` writes them.

langdetect folds characters before it counts them (langdetect/utils/ngram.py): ASCII characters that are not letters and
general punctuation become a space, all Hiragana one letter, all Hangul syllables one, Chinese characters of one cluster the
first of them. Here the same folding is an array over the Basic Multilingual Plane.

langdetect multiplies, for each n-gram g of a text, `0.5 / 10000 + P(g | language)` (langdetect/detector.py). Here the logarithms
are summed, without the part that all languages share: log(1 + P / weight), zero for a language that does not have the n-gram. Up
to three n-grams end at each letter of a text, of one, two and three letters. The row of the longest one has the sum of all
three, so that one row per letter is enough.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import langdetect
import numpy as np
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

from tasks.kept import keep_value
from tasks.language.relatives import find_relatives

COUNTS = Path(__file__).with_name("counts")
PROFILES = Path(langdetect.__file__).parent / "profiles"
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

WEIGHT = 0.5 / 10_000  # langdetect's smoothing: ALPHA_DEFAULT / BASE_FREQ
SCALE = 1024  # evidence is a whole number of 1/1024 nats: sums of up to PIECE rows are exact in float32, in any order
PIECE = 512
SLOTS = 20  # bits of the hash table of n-grams of three letters: sparse, so that few look-ups collide
ROW_BITS = 17
ROW_MASK = (1 << ROW_BITS) - 1
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing
EMPTY = -1


@dataclass(frozen=True)
class LanguageModel:
    """Arrays of all profiles; read-only, shared by all threads."""

    languages: tuple[
        str, ...
    ]  # of each profile: langdetect's 55, sorted, then those of counts/; a language may have two
    letters: NDArray[np.int64]  # code point -> letter id (65,537)
    tallies: NDArray[np.int64]  # code point -> the counters it adds to (65,537)
    capitals: NDArray[np.bool_]  # code point -> is a capital after folding (65,537)
    small: NDArray[np.uint32]  # code point -> its lower case, itself where there is none (65,537)
    base: int  # number of letter ids: the n-gram abc is (a * base + b) * base + c
    pairs: NDArray[np.int64]  # a * base + b -> row of `evidence` for ab, else for b, else 0 (base ** 2)
    slots: NDArray[np.int64]  # hash table of three letters: n-gram << ROW_BITS | its row of `evidence`, or EMPTY
    evidence: NDArray[np.float32]  # (n-grams + 1, langdetect's), in 1/SCALE nats; row 0: unknown n-gram
    further: NDArray[np.float32]  # the same for the profiles of counts/
    usual: NDArray[
        np.float64
    ]  # of each profile: evidence of a letter, in nats, that a text in its language usually has
    leads: NDArray[
        np.float64
    ]  # (profiles, profiles): how much less the other one has for such a letter; inf of close relatives


@cache
def load_language_model() -> LanguageModel:
    """The model, made from the installed langdetect and from counts/, and kept."""
    return keep_value("languages", (Path(__file__).parent, PROFILES), (np.__version__,), make_language_model)


def make_language_model() -> LanguageModel:
    """The model, made of all profiles."""
    theirs, ours = (read_profiles(folder) for folder in (PROFILES, COUNTS))
    profiles = theirs + ours
    languages = tuple(str(profile["name"]) for profile in profiles)
    points = [np.array(list(profile["freq"]), dtype="<U3").view(np.uint32).reshape(-1, 3) for profile in profiles]
    counts = [np.array(list(profile["freq"].values()), dtype=np.float64) for profile in profiles]
    totals = np.array([[0, *profile["n_words"]] for profile in profiles], dtype=np.float64)
    language = np.repeat(np.arange(len(profiles)), [len(count) for count in counts])
    grams, count = np.concatenate(points), np.concatenate(counts)
    weight = np.log1p(count / totals[language, (grams != 0).sum(axis=1)] / WEIGHT)
    possible = find_possible(grams)
    alphabet = np.unique(grams[possible])
    letters = number_letters(alphabet[alphabet > ord(" ")])
    base = int(letters.max()) + 1
    keys = np.zeros(len(grams), dtype=np.int64)
    for column in grams.T:  # shorter n-grams end in zeros
        keys = np.where(column == 0, keys, keys * base + letters[column])
    known, places = np.unique(keys[possible], return_inverse=True)
    own = np.zeros((len(known) + 1, len(profiles)))
    own[places + 1, language[possible]] = weight[possible]
    rows = np.split(find_rows(known, keys), np.cumsum([len(count) for count in counts])[:-1])
    cross = np.array([count @ own[row] for count, row in zip(counts, rows, strict=True)]) / totals[:, 1:2]
    family = number_families(languages)
    usual = cross.diagonal()
    pairs = list_pairs(known, base)
    evidence = add_shorter(known, own, pairs, base)
    capitals = np.fromiter((chr(point).isupper() for point in range(PLANE)), dtype=np.bool_, count=PLANE)
    small = (chr(point).lower() for point in range(PLANE + 1))
    lower = (ord(letter) if len(letter) == 1 else point for point, letter in enumerate(small))
    return LanguageModel(
        languages=languages,
        letters=letters,
        tallies=tally_plane(),
        capitals=np.append(capitals[fold_plane()], False),
        small=np.fromiter(lower, dtype=np.uint32, count=PLANE + 1),
        base=base,
        pairs=pairs,
        slots=fill_slots(known, base),
        evidence=np.ascontiguousarray(evidence[:, : len(theirs)]),
        further=np.ascontiguousarray(evidence[:, len(theirs) :]),
        usual=usual,
        leads=np.where(family == family[:, None], np.inf, usual[:, None] - cross),
    )


def read_profiles(folder: Path) -> list[dict[str, Any]]:
    """The profiles of a folder by name: `name`, `freq` (count of each n-gram), `n_words` (sum of the counts by length)."""
    paths = sorted(path for path in folder.glob("[!.]*"))
    return sorted((json.loads(path.read_bytes()) for path in paths), key=lambda profile: str(profile["name"]))


def number_families(languages: Sequence[str]) -> NDArray[np.int64]:
    """A number for each language, the same for those of one group of relatives."""
    firsts = [min(find_relatives(language)) for language in languages]
    return np.unique(firsts, return_inverse=True)[1]


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


def tally_plane() -> NDArray[np.int64]:
    """The counters that each code point adds to, four of 16 bits in one number (65,537 values).

    From the lowest: Latin and non-Latin characters as langdetect's `cleaning_text` counts them, except that a character of
    Chinese, Japanese or Korean says as much as three letters; Hangul, Kana.
    """
    point = np.arange(PLANE + 1)

    def within(first: int, last: int) -> NDArray[np.bool_]:
        return (point >= first) & (point <= last)

    latin = within(ord("A"), ord("z"))
    foreign = (point >= 0x300) & ~within(0x1E00, 0x1EFF) & (point != ord(SEPARATOR))
    kana = within(0x3041, 0x3096) | within(0x30A1, 0x30FA)
    hangul = within(0xAC00, 0xD7A3)
    dense = kana | hangul | within(0x3400, 0x9FFF)
    counters = (latin, foreign * np.where(dense, 3, 1), hangul, kana)
    tallies = np.zeros(PLANE + 1, dtype=np.int64)
    for place, counter in enumerate(counters):
        tallies += counter.astype(np.int64) << (16 * place)
    return tallies


def find_possible(grams: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which n-grams a folded text can have: of folded letters, no space in the middle, no space alone.

    The profiles also have 25,000 n-grams of single Hangul syllables and the like, which no folded text has.
    """
    folded = np.append(fold_plane(), 0)
    space, end = grams == ord(" "), grams == 0
    cut = space[:, 1] & ~end[:, 2]
    alone = space[:, 0] & end[:, 1]
    possible: NDArray[np.bool_] = ((folded[grams] == grams) | end).all(axis=1) & ~cut & ~alone
    return possible


def list_pairs(known: NDArray[np.int64], base: int) -> NDArray[np.int64]:
    """Row of the evidence of each pair of letters, of its last letter where the pair is not known, else 0."""
    single = find_rows(known, np.arange(base))
    pairs = np.tile(single, base)
    rows = np.flatnonzero((known >= base) & (known < base**2))
    pairs[known[rows]] = rows + 1
    return pairs


def add_shorter(
    known: NDArray[np.int64], own: NDArray[np.float64], pairs: NDArray[np.int64], base: int
) -> NDArray[np.float32]:
    """The evidence of each n-gram plus that of the shorter n-grams that it ends with, in whole 1/SCALE."""
    evidence = np.rint(own * SCALE)
    for size, shorter in ((base, pairs[:base]), (base**2, pairs)):
        longer = np.flatnonzero((known >= size) & (known < size * base))
        evidence[longer + 1] += evidence[shorter[known[longer] % size]]
    return evidence.astype(np.float32)


def find_rows(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of the evidence of each wanted n-gram, 0 where it is not known."""
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place + 1, 0)


def hash_grams(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The slot where the search for each key begins."""
    return ((keys.view(np.uint64) * GOLDEN) >> np.uint64(64 - SLOTS)).view(np.int64)


def fill_slots(known: NDArray[np.int64], base: int) -> NDArray[np.int64]:
    """A hash table of the n-grams of three letters with open addressing: n-gram << ROW_BITS | row, or EMPTY."""
    slots = np.full(1 << SLOTS, EMPTY, dtype=np.int64)
    rows = np.flatnonzero(known >= base**2)
    entries, places = known[rows] << ROW_BITS | (rows + 1), hash_grams(known[rows])
    while len(entries):
        free = slots[places] == EMPTY
        slots[places[free]] = entries[free]
        waiting = slots[places] != entries
        entries, places = entries[waiting], (places[waiting] + 1) % len(slots)
    return slots
