"""Profiles from lingua's models: a tiny model of two words, counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import brotli
import pytest

from training.language_counts import CAPITALS, add_spaces, count_profile, write_latin


def write_model(folder: Path, models: dict[str, dict[str, str]]) -> Path:
    for length, ngrams in models.items():
        (folder / f"{length}s.json.br").write_bytes(brotli.compress(json.dumps({"ngrams": ngrams}).encode()))
    return folder


def test_shares_with_spaces(tmp_path: Path) -> None:
    """The words abc and a, once each: four letters."""
    models = {"unigram": {"2/4": "a", "1/4": "b c"}, "bigram": {"1/2": "ab", "1/1": "bc"}, "trigram": {"1/1": "abc"}}
    shares = add_spaces(write_model(tmp_path, models), "en")
    small = 1 - CAPITALS
    expected = {"a": 0.5 * small, "A": 0.5 * CAPITALS, " a": 0.5 * small, " a ": 0.25 * small, " A ": 0.25 * CAPITALS}
    expected |= {"c ": 0.25, "bc ": 0.25, " ab": 0.25 * small, "Ab": 0.25 * CAPITALS, "b ": 0.0, " b": 0.0}
    assert {gram: shares[gram] for gram in expected} == pytest.approx(expected)


def test_serbian_in_latin_letters() -> None:
    """Each Latin n-gram is counted where its first and last letters come from the first and last Cyrillic ones."""
    assert write_latin({"љ": 0.3}) == pytest.approx({"l": 0.3, "lj": 0.3, "j": 0.3})
    assert write_latin({"аљ": 0.1}) == pytest.approx({"al": 0.1, "alj": 0.1})
    assert write_latin({"Њ ": 0.1}) == pytest.approx({"Nj ": 0.1, "j ": 0.1})


def test_rare_ngrams_are_dropped() -> None:
    profile = count_profile("xx", {"a": 0.99995, "b": 0.00005, " ": 0.5})
    assert profile == {"name": "xx", "n_words": [999950, 0, 0], "freq": {"a": 999950}}
