"""Words right above a credit are a caption in texts without blank lines, and at the head of a page's article."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, clean_text, clean_texts
from builders.pages import FOOTER, HEADLINE, MENU, PARAGRAPHS

from tasks.cleaning.caption_above_credit import name_captions_above_credits
from tasks.cleaning.captions import merge_captions

WORDS = "A deckhand polishes the bell of the ferry at the quay of Osterholm"


def read_captions(*between: str) -> list[str]:
    """The captions of an article without blank lines, with some lines between its paragraphs."""
    named = name_captions_above_credits(
        clean_text("\n".join(["Last ferry leaves", "By Mara Quist", P1, *between, P2, P3]))
    )
    return named.filter(pl.col("role") == "caption")["text"].to_list()


@pytest.mark.parametrize(
    "credit", ["Getty Images", "Image: Ola Brandt", "REUTERS", "picture alliance/dpa | Ola Brandt"]
)
def test_words_right_above_a_credit_are_a_caption(credit: str) -> None:
    assert read_captions(WORDS, credit) == [WORDS]
    assert read_captions(WORDS + ". File image", credit) == [WORDS + ". File image"]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param([WORDS + ".", "Getty Images"], id="sentence"),
        pytest.param([f"{WORDS}. Nobody else was there to see it", "Getty Images"], id="two-sentences"),
        pytest.param([WORDS[:39], "Getty Images"], id="39-wide"),
        pytest.param(["What Larkhaven Wants To Do With The Old Pier", "Getty Images"], id="capitals"),
        pytest.param([f"- {WORDS}", "Getty Images"], id="item"),
        pytest.param([f"{WORDS} {WORDS} {WORDS}"[:160], "Getty Images"], id="160-wide"),
        pytest.param([WORDS + ":", "Getty Images"], id="goes-on-with-a-colon"),
        pytest.param([WORDS, "Getty Images", "and the captain looks on from the bridge of his ship."], id="goes-on"),
        pytest.param([WORDS, "Osterholm is a town of 4,000 people by the sea"], id="no-credit"),
    ],
)
def test_sentences_and_headings_above_a_credit_stay(between: list[str]) -> None:
    assert read_captions(*between) == []


def test_what_the_page_model_cut_above_the_credit_of_the_head_is_a_caption() -> None:
    page = "\n".join(
        [MENU, HEADLINE, "5 May 2026", "Ola Brandt, mayor", "Photo: REUTERS/Ana Ruiz", *PARAGRAPHS, FOOTER]
    )
    cut = clean_texts(page)
    named = name_captions_above_credits(cut)
    assert cut.filter(text="Ola Brandt, mayor")["removed"].to_list() == [True]
    assert named.filter(pl.col("role") == "caption")["text"].to_list() == ["Ola Brandt, mayor"]
    assert merge_captions(cut)[1]["captions"].to_list()[0][0]["credit"] == "REUTERS/Ana Ruiz"
    button = clean_texts(page.replace("Ola Brandt, mayor", "Enlarge picture"))
    assert not (name_captions_above_credits(button)["role"] == "caption").any()
