"""The words of dates in the languages that the project knows: months, weekdays, labels and what stands between.

They are in `words.toml`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

from tasks.toml_rows import read_toml

WORDS = Path(__file__).with_name("words.toml")
# Forms of one Arabic letter that writers exchange, quotes, and characters that are not seen.
SAME = str.maketrans("أإآٱىیک’׳", "اااايي" + "ك''") | dict.fromkeys((*range(0x64B, 0x653), 0x307, 0x200C, 0x200D))


@dataclass(frozen=True)
class DateWords:
    """Folded words. `months`: numbers by word and by language; `weekdays`: the same, Monday is 0; the rest are sets of words."""

    months: Mapping[str, Mapping[int, frozenset[str]]]
    weekdays: Mapping[str, Mapping[int, frozenset[str]]]
    jalali: Mapping[str, int]
    connectors: frozenset[str]
    labels: frozenset[str]
    nouns: frozenset[str]
    morning: frozenset[str]
    afternoon: frozenset[str]
    night: frozenset[str]
    hours: frozenset[str]
    ordinals: frozenset[str]
    day_first: frozenset[str]
    month_first: frozenset[str]
    year_first: frozenset[str]


@lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """A word as the table has it: lower case, composed, without vowel signs of Arabic and without a final full stop.

    >>> fold_word("Févr."), fold_word("أكتوبر") == fold_word("اكتوبر")
    ('févr', True)
    """
    return unicodedata.normalize("NFC", word.replace("İ", "i").casefold().translate(SAME)).strip(" .")


@cache
def load_date_words(path: Path = WORDS) -> DateWords:
    """The table, folded."""
    table = read_toml(path)
    found: dict[str, dict[str, dict[int, set[str]]]] = {
        name: defaultdict(lambda: defaultdict(set)) for name in ("months", "weekdays")
    }
    for language, rows in table["languages"].items():
        for name, line in rows.items():
            for word, number in number_words(line):
                found[name][word][number + (name == "months")].add(language)
    named = {
        name: {
            word: {number: frozenset(languages) for number, languages in ways.items()} for word, ways in words.items()
        }
        for name, words in found.items()
    }
    jalali = {word: number + 1 for word, number in number_words(table.pop("jalali"))}
    sets = {
        field.name: frozenset(map(fold_form, table[field.name].split()))
        for field in fields(DateWords)
        if field.name in table
    }
    return DateWords(named["months"], named["weekdays"], jalali, **sets)


def fold_form(form: str) -> str:
    """A form of the table, folded, with blanks for underscores; a country keeps its point."""
    return form if form.startswith(".") else fold_word(form.replace("_", " "))


def number_words(line: str) -> list[tuple[str, int]]:
    """The words of a row with the numbers of their places, from 0.

    >>> number_words("jan january | feb")
    [('jan', 0), ('january', 0), ('feb', 1)]
    """
    return [(fold_form(form), at) for at, forms in enumerate(line.split("|")) for form in forms.split()]


def choose_number(ways: Mapping[int, frozenset[str]], language: str | None) -> int | None:
    """The number that a word stands for: its only one, else that of the language; None where that leaves doubt.

    >>> choose_number({10: frozenset({"hr"}), 11: frozenset({"pl"})}, "pl")
    11
    """
    if len(ways) == 1:
        return next(iter(ways))
    own = [number for number, languages in ways.items() if language in languages]
    return own[0] if len(own) == 1 else None


def find_month(word: str, language: str | None = None) -> int | None:
    """The number of the month that a word names.

    >>> find_month("Juillet"), find_month("listopada"), find_month("listopada", "pl"), find_month("Monday")
    (7, None, 11, None)
    """
    ways = load_date_words().months.get(fold_word(word))
    return choose_number(ways, language) if ways else None
