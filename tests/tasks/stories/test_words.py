"""Words as hashes: what desks spell differently is the same, and the numbers never change."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stories.words import sort_distinct, split_words


def hashes(*texts: str) -> list[list[int]]:
    words = split_words(texts)
    return [words.hashes[start:end].tolist() for start, end in zip(words.bounds, words.bounds[1:], strict=False)]


@given(st.lists(st.integers(0, 20)))
def test_distinct_values_are_in_order(values: list[int]) -> None:
    assert sort_distinct(np.array(values, np.uint64)).tolist() == sorted(set(values))


ALIKE = {
    "case": ("Harbour BRIDGE", "harbour bridge"),
    "accents": ("café in Évora", "cafe in Evora"),
    "accents as marks": ("café", "caf\u00e9".replace("\u00e9", "e\u0301")),
    "full-width forms": ("１２ ｂｒｉｄｇｅ", "12 bridge"),
    "digits": ("٣٤ عام", "34 عام"),
    "alef": ("أحمد إلى آب", "احمد الى اب"),
    "vowels": ("كَتَبَ", "كتب"),
    "the lengthening stroke": ("كـــتب", "كتب"),
    "soft hyphens": ("har\u00adbour", "harbour"),
    "quotes and dashes": ("“yes” — no", '"yes" - no'),
    "io": ("ёлка", "елка"),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_the_same_words(one: str, other: str) -> None:
    assert hashes(one) == hashes(other)


COUNTS = {
    "words": ("The ferry's café, at 9.30.", 7),
    "Han: each character": ("东京塔", 3),
    "kana and words": ("東京で GPS を", 5),
    "Thai: each character": ("ไทย", 3),
    "Hangul: between spaces": ("서울 시장", 2),
    "vowel signs stay in a word": ("हिन्दी समाचार", 2),
    "nothing": ("— … !", 0),
    "empty": ("", 0),
}


@pytest.mark.parametrize(("text", "count"), COUNTS.values(), ids=COUNTS)
def test_how_many_words(text: str, count: int) -> None:
    assert list(map(len, hashes(text))) == [count]


def test_numbers_that_lakes_have_stored() -> None:
    assert hashes("The ferry", "") == [[18435446918479136368, 655298293749293344], []]


def test_scripts_without_spaces() -> None:
    assert split_words(["東京の新しい橋", "The new bridge", "", "東京 a b c"]).is_spaceless.tolist() == [
        True,
        False,
        False,
        False,
    ]


@given(st.lists(st.text(max_size=40), max_size=6))
def test_a_text_has_the_same_words_among_others(texts: list[str]) -> None:
    assert hashes(*texts) == [found for text in texts for found in hashes(text)]


def test_long_texts_have_the_same_words() -> None:
    rng = random.Random(1)
    text = " ".join(rng.choice(["ferry", "bridge", "pier"]) for _ in range(300_000))
    words = split_words(["x " * 1000, text]).hashes[1000:]
    assert len(np.unique(words)) == 3
