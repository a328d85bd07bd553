"""Copies of captions are merged by what they say; different captions stay apart, however alike."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1 as BODY
from builders.articles import P2 as MORE
from builders.articles import clean_text, read_fates

from tasks.cleaning.caption_duplicates import is_copy, make_caption_key
from tasks.cleaning.captions import merge_captions

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


CAPTION = "The ferry Tern at the north quay on Friday"
CREDIT = "(Ana Ruiz, Pool Photo via AP)"


def merge(text: str) -> tuple[list[dict[str, object]], list[str], dict[int, tuple[str, str | None]]]:
    """Captions, body lines, and removed lines with rule and evidence."""
    lines, captions = merge_captions(clean_text(text))
    body = lines.filter(pl.col("role").is_null() & ~pl.col("removed"))["text"].to_list()
    removed = {
        line: (by, evidence)
        for line, by, evidence in lines.filter(pl.col("removed")).select("line", "by", "evidence").iter_rows()
    }
    return (captions["captions"].to_list() or [[]])[0], body, removed


PLACES = [
    ("twice in a row", f"{CAPTION} {CREDIT}\n{CAPTION} {CREDIT}", 2, [3], CREDIT),
    ("a blank line between", f"{CAPTION} {CREDIT}\n\n{CAPTION} {CREDIT}", 2, [4], CREDIT),
    ("a paragraph between", f"{CAPTION} {CREDIT}\n\n{MORE}\n\n{CAPTION} {CREDIT}", 2, [6], CREDIT),
    ("without its credit first", f"{CAPTION}\n\n{CAPTION} {CREDIT}", 2, [2], CREDIT),
    ("without its credit second", f"{CAPTION} {CREDIT}\n\n{MORE}\n\n{CAPTION}", 2, [6], CREDIT),
    ("interleaved with credits", f"{CAPTION}\n{CREDIT}\n{CAPTION}\n{CREDIT}", 2, [4, 5], CREDIT),
    ("no credit at all", f"{CAPTION}\n{CAPTION}", 2, [3], None),
    ("sixteen copies", "\n".join([f"{CAPTION} {CREDIT}"] * 16), 16, list(range(3, 18)), CREDIT),
]


@pytest.mark.parametrize(("name", "block", "copies", "gone", "credit"), PLACES, ids=[row[0] for row in PLACES])
def test_copies_are_merged_wherever_they_stand(
    name: str, block: str, copies: int, gone: list[int], credit: str | None
) -> None:
    captions, body, removed = merge(f"Last ferry leaves\n\n{block}\n\n{BODY}")
    assert [(caption["copies"], caption["text"], caption["credit"]) for caption in captions] == [
        (copies, CAPTION, credit and credit.strip("()"))
    ]
    assert list(removed) == gone
    assert all(by.startswith("repeat.") and evidence and evidence.isdigit() for by, evidence in removed.values())
    assert CAPTION not in body
    assert BODY in body


def test_a_caption_that_repeats_a_sentence_goes_and_the_sentence_stays() -> None:
    sentence = "The last ferry left the north quay of Larkhaven at six on Monday evening."
    captions, body, removed = merge(
        f"Last ferry leaves\n\n{sentence} (Ana Ruiz/AP)\n\n{BODY}\n\n{MORE} {sentence} Few had come."
    )
    assert captions == []
    assert any(sentence in line for line in body)
    assert removed == {2: ("repeat.caption-in-body", "6")}


@pytest.mark.parametrize(
    "line",
    [
        "And what happened then, when the last of the passengers had gone ashore?",
        "Row, row, row your boat",
        "I will not go home, no more, no more, no more!",
    ],
)
def test_body_lines_repeat_for_good_reasons(line: str) -> None:
    _, body, removed = merge(
        f"Last ferry leaves\n\n{BODY}\n\n{line}\n\n{MORE}\n\n{line}\n\n{BODY} Again.\n\n{line}\n{line}"
    )
    assert body.count(line) == 4
    assert removed == {}


def test_credits_of_two_pictures_stay_with_their_own() -> None:
    captions, _, removed = merge(
        f"Last ferry leaves\n\n{CAPTION} (Ana Ruiz/AP)\n\n{BODY}\n\n{CAPTION} (Tom Ehlers/dpa)\n\n{MORE}"
    )
    assert [(caption["credit"], caption["copies"]) for caption in captions] == [
        ("Ana Ruiz/AP", 1),
        ("Tom Ehlers/dpa", 1),
    ]
    assert removed == {}


BUTTONS = ["사진 확대", "Image 1 of 9", "Bild 2 von 7", "show caption", "... more", "写真を拡大"]


@pytest.mark.parametrize("button", BUTTONS)
def test_a_copy_next_to_a_pictures_button_is_a_caption(button: str) -> None:
    caption = "The ferry Tern at the north quay of Larkhaven on Friday"
    found = read_fates(f"Last ferry leaves\n{button}\n{caption}\n{BODY}\n{MORE}\n{caption}\n{BODY} Again.")
    assert found[2] == ("caption", False)
    assert found[5] == ("repeat", True)


def test_a_repeated_name_and_house_is_a_credit() -> None:
    found = read_fates(
        f"Last ferry leaves\n{BODY}\n{MORE}\nAna Ruiz/Courier\n{BODY} Again.\nAna Ruiz/Courier\n{MORE} Again."
    )
    assert [found[3], found[5]] == [("credit", False), ("repeat", True)]


def test_a_repeated_sub_heading_stays() -> None:
    found = read_fates(
        f"Last ferry leaves\n{BODY}\nEasy setup for all ferries of the harbour line\n{MORE}\nEasy setup for all ferries of the harbour line\n{BODY} Again."
    )
    assert [found[2], found[4]] == [(None, False), (None, False)]


def test_copies_next_to_a_credit_are_captions_among_copies_with_and_without_dates() -> None:
    plain = "The ferry Tern at the north quay of Larkhaven"
    text = f"Last ferry leaves\n{plain}\nPhoto: Ana Ruiz\n{BODY}\n{MORE}\n{plain}\nPhoto: Ana Ruiz\n{BODY} Again."
    found = read_fates(text)
    assert [found[1], found[5]] == [("caption", False), ("repeat", True)]
