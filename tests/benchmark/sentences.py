"""Sentences that do not repeat: the seeds' own, with new words in the place of their longer ones.

What makes text expensive stays: function words, names, figures and marks as languages have them, and words that are often used
beside very many that are not. A word is made of the beginning of one word of the seeds and the end of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

WORD = re.compile(r"[\u3040-\u9fff]{2,4}|[^\W\d_\u3040-\u9fff]{4,}")
FIGURE = re.compile(r"\d+")
WORDS = 20_000  # per language
HEAD_WORDS = 40  # so much less often than 1 to its rank a word is used: natural text has few words that stand out


@dataclass(frozen=True)
class Template:
    """A sentence with gaps: `parts` stand around its words, whose capitals `forms` has."""

    parts: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Sentences:
    """The templates of one language, and its words, each with how often those up to it are used."""

    templates: tuple[Template, ...]
    words: tuple[str, ...]
    weights: tuple[float, ...]

    def make(self, random: Random) -> str:
        """A sentence."""
        template = random.choice(self.templates)
        words = random.choices(self.words, cum_weights=self.weights, k=len(template.forms))
        filled = [
            form + part for form, part in zip(map(capitalise, words, template.forms), template.parts[1:], strict=True)
        ]
        return FIGURE.sub(
            lambda found: str(random.randrange(1, 10 ** len(found[0]))), template.parts[0] + "".join(filled)
        )

    def make_title(self, random: Random) -> str:
        """The first words of a sentence, without a stop."""
        words = self.make(random).split(" ")[: random.randint(3, 10)]
        return " ".join(words)[:90].rstrip(' ,.;:–—-。、»”"')


def capitalise(word: str, form: str) -> str:
    """A word with the capitals of another one."""
    return word.upper() if form.isupper() else word.capitalize() if form[0].isupper() else word


def learn_sentences(sentences: Sequence[str]) -> Sentences:
    """Templates and words out of the sentences of one language."""
    templates = [Template(tuple(WORD.split(text)), tuple(WORD.findall(text))) for text in sentences]
    seen = dict.fromkeys(form.lower() for template in templates for form in template.forms)
    words = [*seen, *make_words(list(seen), WORDS - len(seen))]
    weights = accumulate(1 / (rank + HEAD_WORDS) for rank in range(len(words)))
    return Sentences(tuple(template for template in templates if template.forms), tuple(words), tuple(weights))


def make_words(seen: Sequence[str], count: int) -> Iterable[str]:
    """New words: the beginning of one and the end of another, joined at a letter that both have."""
    random = Random(1)
    made: dict[str, None] = {}
    for _ in range(20 * count):
        one, other = random.choice(seen), random.choice(seen)
        at = random.randrange(len(one))
        found = other.find(one[at])
        word = one[:at] + other[found:]
        if found >= 0 and 2 <= len(word) <= 16 and word not in made:
            made[word] = None
            if len(made) >= count:
                break
    return [word for word in made if word not in set(seen)]
