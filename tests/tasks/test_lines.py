"""Texts split into lines, lines measured, and texts joined again."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import make_line
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.record import canonicalize, rebuild
from tasks.lines import change_lines, join_lines, looks_like_prose, mark_where, mark_zones, measure_lines, split_lines

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12)
TEXTS = st.lists(st.lists(LINE, max_size=12).map("\n".join).map(canonicalize), min_size=1, max_size=5)


def test_blank_lines_are_no_rows_and_keep_their_numbers() -> None:
    lines = split_lines(pl.Series(["", "one", "\n\none\ntwo\n\n\nthree\n"]))
    assert lines.drop("joined").rows() == [
        (1, 0, "one", False),
        (2, 2, "one", True),
        (2, 3, "two", False),
        (2, 6, "three", True),
    ]


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
        row = joined.get(doc, {"text": "", "body_lines": [], "joins": []}) | {"line_count": canonical.count("\n") + 1}
        others = lines.filter((pl.col("doc") == doc) & ~pl.col("kept")).select("line", "text").rows()
        assert rebuild(row, others) == canonical


PROSE = [
    ("a sentence", make_line(60, end="."), True),
    ("too short a sentence", make_line(59, end="."), False),
    ("a long line without a stop", make_line(160), True),
    ("too short without a stop", make_line(159), False),
    ("a sentence in quotes", make_line(60, end="!”"), True),
    ("a sentence of 24 Chinese characters", "港" * 23 + "。", True),
    ("23 Chinese characters", "港" * 22 + "。", False),
    ("a Russian sentence, which is not dense", "паром " * 9 + "ушел.", False),
]


@pytest.mark.parametrize(("line", "expected"), [row[1:] for row in PROSE], ids=[row[0] for row in PROSE])
def test_prose_is_long_or_a_sentence_of_some_length(line: str, expected: bool) -> None:
    measured = measure_lines(pl.DataFrame({"text": [line]}))
    assert measured.select(looks_like_prose()).item() is expected


def test_a_script_is_dense_above_two_and_a_half_bytes_per_character() -> None:
    texts = ["港港港aa", "港港港港a", "港港港港aaa"]  # 2.2, 2.6 and 2.14 bytes per character
    measured = measure_lines(pl.DataFrame({"text": [*texts, "港港港a"]}))  # 2.5 bytes exactly
    assert measured["width"].to_list() == [5, 12, 7, 4]
    assert measured["chars"].to_list() == [5, 5, 7, 4]


def test_zones_lie_around_the_paragraphs_of_each_document() -> None:
    lines = pl.DataFrame(
        {"doc": [0, 0, 0, 0, 1, 1], "line": [0, 2, 3, 9, 0, 1], "p": [False, True, None, False, None, False]}
    )
    assert mark_zones(lines, pl.col("p"))["zone"].to_list() == ["head", "body", "tail", "tail", "head", "head"]
    lines = lines.with_columns(p=pl.Series([True, False, True, False, False, True]))
    assert mark_zones(lines, pl.col("p"))["zone"].to_list() == ["body", "body", "body", "tail", "head", "body"]


def test_only_the_chosen_lines_change() -> None:
    lines = pl.DataFrame({"line": [0, 1, None], "role": ["byline", None, "bio"], "removed": [False] * 3})
    changed = change_lines(lines, pl.col("line") < 1, role=None, removed=True)
    assert changed.rows() == [(0, None, True), (1, None, False), (None, "bio", False)]
    assert change_lines(lines, pl.col("line") == 1, role=pl.col("line").cast(pl.String))["role"].to_list()[1] == "1"


def test_the_costly_condition_sees_only_the_lines_that_the_first_one_leaves() -> None:
    lines = pl.DataFrame({"text": ["a", "a", "b", "a"]})
    assert mark_where(lines, pl.Series([True, False, True, True]), pl.col("text") == "a").to_list() == [1, 0, 0, 1]
    assert mark_where(lines, pl.Series([True, False, True, False]), pl.col("text").is_duplicated()).sum() == 0
