"""Lines that point into a picture are captions; sentences of the article that speak of left and right are not."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, clean_texts

from tasks.cleaning.caption_places import name_placed_captions


def list_placed(*lines: str) -> list[str]:
    """What is named a caption among lines between two paragraphs."""
    found = name_placed_captions(clean_texts("\n\n".join(["Last ferry leaves", P1, *lines, P2])))
    return found.filter(found["role"] == "caption")["text"].to_list()


@pytest.mark.parametrize(
    "line",
    [
        "The harbour master (pictured) opens the swing bridge of Larkhaven for the last time",
        "Mara Quist, second left, and the crew at the quay",
        "Mara Quist (left) may be followed by Tom Ehlers (right)",
        "From left, Mara Quist, Ana Ruiz and Tom Ehlers",
        "The harbour master, centre, poses with the crew of the ferry",
        "Drei auf der Brücke: Mara Quist, Ana Ruiz und Tom Ehlers (v.l.).",
        "港で会見する港長（中）と船長ら、二〇二四年三月三日の朝に撮影された一枚",
        "Mara Quist, second left, and Tom Ehlers, third left, hold the rope while the crew of the last ferry looks on at the quay.",
    ],
)
def test_a_line_that_points_into_a_picture_is_a_caption(line: str) -> None:
    assert list_placed(line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The harbour master (left) lost the vote.",
        "He turned left, and the whole crew of the ferry turned with him",
        "The party of the left, second to none in the valley",
        "She took her fish (pictured) to the vet on Monday. He said that it would live for many more years, and he was right about "
        "that, as he was about the dog, the gulls and the old seal that came to the quay every",
    ],
)
def test_a_sentence_that_speaks_of_sides_is_none(line: str) -> None:
    assert list_placed(line) == []


def test_a_bracket_that_opens_above_a_credit_ends_a_caption() -> None:
    assert list_placed("The ferry is easy to find (", "Image:", "Getty Images)")[:1] == ["The ferry is easy to find ("]
    assert list_placed("The ferry is easy to find (", "and the quay is not)") == []


CAPTION = "The harbour master (pictured) opens the swing bridge of Larkhaven for the last time"
BESIDE = "The old ferry lies at the quay with two gulls on its mast and a dog below it"


def test_a_line_of_the_same_shape_beside_a_caption_is_one() -> None:
    assert list_placed(CAPTION, BESIDE) == [CAPTION, BESIDE]
    assert list_placed(BESIDE, CAPTION) == [BESIDE, CAPTION]


@pytest.mark.parametrize(
    "other", [f"{BESIDE}.", f"{BESIDE}:", "The Old Ferry Lies at the Quay With Two Gulls on Its Mast", BESIDE[:50]]
)
def test_sentences_openings_and_titles_beside_a_caption_are_none(other: str) -> None:
    assert list_placed(CAPTION, other) == [CAPTION]


def test_a_line_without_a_caption_beside_it_is_none() -> None:
    assert list_placed(BESIDE) == []
