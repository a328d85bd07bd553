"""Texts taken apart and put together again."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.canonical import canonicalize, rebuild
from tasks.lines import join_lines, split_lines

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12)
TEXTS = st.lists(st.lists(LINE, max_size=12).map("\n".join).map(canonicalize), min_size=1, max_size=5)


def test_blank_lines_are_no_rows_and_keep_their_numbers() -> None:
    lines = split_lines(pl.Series(["", "one", "\n\none\ntwo\n\n\nthree\n"]))
    assert lines.rows() == [(1, 0, "one", False), (2, 2, "one", True), (2, 3, "two", False), (2, 6, "three", True)]


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ([0, 1, 3], "a\nb\n\nc"),
        ([0, 3], "a\n\nc"),
        ([1, 3], "b\n\nc"),
        ([0, 1], "a\nb"),
        ([3, 4, 6], "c\nd\n\ne"),
        ([4], "d"),
    ],
)
def test_lines_are_joined_as_they_stood(kept: list[int], text: str) -> None:
    lines = split_lines(pl.Series(["a\nb\n\nc\nd\n\ne"]))
    assert join_lines(lines, pl.col("line").is_in(kept))["text"].to_list() == [text]


def test_only_removed_lines_between_two_lines_make_no_blank_line() -> None:
    lines = split_lines(pl.Series(["a\nx\ny\nb"]))
    assert join_lines(lines, pl.col("text").is_in(["a", "b"]))["text"].to_list() == ["a\nb"]


@given(TEXTS, st.randoms(use_true_random=False))
def test_text_and_other_lines_give_back_the_canonical_text(texts: list[str], random: object) -> None:
    lines = split_lines(pl.Series(texts))
    lines = lines.with_columns(kept=pl.Series([random.random() < 0.5 for _ in range(lines.height)], dtype=pl.Boolean))  # type: ignore[attr-defined]
    joined = {row["doc"]: row for row in join_lines(lines, pl.col("kept")).to_dicts()}
    for doc, canonical in enumerate(texts):
        row = joined.get(doc, {"text": "", "body_lines": []})
        others = lines.filter((pl.col("doc") == doc) & ~pl.col("kept")).select("line", "text").rows()
        assert rebuild(row["text"], row["body_lines"], canonical.count("\n") + 1, others) == canonical
