"""Whole words (words.toml) distinguish close relatives, which n-grams confuse.

A text is looked at where its best language is in a group. Each of the group's words in it is evidence for the languages that have
it, and what n-grams say for one of the group against another counts for little.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words.toml")
WORD = re.compile(r"[^\W\d_]+")
WORD_EVIDENCE = 8.0  # nats for each word
SIMILAR = ({"zh-cn", "zh-tw"}, {"xh", "zu"}, {"st", "tn"}, {"cs", "sk"})  # without words that tell them apart
NGRAM_SHARE = 0.2  # of the difference that n-grams make between relatives


@dataclass(frozen=True)
class Relatives:
    """A group of languages; `words` and `beginnings` of words give the places in `languages` of those that have them."""

    languages: tuple[str, ...]
    common: tuple[float, ...]  # nats for each language, for being the commoner one
    words: dict[str, tuple[int, ...]]
    beginnings: dict[str, tuple[int, ...]]
    lengths: tuple[int, ...]  # of the beginnings


@cache
def load_relatives() -> dict[str, Relatives]:
    """The group of each language that has one."""
    groups: dict[str, Relatives] = {}
    for group in tomllib.loads(WORDS.read_text(encoding="utf-8"))["group"]:
        languages = tuple(group["languages"])
        places = {
            word: tuple(languages.index(language) for language in row["has"])
            for row in group["words"]
            for word in row["words"].split()
        }
        words = {word: found for word, found in places.items() if not word.endswith("*")}
        beginnings = {word[:-1]: found for word, found in places.items() if word.endswith("*")}
        lengths = tuple(sorted({len(beginning) for beginning in beginnings}, reverse=True))
        groups |= dict.fromkeys(
            languages, Relatives(languages, tuple(map(float, group["common"])), words, beginnings, lengths)
        )
    return groups


def find_relatives(language: str) -> set[str]:
    """A language and its close relatives: they count as one language where a text may be in several."""
    group = load_relatives().get(language)
    return next((pair for pair in SIMILAR if language in pair), {language, *(group.languages if group else ())})


def weigh_words(text: str, group: Relatives) -> Sequence[float]:
    """Evidence of a text's words for each language of a group, in nats.

    >>> group = load_relatives()["da"]
    >>> group.languages, weigh_words("Broen blev lukket efter en uge", group)
    (('da', 'no'), [24.0, 0.0])
    """
    evidence = list(group.common)
    for word in WORD.findall(text.lower()):
        places = group.words.get(word, ())
        for length in group.lengths if not places else ():
            if places := group.beginnings.get(word[:length], ()):
                break
        for place in places:
            evidence[place] += WORD_EVIDENCE
    return evidence
