"""The key of a line leaves out case, spacing and decoration, and the key of a key is itself."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules import line_key, match_rules

ANY_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)


def key_of(*lines: str) -> list[str]:
    return pl.DataFrame({"line": lines}).select(line_key(pl.col("line")))["line"].to_list()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("Read more »", "read more"),
        ("* READ\u00a0 MORE…", "read more"),
        ("“Share this”", '"share this"'),
        ("« Partager », dit-il", '" partager ", dit-il'),
        ("Don’t miss?", "don't miss?"),
        ("İlgili Haberler:", "ilgili haberler"),
        ("【関連記事】", "関連記事"),
        ("•••", ""),
    ],
)
def test_key(line: str, key: str) -> None:
    assert key_of(line) == [key]


def test_a_sign_of_rights_is_not_the_third_point_of_a_list() -> None:
    assert key_of("(C) 2024 Example", "» (c) 2024 Example.", "c) 2024 Example", "C) 1931", "(C)", "((c) x") == [
        "(c) 2024 example",
        "(c) 2024 example",
        "c) 2024 example",
        "c) 1931",
        "c",
        "c) x",
    ]
    found = match_rules(pl.Series(["(c) 2014 example.org", "c) 1931"]))
    assert found["rule"].to_list() == ["copyright.any", None]


@given(st.lists(ANY_LINE, min_size=1, max_size=20))
def test_key_of_a_key_is_itself(lines: list[str]) -> None:
    assert key_of(*key_of(*lines)) == key_of(*lines)
