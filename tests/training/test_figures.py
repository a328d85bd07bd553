"""The figures of pages: F1 of words and of lines."""

from __future__ import annotations

import polars as pl
import pytest

from training.figures import compute_line_f1, compute_word_f1


@pytest.mark.parametrize(
    ("text", "gold", "expected"),
    [("a b c", "a b c", 1.0), ("a b", "c d", 0.0), ("a b c d", "a b", 2 / 3), ("", "a", 0.0), ("東京", "東 京", 1.0)],
    ids=["same", "other", "half", "empty", "no-spaces"],
)
def test_word_f1(text: str, gold: str, expected: float) -> None:
    assert compute_word_f1(text, gold) == pytest.approx(expected)


def test_line_f1_needs_a_line_of_the_article() -> None:
    assert compute_line_f1(pl.Series([True, True]), pl.Series([False, False])) is None
    assert compute_line_f1(pl.Series([True, False]), pl.Series([True, True])) == pytest.approx(2 / 3)
