"""XML of no family: articles by the names of their elements, or the name of the root in quarantine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_records, read_reject

from tasks.formats.plain_xml import XML

BODY = "The pier of Venn opened on Monday with a band."
ARTICLES = {
    "one article": f"<article><title>Old pier opens</title><date>2024-03-05</date><body>{BODY}</body></article>",
    "several, in other cases": (
        f"<Export><Items><Item><Headline>Old pier opens</Headline><pub-date>2024-03-05</pub-date><BodyText><p>{BODY}</p></BodyText>"
        "</Item></Items></Export>"
    ),
    "escaped HTML": (
        f"<list><news><headline>Old pier opens</headline><PublishDate>2024-03-05</PublishDate><content>&lt;P&gt;{BODY}&lt;/P&gt;"
        "</content></news></list>"
    ),
    "attributes": (
        f"<newsitem itemid='1' date='2024-03-05'><title>VENN: pier</title><headline>Old pier opens</headline><text><p>{BODY}</p></text>"
        "</newsitem>"
    ),
}


@pytest.mark.parametrize("content", ARTICLES.values(), ids=ARTICLES.keys())
def test_an_element_with_headline_and_body_is_a_record(content: str) -> None:
    (found,) = read_records(XML.read, f"<?xml version='1.0'?>{content}")
    assert (found.title, found.text) == ("Old pier opens", BODY)
    assert found.published_at == datetime(2024, 3, 5, tzinfo=UTC)


OTHERS = {
    "a catalogue": "<catalogue><ship><name>Ada</name></ship></catalogue>",
    "an error": "<Error><Code>NoSuchKey</Code></Error>",
    "a headline alone": "<article><title>Old pier opens</title><abstract>Venn.</abstract></article>",
    "a short body": "<article><title>Old pier opens</title><body>x</body></article>",
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS.keys())
def test_other_xml_is_named(content: str) -> None:
    found = read_reject(XML.read, content)
    assert found.reason == "unsupported_format"
    assert found.detail.startswith(f"XML <{content[1:].partition('>')[0]}>: ")


def test_a_family_is_found_by_the_root() -> None:
    long = f"<?xml version='1.0'?><!--{'x' * 9_000}-->"
    body = f"<nitf><body><body.content><p>{BODY}</p></body.content></body></nitf>"
    (found,) = read_records(XML.read, long + body)
    assert (found.uri, found.text) == ("a", BODY)
    assert read_records(XML.read, f"{long}<rss><channel><item><description>{BODY}</description></item></channel></rss>")


def test_what_is_taken_back_is_no_article() -> None:
    content = (
        f"<list><news><headline>Old pier</headline><content>{BODY}</content><Annuleret>true</Annuleret></news></list>"
    )
    assert read_reject(XML.read, content).reason == "killed"
