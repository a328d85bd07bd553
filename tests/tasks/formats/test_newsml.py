"""NewsML 1: items with components in NITF, XHTML or text; pictures alone are named in quarantine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records, read_reject

from tasks.formats.newsml import NEWSML

NITF_BODY = "<nitf><body><body.content><p>The pier opened.</p></body.content></body></nitf>"


def make_newsml(data: str = NITF_BODY, management: str = "", more: str = "", kind: str = "Text") -> str:
    return (
        "<?xml version='1.0'?><!DOCTYPE NewsML SYSTEM 'NewsML_1.2.dtd' [<!ENTITY % nitf SYSTEM 'x'> %nitf; ]><NewsML><NewsItem>"
        "<Identification><NewsIdentifier><NewsItemId>v1</NewsItemId></NewsIdentifier></Identification><NewsManagement>"
        f"<FirstCreated>20240305T100000Z</FirstCreated>{management}</NewsManagement><NewsComponent><NewsLines><HeadLine>Old pier "
        "opens</HeadLine><ByLine>Nell Ashgrove</ByLine></NewsLines><NewsComponent><Role FormalName='Main'/><ContentItem>"
        f"<MediaType FormalName='{kind}'/><DataContent>{data}</DataContent></ContentItem></NewsComponent>{more}</NewsComponent>"
        "</NewsItem></NewsML>"
    )


DATA = {
    "NITF": (NITF_BODY, "The pier opened."),
    "content of NITF alone": ("<body.content><p>One.</p></body.content>", "One."),
    "paragraphs": ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    "NITF elements": ("<media><media-caption>The pier.</media-caption></media><p>One.</p>", "The pier.\n\nOne."),
    "XHTML": ("<html><body><p>One.</p></body></html>", "One."),
    "text": ("One.\n\nTwo.", "One.\n\nTwo."),
}


@pytest.mark.parametrize(("data", "text"), DATA.values(), ids=DATA.keys())
def test_an_item_is_a_record(data: str, text: str) -> None:
    (found,) = read_records(NEWSML.read, make_newsml(data))
    assert found.text == text
    assert (found.title, found.authors, found.record_id) == ("Old pier opens", ("Nell Ashgrove",), "v1")
    assert found.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_the_caption_of_a_picture_is_a_line_with_a_role() -> None:
    more = (
        "<NewsComponent><Role FormalName='Caption'/><ContentItem><DataContent><p>The pier.</p></DataContent></ContentItem>"
        "</NewsComponent>"
    )
    (found,) = read_records(NEWSML.read, make_newsml(more=more))
    assert found.text == "The pier opened.\n\nThe pier."
    assert found.markup == ((2, "caption"),)


REFUSED = {
    "cancelled": (make_newsml(management="<Status FormalName='Canceled'/>"), "killed"),
    "a picture": (make_newsml("", kind="Photo"), "unsupported_format"),
    "empty": (make_newsml(""), "empty"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_article_is_named(content: str, reason: str) -> None:
    assert read_reject(NEWSML.read, content).reason == reason


def test_an_embargo_is_a_flag() -> None:
    (found,) = read_records(NEWSML.read, make_newsml(management="<Status FormalName='Embargoed'/>"))
    assert found.flags == ("embargoed",)


def test_components_with_headlines_of_their_own_are_stories() -> None:
    story = (
        "<NewsComponent Duid='{0}'><NewsLines><HeadLine>{0}</HeadLine></NewsLines><ContentItem><DataContent><p>The {0} opened.</p>"
        "</DataContent></ContentItem></NewsComponent>"
    )
    content = f"<NewsML><NewsItem><NewsComponent>{story.format('Pier')}{story.format('Bridge')}</NewsComponent></NewsItem></NewsML>"
    first, second = read_records(NEWSML.read, content)
    assert (first.uri, first.title, first.text) == ("a#0", "Pier", "The Pier opened.")
    assert (second.uri, second.title, second.text) == ("a#1", "Bridge", "The Bridge opened.")
