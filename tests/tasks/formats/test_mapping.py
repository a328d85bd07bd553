"""Named fields become a record: picked by name, cleaned once."""

from datetime import UTC, datetime

import pytest

from tasks.batch import Fields
from tasks.formats.mapping import make_record
from tasks.formats.record import Record, Reject


def record_of(**value: object) -> Record:
    found = make_record({"text": "It sails.", **value}, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Record), found
    return found


TEXTS = {
    "paragraphs": ("<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo & three.", ";html-rendered"),
    "Markdown": ("It **sails**, says [it](https://a.example/b).", "It sails, says it.", ";markdown-rendered"),
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


PIECES = {
    "strings": (["One.", " ", "Two."], "One.\n\nTwo.", ()),
    "objects": ([{"text": "One."}, {"content": "<b>Two</b> &amp; three."}], "One.\n\nTwo & three.", ()),
    "a section": ({"sections": [{"headline": ["H"], "paragraphs": ["One.", "Two."]}]}, "H\n\nOne.\n\nTwo.", ()),
    "an editor's tree": (
        {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"text": "On"}, {"text": "e."}]},
                {"type": "p", "text": "Two."},
            ],
        },
        "One.\n\nTwo.",
        (),
    ),
    "a picture": (
        [
            {"type": "image", "caption": "The pier.", "credits": {"by": [{"name": "Ann Lee"}]}},
            {"type": "text", "content": "One."},
        ],
        "The pier.\nAnn Lee\n\nOne.",
        ((0, "caption"), (1, "credit")),
    ),
}


@pytest.mark.parametrize(("given", "text", "markup"), PIECES.values(), ids=PIECES.keys())
def test_a_text_in_pieces_is_joined(given: object, text: str, markup: tuple[tuple[int, str], ...]) -> None:
    found = record_of(text=given)
    assert (found.text, found.markup) == (text, markup)


def test_a_text_that_a_service_cut_is_flagged() -> None:
    found = record_of(text="It sails at no… [+1234 chars]")
    assert (found.text, found.flags) == ("It sails at no", ("truncated",))


@pytest.mark.parametrize("text", ["[Removed]", "ONLY AVAILABLE IN PAID PLANS", "nan", "N/A"])
def test_what_is_given_in_the_place_of_an_article_is_none(text: str) -> None:
    found = make_record({"title": "Ferry", "text": text}, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Reject)
    assert found.reason == "no_text"


NAMES = {
    "capitals": {
        "TITLE": "Ferry",
        "Text": "It sails.",
        "PUB_DATE": "2024-05-01",
        "AUTHOR": "Ann Lee",
        "URL": "https://h.example/1",
    },
    "camels": {
        "headline": "Ferry",
        "bodyText": "It sails.",
        "publishedAt": "2024-05-01",
        "author": "Ann Lee",
        "webUrl": "https://h.example/1",
    },
    "dots in names": {
        "title": "Ferry",
        "text": "It sails.",
        "published.at": "2024-05-01",
        "author": "Ann Lee",
        "url": "https://h.example/1",
    },
    "nan before a value": {
        "title": "nan",
        "headline": "Ferry",
        "text": "None",
        "body": "It sails.",
        "date": "nan",
        "pub_date": "2024-05-01",
        "authors": "nan",
        "author": "Ann Lee",
        "url": "https://h.example/1",
    },
}


@pytest.mark.parametrize("value", NAMES.values(), ids=NAMES.keys())
def test_names_of_fields_are_known_in_every_style(value: dict[str, object]) -> None:
    found = make_record(value, Fields(), "f#0", "utf-8", "")
    assert isinstance(found, Record)
    assert (found.title, found.text, found.published_at, found.authors, found.url) == (
        "Ferry",
        "It sails.",
        datetime(2024, 5, 1, tzinfo=UTC),
        ("Ann Lee",),
        "https://h.example/1",
    )


def test_the_names_of_a_source_come_alone() -> None:
    value = {"text": "No.", "meta": {"Words": ["It", "sails."]}, "title": "Ferry"}
    found = make_record(value, Fields(text=("meta.words",), title=("headline",)), "f#0", "utf-8", "")
    assert isinstance(found, Record)
    assert (found.text, found.title) == ("It\n\nsails.", None)


def test_captions_in_a_text_are_named() -> None:
    found = record_of(text="<p>It sails.</p><figure><img src=a><figcaption>The pier.</figcaption></figure>")
    assert found.markup == ((2, "caption"),)


def test_markup_in_a_title_is_read() -> None:
    assert record_of(title="Pier &amp; <em>boats</em>").title == "Pier & boats"
