"""NewsML-G2: items with text are records; pictures, packages and cancelled items are named in quarantine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all, read_records, read_reject

from tasks.formats.newsml_g2 import NEWSML_G2
from tasks.formats.record import Record, Reject

SPACE = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
NITF_BODY = "<inlineXML><nitf><body><body.content><p>The pier opened.</p></body.content></body></nitf></inlineXML>"


def make_item(content: str = NITF_BODY, meta: str = "", about: str = "", kind: str = "text") -> str:
    return (
        f"<newsItem {SPACE} guid='v:1'><itemMeta><itemClass qcode='ninat:{kind}'/><firstCreated>2024-03-05T10:00:00Z"
        f"</firstCreated>{meta}</itemMeta><contentMeta><headline>Old pier opens</headline>{about}</contentMeta>"
        f"<contentSet>{content}</contentSet></newsItem>"
    )


CONTENTS = {
    "NITF": (NITF_BODY, "The pier opened."),
    "XHTML": (
        "<inlineXML><html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body><p>The <b>pier</b> "
        "opened.</p><p>It is free.</p></body></html></inlineXML>",
        "The pier opened.\n\nIt is free.",
    ),
    "XHTML with prefixes": (
        "<inlineXML><h:html xmlns:h='http://www.w3.org/1999/xhtml'><h:body><h:p>One.</h:p></h:body></h:html></inlineXML>",
        "One.",
    ),
    "several paragraphs in one element": (
        "<inlineXML><html><body><p>    Mar 5 - The pier\nopened.\n    It is free\nfor all.</p></body></html></inlineXML>",
        "Mar 5 - The pier opened.\n\nIt is free for all.",
    ),
    "notes for editors": (
        "<inlineXML><html><body><p>One.</p><section class='notepad public'><p>Two.</p></section></body></html></inlineXML>",
        "One.",
    ),
    "escaped HTML": ("<inlineData><![CDATA[<p>One.</p><p>Two.</p>]]></inlineData>", "One.\n\nTwo."),
    "plain text": ("<inlineData contenttype='text/plain'>One.\n\nTwo.</inlineData>", "One.\n\nTwo."),
    "the first with words": ("<inlineXML><html><body><p/></body></html></inlineXML>" + NITF_BODY, "The pier opened."),
}


@pytest.mark.parametrize(("content", "text"), CONTENTS.values(), ids=CONTENTS.keys())
def test_the_content_becomes_text(content: str, text: str) -> None:
    (found,) = read_records(NEWSML_G2.read, make_item(content))
    assert found.text == text
    assert found.uri == "a#0"


def test_metadata_becomes_columns() -> None:
    about = (
        "<headline role='hld:subHeadline'>Free for all</headline><by>By Nell Ashgrove, Harbour Writer</by>"
        "<creator><name>VRG</name></creator>"
    )
    (found,) = read_records(NEWSML_G2.read, make_item(about=about))
    assert (found.title, found.standfirst, found.authors) == ("Old pier opens", "Free for all", ("Nell Ashgrove",))
    assert found.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert found.record_id == "v:1"


REFUSED = {
    "cancelled": (make_item(meta="<pubStatus qcode='stat:canceled'/>"), "killed", "canceled"),
    "withheld": (make_item(meta="<pubStatus qcode='stat:withheld'/>"), "killed", "withheld"),
    "a kill in a note": (make_item(meta="<edNote>STORY KILL</edNote>"), "killed", ""),
    "a picture": (
        make_item("<remoteContent href='a.jpg'/>", kind="picture"),
        "unsupported_format",
        "NewsML-G2 picture",
    ),
    "no body": (make_item("<inlineData/>"), "empty", "no body"),
    "a package": (
        f"<packageItem {SPACE} guid='v:2'><itemMeta/><groupSet/></packageItem>",
        "unsupported_format",
        "NewsML-G2 packageItem",
    ),
    "a message without items": (f"<newsMessage {SPACE}><header/></newsMessage>", "empty", "without items"),
}


@pytest.mark.parametrize(("content", "reason", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_article_is_named(content: str, reason: str, words: str) -> None:
    found = read_reject(NEWSML_G2.read, content)
    assert found.reason == reason
    assert words in found.detail


def test_a_message_has_a_row_for_every_item() -> None:
    killed = make_item(meta="<pubStatus qcode='stat:canceled'/>")
    found = read_all(
        NEWSML_G2.read, f"<newsMessage {SPACE}><itemSet>{make_item()}{killed}{make_item()}</itemSet></newsMessage>"
    )
    assert [type(item) for item in found] == [Record, Reject, Record]
    assert [item.uri for item in found] == ["a#0", "a#1", "a#2"]


def test_an_embargo_is_a_flag() -> None:
    (found,) = read_records(NEWSML_G2.read, make_item(meta="<embargoed>2024-03-06T00:00:00Z</embargoed>"))
    assert found.flags == ("embargoed",)
