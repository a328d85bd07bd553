"""Dates cut from bylines."""

from __future__ import annotations

import pytest

from tasks.facts.date_words import cut_dates

LINES = [
    ("Mara Quist 5 May 2026, 14:41", "Mara Quist"),
    ("Mara Quist, May 5, 2026", "Mara Quist"),
    ("Mara Quist vor 3 Stunden", "Mara Quist"),
    ("Mara Quist 3 hours ago", "Mara Quist"),
    ("Mara Quist 2026-05-05 updated", "Mara Quist"),
    ("Mara Quist 5. April 14:41 Uhr", "Mara Quist"),
    ("山田花子2026年1月13日 21時37分", "山田花子"),
]
WITHOUT = ["Mara Quist", "Mara Quist 5 Mai", "5 lemons at 14:41", "31 Quist 2026", "Mara Quist 1988"]


@pytest.mark.parametrize(("line", "words"), LINES, ids=[row[0] for row in LINES])
def test_a_date_is_cut_with_the_words_around_it(line: str, words: str) -> None:
    left, found = cut_dates(line)
    assert found
    assert left.strip(" |,.") == words


@pytest.mark.parametrize("line", WITHOUT)
def test_a_line_without_a_date_stays_as_it_is(line: str) -> None:
    assert cut_dates(line) == (line, False)
