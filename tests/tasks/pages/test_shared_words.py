"""How far lines use each other's words, in scripts with and without spaces."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.pages.shared_words import count_shared_words, list_longer_words


@pytest.mark.parametrize(
    ("line", "other", "words", "share"),
    [
        ("Harbour votes on its pier", "The harbour was loud, the pier was dark", 2, 66),
        ("Ten easy soups", "The harbour was loud", 0, 0),
        ("to be or not", "to be or not", 0, -1),
        ("港の朝", "朝の海", 1, 50),
        ("カタカナ", "カタログ", 1, 50),
        ("항구에서", "항구를", 1, 50),
    ],
)
def test_words_that_another_line_uses_count(line: str, other: str, words: int, share: int) -> None:
    lines = pl.DataFrame({"doc": [0, 0], "words": list_longer_words(pl.Series([line, other]))})
    found = count_shared_words(lines, np.array([False, True]), np.array([True, False]))
    assert {name: values.tolist() for name, values in found.items()} == {
        "shared_words": [words],
        "shared_share": [share],
    }


def test_a_line_shares_no_words_with_itself_or_with_another_page() -> None:
    lines = pl.DataFrame({"doc": [0, 1], "words": list_longer_words(pl.Series(["The harbour"] * 2))})
    both = np.array([True, True])
    assert count_shared_words(lines, both, both)["shared_words"].tolist() == [0, 0]
