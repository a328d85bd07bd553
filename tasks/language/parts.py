"""The languages of a text's parts, and the share of each, where the text is in more than one."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.language.relatives import find_relatives

SENTENCE_END = re.compile(r"(?<=[.!?।])\s+|(?<=[。！？])")
SHORT_CHARS, PART_CHARS = 40, 150
SURE_PART = 0.9
LEAST_SHARE, LEAST_LETTERS = 0.1, 60  # of a language's sure parts: fewer are names, a quotation, or an error


@dataclass(frozen=True)
class Guess:
    """The guess for a text or a part of one."""

    best: str
    score: float
    is_known: bool
    letters: int  # a character of Chinese, Japanese or Korean counted as three


@dataclass(frozen=True)
class Mixture:
    """The languages of a text, the largest share first; `score`: how likely its parts in the first one are in it."""

    score: float
    shares: tuple[tuple[str, float], ...]


def divide_text(text: str) -> list[str]:
    """Parts of a text, each in one language as a rule: lines, a short one with the next, a long one cut between sentences.

    >>> divide_text("The old bridge over the harbour will be closed to all cars.\\nWhy?\\nZwei der Pfeiler haben Risse.")
    ['The old bridge over the harbour will be closed to all cars.', 'Why?\\nZwei der Pfeiler haben Risse.']
    """
    parts, part = [], ""
    for line in filter(None, text.split("\n")):
        for place, sentence in enumerate(SENTENCE_END.split(line)):
            if len(part) >= (PART_CHARS if place else SHORT_CHARS):
                parts.append(part)
                part = ""
            part += (" " if place else "\n") * bool(part) + sentence
    return [*parts, part] if part else parts


def mix_languages(whole: Guess, parts: Sequence[Guess]) -> Mixture | None:
    """The languages of a text by the guesses for its parts, None where they add nothing to the guess for the whole.

    A part in doubt is in the language of the part before it. Close relatives count as one language.
    """
    sure = [part if part.is_known and part.score >= SURE_PART else None for part in parts]
    sizes = Counter({whole.best: 0})
    for part in filter(None, sure):
        sizes[part.best] += part.letters
    names = {
        name: max(find_relatives(name) & sizes.keys(), key=lambda other: (other == whole.best, sizes[other], other))
        for name in sizes
    }
    merged: Counter[str] = Counter()
    for name, size in sizes.items():
        merged[names[name]] += size
    letters = sum(part.letters for part in parts)
    kept = {name for name, size in merged.items() if size >= max(LEAST_SHARE * letters, LEAST_LETTERS)}
    if merged.total() < letters / 2 or not kept or (kept == {whole.best} and whole.is_known):
        return None
    found = [names[part.best] if part and names[part.best] in kept else None for part in sure]
    current = next(filter(None, found))
    shares: Counter[str] = Counter()
    for language, part in zip(found, parts, strict=True):
        current = language or current
        shares[current] += part.letters
    ranked = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    scores = [
        (part.score * part.letters, part.letters)
        for part, name in zip(parts, found, strict=True)
        if name == ranked[0][0]
    ]
    score = sum(weighted for weighted, _ in scores) / sum(size for _, size in scores)
    return Mixture(round(score, 4), tuple((name, round(size / letters, 3)) for name, size in ranked))
