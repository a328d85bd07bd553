"""Copies of captions are merged by what they say; different captions stay apart, however alike."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1 as BODY
from builders.articles import P2 as MORE
from builders.articles import clean_text, make_line

from tasks.cleaning.captions import merge_captions

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


@pytest.mark.parametrize(("width", "is_repeat"), [(40, True), (39, False)])
def test_a_caption_of_at_least_40_characters_repeats_a_sentence(width: int, is_repeat: bool) -> None:
    words = make_line(width)
    captions, body, removed = merge(
        f"Last ferry leaves\n\n{words}. (Ana Ruiz/AP)\n\n{BODY}\n\n{MORE} {words}. Few had come."
    )
    assert (captions == []) is is_repeat
    assert (list(removed) == [2]) is is_repeat
    assert f"{MORE} {words}. Few had come." in body
