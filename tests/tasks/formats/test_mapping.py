"""Named fields become a record: picked by name, cleaned once."""

import pytest

from tasks.batch import Fields
from tasks.formats.mapping import make_record
from tasks.formats.record import Record


def record_of(**value: object) -> Record:
    found = make_record({"text": "It sails.", **value}, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Record), found
    return found


TEXTS = {
    "paragraphs": ("<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo & three.", ";html-rendered"),
    "breaks": ("One.<br>Two.", "One.\nTwo.", ";html-rendered"),
    "entities": (
        "The mayor&#8217;s words &amp; deeds.\n\nTwo.",
        "The mayor’s words & deeds.\n\nTwo.",
        ";entities-resolved",
    ),
    "plain": ("One: a < b & c > d, AT&T; R&D.", "One: a < b & c > d, AT&T; R&D.", ""),
}


@pytest.mark.parametrize(("given", "text", "repairs"), TEXTS.values(), ids=TEXTS.keys())
def test_markup_in_a_text_is_read(given: str, text: str, repairs: str) -> None:
    found = record_of(text=given)
    assert (found.text, found.encoding) == (text, "utf-8" + repairs)


def test_a_page_in_a_text_is_read_as_a_page() -> None:
    words = "The ferry sails again on Monday, the harbour board said, and the pier will be open by noon."
    page = f"<!doctype html><html><head><title>Ferry</title></head><body><nav>Home</nav><article><p>{words}</p><p>{words[::-1]}</p>"
    found = record_of(text=page)
    assert words in found.text
    assert "Home" not in found.text


def test_captions_in_a_text_are_named() -> None:
    found = record_of(text="<p>It sails.</p><figure><img src=a><figcaption>The pier.</figcaption></figure>")
    assert found.markup == ((2, "caption"),)


def test_markup_in_a_title_is_read() -> None:
    assert record_of(title="Pier &amp; <em>boats</em>").title == "Pier & boats"
