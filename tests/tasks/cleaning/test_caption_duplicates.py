"""Copies of captions are recognised by what they say; different captions stay apart, however alike."""

from __future__ import annotations

import pytest
from builders.articles import make_line

from tasks.cleaning.caption_duplicates import CaptionLine, is_copy, make_caption_key, merge_copies

COPIES = [
    ("the same", "The mayor opens the bridge.", "The mayor opens the bridge."),
    ("final stop", "The mayor opens the bridge.", "The mayor opens the bridge"),
    ("quotation marks", "“The mayor opens the bridge”", "The mayor opens the bridge"),
    ("list sign", "* The mayor opens the bridge", "The mayor opens the bridge"),
    ("capitals", "THE MAYOR opens the bridge", "The mayor opens the bridge"),
    (
        "cut short",
        "The mayor opens the new bridge in Larkhaven...",
        "The mayor opens the new bridge in Larkhaven on Monday, watched by a crowd.",
    ),
    (
        "cut short, more",
        "The mayor opens the new bridge in Larkhaven... more",
        "The mayor opens the new bridge in Larkhaven on Monday, watched by a crowd.",
    ),
    (
        "first sentence only",
        "The mayor of Larkhaven opens the new bridge over the Tarn on Monday morning.",
        "The mayor of Larkhaven opens the new bridge over the Tarn on Monday morning. In the background the old ferry.",
    ),
]
APART = [
    (
        "another place",
        "A visualization of sea level rise in Larkhaven.",
        "A visualization of sea level rise in Port Elm.",
    ),
    (
        "another number",
        "The new bridge, pier 4 of 12, seen from the harbour",
        "The new bridge, pier 5 of 12, seen from the harbour",
    ),
    (
        "another name",
        "Anna Holm of Larkhaven scores the winning goal",
        "Anne Holm of Larkhaven scores the winning goal",
    ),
    ("another day", "The market hall on May 9, 2018", "The market hall on May 10, 2018"),
    ("a longer one that is not cut", "The mayor opens the bridge", "The mayor opens the bridge and the market"),
    ("a very short cut", "The mayor...", "The mayor opens the bridge"),
]


@pytest.mark.parametrize(("name", "one", "other"), COPIES, ids=[row[0] for row in COPIES])
def test_copies(name: str, one: str, other: str) -> None:
    assert is_copy(make_caption_key(one), make_caption_key(other))
    assert is_copy(make_caption_key(other), make_caption_key(one))


@pytest.mark.parametrize(("name", "one", "other"), APART, ids=[row[0] for row in APART])
def test_different_captions_stay_apart(name: str, one: str, other: str) -> None:
    assert not is_copy(make_caption_key(one), make_caption_key(other))
    assert not is_copy(make_caption_key(other), make_caption_key(one))


@pytest.mark.parametrize(("chars", "same"), [(25, True), (24, False)])
def test_a_cut_caption_says_at_least_25_characters(chars: int, same: bool) -> None:
    start = make_line(chars)
    assert is_copy(f"{start}...", f"{start} on Monday") is same


@pytest.mark.parametrize(("chars", "same"), [(60, True), (59, False)])
def test_a_first_sentence_says_at_least_60_characters(chars: int, same: bool) -> None:
    sentence = make_line(chars, end=".")
    assert is_copy(sentence, f"{sentence} In the background the old ferry.") is same
    assert not is_copy(sentence.rstrip("."), f"{sentence.rstrip('.')} on Monday")


def caption(line: int, text: str, credit: str | None = None, role: str = "caption") -> CaptionLine:
    return CaptionLine(line, line, role, text, credit)


def test_the_fullest_copy_stays_and_of_equal_ones_the_first() -> None:
    found = [caption(0, "A quay"), caption(2, "A quay", "AP"), caption(4, "A quay", "AP")]
    captions, repeats = merge_copies(found, {})
    assert [(item.line, item.copies, item.credit) for item in captions] == [(2, 3, "AP")]
    assert [(item.line, item.of) for item in repeats] == [(0, 2), (4, 2)]


def test_a_credit_belongs_to_the_caption_right_above_it_unless_that_has_one() -> None:
    credit = [caption(1, "Photo: Ana Ruiz", "Ana Ruiz", "credit")]
    assert merge_copies([caption(0, "A quay"), *credit], {})[0][0].credit == "Ana Ruiz"
    assert merge_copies([caption(0, "A quay", "AP"), *credit], {})[0][0].credit == "AP"
    assert merge_copies([CaptionLine(0, -1, "caption", "A quay", None), *credit], {})[0][0].credit is None


def test_a_credit_that_stands_again_repeats_the_first() -> None:
    found = [caption(0, "(AP)", "AP", "credit"), caption(5, "AP.", None, "credit"), caption(6, "dpa", None, "credit")]
    assert [(item.line, item.rule, item.of) for item in merge_copies(found, {})[1]] == [(5, "repeat.credit", 0)]
