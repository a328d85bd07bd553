"""NITF: its head becomes columns, its body text, and what the agency takes back no article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records, read_reject

from tasks.formats.nitf import NITF

HEAD = "<hl1>Old pier opens</hl1>"
BODY = "<p>The pier of Venn opened on Monday.</p><p>It is free.</p>"


def make_nitf(body: str = BODY, head: str = HEAD, docdata: str = "", status: str = "", end: str = "") -> str:
    return (
        f"<?xml version='1.0'?><nitf><head><title>pier</title><docdata {status}>{docdata}</docdata></head>"
        f"<body><body.head>{head}</body.head><body.content>{body}</body.content>{end}</body></nitf>"
    )


def test_the_head_becomes_columns() -> None:
    head = (
        "<hedline><hl1>Old pier opens</hl1><hl2>Free for all</hl2></hedline><note><body.content><p>For editors</p>"
        "</body.content></note><byline>By <person>NELL ASHGROVE</person> and Bo Day<byttl>Harbour Writer</byttl></byline>"
        "<abstract>Venn has a pier again.</abstract>"
    )
    data = '<doc-id id-string="v1"/><date.release norm="YYYYMMDD"/><date.issue norm="20240305T101500+0100"/>'
    (found,) = read_records(NITF.read, make_nitf(head=head, docdata=data))
    assert found.uri == "a"
    assert found.title == "Old pier opens"
    assert found.standfirst == "Venn has a pier again."
    assert found.authors == ("Nell Ashgrove", "Bo Day")
    assert found.published_at == datetime(2024, 3, 5, 9, 15, tzinfo=UTC)
    assert found.record_id == "v1"
    assert found.text == "The pier of Venn opened on Monday.\n\nIt is free."


BODIES = {
    "breaks at the width of a terminal": (
        "<p>   The pier of Venn, which had been closed for ten years,<br/>opened on Monday with a band.</p>",
        "The pier of Venn, which had been closed for ten years, opened on Monday with a band.",
    ),
    "other breaks": ("<p>Venn 2<br/>Larkhaven 1</p>", "Venn 2\nLarkhaven 1"),
    "words in elements": (
        "<p>In <location>Venn</location>, <person>Bo  Day</person> sang.</p>",
        "In Venn, Bo Day sang.",
    ),
    "a heading, a list": ("<hl2>Prices</hl2><ul><li>One crown</li><li>Two</li></ul>", "Prices\n- One crown\n- Two"),
    "a table": ("<table><tr><td>Venn</td><td>2</td></tr><tr><td/><td>x</td></tr></table>", "Venn | 2\n\nx"),
    "blocks": ("<block id='Main'><p>One.</p><block><p>Two.</p></block></block>", "One.\n\nTwo."),
    "no paragraphs": ("Bo <em>sang</em> twice.", "Bo sang twice."),
    "text between paragraphs": ("One.\n\nTwo.<p>Three.</p>", "One.\n\nTwo.\n\nThree."),
    "HTML as text": ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\n\nTwo."),
    "lines with indents in one paragraph": ("<p>\n    One\nmore.\n    Two\nmore.</p>", "One more.\n\nTwo more."),
    "lines with the indent of the file": ("<p>One\n\t\tmore.\n\t\tAnd more.</p>", "One more. And more."),
    "the agency's sign-off": ("<p>One.</p><p>ab/cd</p><p>ends</p>", "One."),
    "codes of a table": ("<p class='table-code'>[t01x2]</p><p>One.</p>", "One."),
    "a part for editors": ("<p>One.</p><p># dpa-Notizblock</p><p>Two.</p>", "One."),
    "notes to editors": ("<p>One.</p><note><p>Eds: two.</p></note>", "One."),
}


@pytest.mark.parametrize(("body", "text"), BODIES.values(), ids=BODIES.keys())
def test_the_body_becomes_text(body: str, text: str) -> None:
    (found,) = read_records(NITF.read, make_nitf(body))
    assert found.text == text


def test_captions_and_credits_are_lines_with_a_role() -> None:
    media = (
        "<media media-type='image'><media-reference source='a.jpg'/><media-caption>The pier on Monday.</media-caption>"
        "<media-producer>Mara Quist</media-producer></media>"
    )
    (found,) = read_records(NITF.read, make_nitf(f"<p>One.</p>{media}<p>Two.</p>"))
    assert found.text == "One.\n\nThe pier on Monday.\nMara Quist\n\nTwo."
    assert found.markup == ((2, "caption"), (3, "credit"))


def test_the_address_of_an_editor_is_no_text() -> None:
    (found,) = read_records(NITF.read, make_nitf(end="<body.end><tagline>bo@venn.example</tagline></body.end>"))
    assert found.text.endswith("It is free.")


def test_the_tagline_ends_the_text() -> None:
    (found,) = read_records(NITF.read, make_nitf(end="<body.end><tagline>Bo Day helped.</tagline></body.end>"))
    assert found.text.endswith("It is free.\n\nBo Day helped.")


KILLED = {
    "cancelled": make_nitf(status="management-status='canceled'"),
    "withheld": make_nitf(status="management-status='withheld'"),
    "a kill in the headline": make_nitf(head="<hl1>MANDATORY KILL: Old pier opens</hl1>"),
    "a kill in a note": make_nitf(docdata="<ed-msg info='KILL - story is wrong'/>"),
}


@pytest.mark.parametrize("content", KILLED.values(), ids=KILLED.keys())
def test_what_is_taken_back_is_no_article(content: str) -> None:
    found = read_reject(NITF.read, content)
    assert found.reason == "killed"
    assert found.title


def test_the_update_that_replaces_another_document_is_an_article() -> None:
    status = "management-status='canceled' management-doc-idref='v0'"
    assert read_records(NITF.read, make_nitf(status=status, docdata="<doc-id id-string='v1'/>"))


FLAGGED = {
    "by its status": make_nitf(status="management-status='embargoed'"),
    "by a note": make_nitf(docdata="<ed-msg info='EMBARGOED until 0600 GMT'/>"),
}


@pytest.mark.parametrize("content", FLAGGED.values(), ids=FLAGGED.keys())
def test_an_embargo_is_a_flag(content: str) -> None:
    (found,) = read_records(NITF.read, content)
    assert found.flags == ("embargoed",)


def test_a_document_without_a_body_is_empty() -> None:
    assert read_reject(NITF.read, make_nitf(body="<p/>")).reason == "empty"


def test_it_is_recognised_by_its_root() -> None:
    assert NITF.recognise(b"<?xml version='1.0'?>\n<!-- x -->\n<nitf><head>")
    assert not NITF.recognise(b"<?xml version='1.0'?><nitfs>")
