"""What may be a person's name."""

from __future__ import annotations

import pytest

from tasks.facts.names import is_name

NAMES = [
    ("Mara Quist", True),
    ("Mara de la Vega Quist", True),  # five words
    ("Mara Ana de la Vega Quist", False),
    (f"Mara Q{'u' * 39}", True),  # 45 characters
    (f"Mara Q{'u' * 40}", False),
    ("de Vries", False),  # one word with a capital
    ("de Vries Quist", True),
    ("of Vries Quist", False),
    ("Mara quist", False),
    ("Mara Quist von", False),
    ("M Quist", False),
    ("Al Bo", False),  # no word of three letters
    ("Mara McAllister", True),
    ("Mara QuistPolitics", False),
    ("Mara Editor", False),
    ("Read Quist", False),
    ("Anne-Lise O’Brien", True),
    ("Mara Qu1st", False),
]


@pytest.mark.parametrize(("words", "expected"), NAMES, ids=[row[0] for row in NAMES])
def test_names(words: str, expected: bool) -> None:
    assert is_name(words) is expected


def test_one_word_is_enough_behind_by() -> None:
    assert is_name("Mara", least=1)
    assert not is_name("Mara")
    assert not is_name("von", least=1)
