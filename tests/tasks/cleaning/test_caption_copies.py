"""Which captions say the same: by their words, whole or cut short, never by how alike they are."""

from __future__ import annotations

import pytest
from builders.articles import make_line
from hypothesis import given
from hypothesis import strategies as st

from tasks.cleaning.caption_copies import CaptionLine, group_copies, is_copy, measure_fullness, merge_copies
from tasks.cleaning.caption_words import fold_words, may_be_one

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
    ("another place", "The rise of the sea in Larkhaven, drawn.", "The rise of the sea in Port Elm, drawn."),
    ("another number", "The bridge, pier 4 of 12, from the harbour", "The bridge, pier 5 of 12, from the harbour"),
    ("another name", "Anna Holm of Larkhaven scores the goal", "Anne Holm of Larkhaven scores the goal"),
    ("another day", "The market hall on May 9, 2018", "The market hall on May 10, 2018"),
    ("a longer one that is not cut", "The mayor opens the bridge", "The mayor opens the bridge and the market"),
    ("a very short cut", "The mayor...", "The mayor opens the bridge"),
]


@pytest.mark.parametrize(("name", "one", "other"), COPIES, ids=[row[0] for row in COPIES])
def test_copies(name: str, one: str, other: str) -> None:
    assert is_copy(fold_words(one), fold_words(other))
    assert is_copy(fold_words(other), fold_words(one))


@pytest.mark.parametrize(("name", "one", "other"), APART, ids=[row[0] for row in APART])
def test_different_captions_stay_apart(name: str, one: str, other: str) -> None:
    assert not is_copy(fold_words(one), fold_words(other))
    assert not is_copy(fold_words(other), fold_words(one))


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
    captions, repeats = merge_copies(found)
    assert captions == [{"text": "A quay", "credit": "AP", "copies": 3, "line": 2}]
    assert repeats == [(0, "repeat.caption", 2), (4, "repeat.caption", 2)]


def test_a_credit_belongs_to_the_caption_right_above_it_unless_that_has_one() -> None:
    credit = [caption(1, "Photo: Ana Ruiz", "Ana Ruiz", "credit")]
    assert merge_copies([caption(0, "A quay"), *credit])[0][0]["credit"] == "Ana Ruiz"
    assert merge_copies([caption(0, "A quay", "AP"), *credit])[0][0]["credit"] == "AP"
    assert merge_copies([CaptionLine(0, -1, "caption", "A quay", None), *credit])[0][0]["credit"] is None


def test_a_credit_that_stands_again_repeats_the_first() -> None:
    found = [caption(0, "(AP)", "AP", "credit"), caption(5, "AP.", None, "credit"), caption(6, "dpa", None, "credit")]
    assert merge_copies(found)[1] == [(5, "repeat.credit", 0)]


@pytest.mark.parametrize(("one", "other", "count"), [("Ana Ruiz/AP", "AP", 1), ("AP", None, 1), ("AP", "dpa", 2)])
def test_captions_of_different_credits_stay_apart(one: str, other: str | None, count: int) -> None:
    captions, _ = merge_copies([caption(0, "A quay", one), caption(2, "A quay", other)])
    assert len(captions) == count


WORDS = [
    "the mayor opens the new bridge",
    " over the tarn on monday",
    " in the rain and the wind.",
    ".",
    " ...",
    "… (more)",
    " a",
]
KEYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=4).map("".join), st.sampled_from([None, "Ana Ruiz", "Ruiz", "AP"])
    ),
    max_size=12,
)


@given(KEYS)
def test_the_index_of_copies_finds_what_comparing_all_pairs_finds(found: list[tuple[str, str | None]]) -> None:
    captions = [caption(number, text, credit) for number, (text, credit) in enumerate(found)]
    credits = {item.line: item.credit for item in captions}
    wanted: list[list[CaptionLine]] = []
    for item in captions:
        for group in wanted:
            first = max(group, key=measure_fullness)
            one, other = (credits[each.line] or "" for each in (item, first))
            if is_copy(fold_words(item.text), fold_words(first.text)) and may_be_one(one, other):
                group.append(item)
                break
        else:
            wanted.append([item])
    assert group_copies(captions, credits) == wanted


@pytest.mark.parametrize(
    "line", ["The ferry leaves at dawn in winter seas {n:05d}.", "The ferry leaves at dawn {n:05d} in …"]
)
def test_captions_are_not_compared_with_all_others(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def count(one: str, other: str) -> bool:
        nonlocal compared
        compared += 1
        return is_copy(one, other)

    monkeypatch.setattr("tasks.cleaning.caption_copies.is_copy", count)
    captions = [caption(number, line.format(n=number)) for number in range(2_000)]
    group_copies(captions, dict.fromkeys(range(2_000)))
    assert compared <= 2 * len(captions)
