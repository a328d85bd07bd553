"""Sentences that look like captions, credits, bylines, bios and dates stay in the text, in every language of the rows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest
from builders.articles import P1, P2, P3, clean_texts

ATTACKS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text(encoding="utf-8"))[
    "lines"
]


@pytest.mark.parametrize("language", sorted(ATTACKS))
def test_a_sentence_made_to_match_a_role_row_stays_in_the_text(language: str) -> None:
    lines = ATTACKS[language]
    among = [f"Last ferry leaves\n\n{P1}\n\n{line}\n\n{P2}\n\n{P3}" for line in lines]
    below = [f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n{line}\n\n{P3}" for line in lines]
    found = clean_texts(*among, *below)
    asked = pl.Series([4] * len(among) + [6] * len(below))
    at = found["line"] == asked.gather(found["doc"])
    assert found.filter(at & (found["removed"] | found["role"].is_not_null()))["text"].to_list() == []
