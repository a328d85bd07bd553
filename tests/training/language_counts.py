"""Writes the profiles of tasks/language/counts/ from the language models of lingua, version 1.

    PYTHONPATH=.:tests python -m training.language_counts FOLDER

FOLDER: language-models in the unpacked package lingua-language-detector 1.4.2.

lingua has the share of each letter, and of each letter after one or two others, within words. Whatever share of a letter's
occurrences no letter follows is at the end of a word, and what no letter precedes is at its beginning: the counts that langdetect's
profiles have, with spaces. lingua's are all in lower case: a fixed part of the words gets a capital.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import brotli

from tasks.language.profiles import COUNTS, fold_plane

ADDED = (
    *("az", "be", "bs", "eo", "eu", "ga", "hy", "is", "ka", "kk", "la", "lg"),
    *("mi", "mn", "ms", "nn", "sn", "sr", "st", "tn", "ts", "xh", "yo", "zu"),
)
SECOND = ("ca", "da", "hr", "id", "nb", "sl", "ur")  # langdetect takes sentences of theirs for a neighbour's
NAMES = {"nb": "no", "nn": "no"}  # langdetect has one language for both
CAPITALS = 0.2  # of the words; in Danish news a fifth, in langdetect's profiles a quarter
LEAST_SHARE = 1e-4  # rarer n-grams are dropped, as in langdetect's profiles
TOTAL = 1_000_000
SERBIAN = str.maketrans(dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)))
SERBIAN |= {ord("љ"): "lj", ord("њ"): "nj", ord("џ"): "dž"}

Shares = dict[str, float]


def read_shares(folder: Path, length: str, shorter: Mapping[str, float] | None = None) -> Shares:
    """Share of each n-gram in all letters. lingua's is relative to the n-gram without its last letter."""
    groups = json.loads(brotli.decompress((folder / f"{length}s.json.br").read_bytes()))["ngrams"]
    shares = {}
    for fraction, grams in groups.items():
        part, whole = map(int, fraction.split("/"))
        for gram in grams.split(" "):
            shares[gram] = part / whole * (shorter[gram[:-1]] if shorter else 1)
    return shares


def add_spaces(folder: Path, language: str) -> Shares:
    """Shares of all n-grams of up to three characters, those with a space before or behind a word included."""
    single = read_shares(folder, "unigram")
    pairs = read_shares(folder, "bigram", single)
    triples = read_shares(folder, "trigram", pairs)
    first, last, first_pairs, last_pairs = dict(single), dict(single), dict(pairs), dict(pairs)
    for gram, share in pairs.items():
        last[gram[0]] -= share
        first[gram[1]] -= share
    for gram, share in triples.items():
        last_pairs[gram[:2]] -= share
        first_pairs[gram[1:]] -= share
    alone = dict(first)
    for gram, share in first_pairs.items():
        alone[gram[0]] -= share
    shares: Shares = defaultdict(float)

    def add(gram: str, share: float, at_start: float, before: str = "") -> None:
        """Divides a share into small and capital initials; `at_start`: the part of it that begins a word."""
        capital = find_capital(gram[0], language)
        moved = CAPITALS * at_start if capital else 0
        shares[before + gram] += share - moved
        if capital:
            shares[f"{before}{capital}{gram[1:]}"] += moved

    for gram, share in single.items():
        add(gram, share, first[gram])
        add(gram, first[gram], first[gram], " ")
        add(f"{gram} ", last[gram], alone[gram])
        add(f"{gram} ", alone[gram], alone[gram], " ")
    for gram, share in pairs.items():
        add(gram, share, first_pairs[gram])
        add(gram, first_pairs[gram], first_pairs[gram], " ")
        add(f"{gram} ", last_pairs[gram], last_pairs[gram] * first_pairs[gram] / share)
    for gram, share in triples.items():
        add(gram, share, share * max(0.0, first_pairs[gram[:2]] / pairs[gram[:2]]))
    return shares


def find_capital(letter: str, language: str) -> str | None:
    """The capital of a letter in a language, None where it has none of one character."""
    capital = {"i": "İ", "ı": "I"}.get(letter, letter.upper()) if language == "az" else letter.upper()
    return capital if len(capital) == 1 and capital != letter else None


def write_latin(shares: Shares) -> Shares:
    """Serbian shares in Latin letters. An n-gram that љ, њ and џ make longer counts where it is one of three letters at most."""
    latin: Shares = defaultdict(float)
    for gram, share in shares.items():
        parts = [letter.lower().translate(SERBIAN) for letter in gram]
        parts = [part.capitalize() if letter.isupper() else part for part, letter in zip(parts, gram, strict=True)]
        word = "".join(parts)
        for start in range(len(parts[0])):
            for end in range(len(word) - len(parts[-1]) + 1, len(word) + 1):
                if 0 < end - start <= 3:
                    latin[word[start:end]] += share
    return latin


def count_profile(name: str, shares: Shares) -> dict[str, object]:
    """A profile as langdetect's are, of letters as the model folds them, counts per million letters."""
    plane = fold_plane()
    folded: Shares = defaultdict(float)
    for gram, share in shares.items():
        if all(ord(letter) < len(plane) for letter in gram):
            folded["".join(chr(plane[ord(letter)]) for letter in gram)] += share
    folded.pop(" ", None)
    sums = [sum(share for gram, share in folded.items() if len(gram) == length) for length in (1, 2, 3)]
    order = sorted(folded.items(), key=lambda pair: (-pair[1], pair[0]))
    counts = {
        gram: round(share / sums[0] * TOTAL) for gram, share in order if share >= LEAST_SHARE * sums[len(gram) - 1]
    }
    totals = [sum(count for gram, count in counts.items() if len(gram) == length) for length in (1, 2, 3)]
    return {"name": name, "n_words": totals, "freq": counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for language in (*ADDED, *SECOND):
        shares = add_spaces(folder / language, language)
        forms = {language: shares} | ({"sr-latn": write_latin(shares)} if language == "sr" else {})
        for form, value in forms.items():
            profile = count_profile(NAMES.get(language, language), value)
            text = json.dumps(profile, ensure_ascii=False, separators=(",", ":"))
            (COUNTS / f"{form}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
