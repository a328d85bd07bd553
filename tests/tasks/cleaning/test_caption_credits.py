"""Credits on lines of their own are found by what stands around them."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, P3, clean_text

from tasks.cleaning.captions import merge_captions

WORDS = "A deckhand polishes the bell of the ferry at the quay of Osterholm"


def read_captions(between: str) -> list[tuple[str, str | None]]:
    """The captions of an article with some lines between its paragraphs, with their credits."""
    _, captions = merge_captions(clean_text(f"Last ferry leaves\n\nBy Mara Quist\n\n{P1}\n\n{between}\n\n{P2}\n\n{P3}"))
    found = (captions["captions"].to_list() or [[]])[0]
    return [(caption["text"].rstrip("."), caption["credit"]) for caption in found]


@pytest.mark.parametrize(
    ("between", "credit"),
    [
        (f"{WORDS}.\nGetty Images", "Getty Images"),
        (f"{WORDS}.\nPhotograph: Ola Brandt/Harbour Post", "Ola Brandt/Harbour Post"),
        (f"{WORDS}.\n(Ola Brandt/Harbour Post)", "Ola Brandt/Harbour Post"),
        (f"{WORDS}.\n© Ola Brandt / Harbour Post", "© Ola Brandt / Harbour Post"),
        (f"{WORDS}\nQuelle: Ola Brandt/dpa", "Ola Brandt/dpa"),
        (f"{WORDS}\n\nOla Brandt/Harbour Post", "Ola Brandt/Harbour Post"),
        (f"Photo: Ola Brandt\n\n{WORDS}", "Ola Brandt"),
        (f"Image source\n\nOla Brandt\n\nImage caption\n\n{WORDS}", "Ola Brandt"),
        (f"1 of 2\n\n{WORDS}.\n\nPhoto by Ola Brandt", "Ola Brandt"),
    ],
)
def test_words_and_a_credit_between_paragraphs_are_a_caption(between: str, credit: str) -> None:
    assert read_captions(between) == [(WORDS, credit)]


@pytest.mark.parametrize(
    "between",
    [
        f"{WORDS}.\n\nOla Brandt/Harbour Post",  # a sentence, and perhaps who signed it
        f"{WORDS}. {P1[:60]}. And so on.\nOla Brandt/Harbour Post",
        "Photo: Ola Brandt\n\nWhat comes next",  # a sub-heading
        "Credit\n\nThat is what the island never had, the mayor said.",
    ],
)
def test_in_doubt_the_words_stay(between: str) -> None:
    assert read_captions(between) == []


@pytest.mark.parametrize(
    "line",
    [
        f"{WORDS}. Ola Brandt/Harbour Post",
        f"{WORDS}. Ola Brandt | Staff photographer",
        f"{WORDS}. (ABC News: Ola Brandt)",
        f"{WORDS}.Credit...Ola Brandt for The Harbour Post",
        f"{WORDS}. Contributed photo by Ola Brandt",
        f"{WORDS}. Photo courtesy of Ola Brandt",
        f"{WORDS} - Photo: Ola Brandt",
        f"{WORDS} Photo: Ola Brandt",
        f"{WORDS} [Fotoğraf: Ola Brandt]",
        f"{WORDS} | Quelle: Ola Brandt",
        f"{WORDS}. Beeld Ola Brandt / ANP",
        f"{WORDS} - Foto di Ola Brandt",
        f"{WORDS} / Φωτ. Ola Brandt",
    ],
)
def test_a_line_with_its_credit(line: str) -> None:
    ((words, credit),) = read_captions(line)
    assert words == WORDS
    assert credit is not None
    assert "Ola Brandt" in credit
