"""Feeds as sites write them, the broken ones too: one record per item."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders.read_bytes import read_all, read_records

from tasks.batch import Fields, Limits
from tasks.formats.feeds import FEED
from tasks.formats.record import BrokenInputError, ReadContext, Record, Reject

RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Venn</title>{}'
    "</channel></rss>"
)
MOMENT = datetime(2024, 3, 5, 10, tzinfo=UTC)
ITEM = (
    "<item><title>Old pier &amp;amp; bridge open</title><link>https://venn.example/1</link><dc:creator>Nell Ashgrove</dc:creator>"
    "<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><description>Free for all.</description>"
    "<content:encoded><![CDATA[<p>The pier opened.</p><p>It is free.</p>]]></content:encoded></item>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Venn</title><entry><title type="html">Old &lt;i&gt;pier&lt;/i&gt; opens</title>'
    '<link rel="self" href="https://venn.example/x"/><link href="https://venn.example/1"/><author><name>Nell Ashgrove</name></author>'
    "<published>2024-03-05T10:00:00Z</published><updated>2024-03-06T10:00:00Z</updated>{}</entry></feed>"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Venn</title></channel><item><title>Old pier opens</title>'
    "<link>https://venn.example/1</link><dc:creator>Nell Ashgrove</dc:creator><dc:date>2024-03-05T10:00:00Z</dc:date>"
    "<description>The pier opened.</description></item></rdf:RDF>"
)


def test_an_item_of_rss_is_a_record() -> None:
    (found,) = read_records(FEED.read, RSS.format(ITEM))
    assert found.uri == "a#0"
    assert (found.title, found.url, found.authors) == (
        "Old pier & bridge open",
        "https://venn.example/1",
        ("Nell Ashgrove",),
    )
    assert (found.standfirst, found.published_at) == ("Free for all.", MOMENT)
    assert found.text == "The pier opened.\n\nIt is free."


OTHERS = {
    "Atom, escaped": ATOM.format('<content type="html">&lt;p&gt;The pier opened.&lt;/p&gt;</content>'),
    "Atom, XHTML": ATOM.format(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The pier opened.</p></div></content>'
    ),
    "Atom, text": ATOM.format('<content type="text">The pier opened.</content>'),
    "Atom, a summary only": ATOM.format("<summary>The pier opened.</summary>"),
    "RDF": RDF,
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS.keys())
def test_an_entry_of_another_feed_is_a_record(content: str) -> None:
    (found,) = read_records(FEED.read, content)
    assert found.text == "The pier opened."
    assert (found.title, found.url, found.authors) == ("Old pier opens", "https://venn.example/1", ("Nell Ashgrove",))
    assert (found.standfirst, found.published_at) == (None, MOMENT)


BROKEN = {
    "bare ampersand": ("<description>Fish & chips at the pier.</description>", "Fish & chips at the pier."),
    "entities of HTML": ("<description>The caf&eacute;&nbsp;opened.</description>", "The café opened."),
    "HTML that is not escaped": ("<description><p>One.</p><p>Two.</p></description>", "One.\n\nTwo."),
    "HTML that is not closed": ("<description><p>One.<p>Two.</description>", "One.\n\nTwo."),
    "control characters": ("<description>The \x0bpier\x02 opened.</description>", "The pier opened."),
    "prefix without a namespace": (
        "<foo:bar>x</foo:bar><description>The pier opened.</description>",
        "The pier opened.",
    ),
    "escaped twice": ("<description>&amp;lt;p&amp;gt;One.&amp;lt;/p&amp;gt;</description>", "One."),
}


@pytest.mark.parametrize(("inside", "text"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_feed_is_read(inside: str, text: str) -> None:
    (found,) = read_records(FEED.read, RSS.format(f"<item><title>Old pier</title>{inside}</item>"))
    assert found.text == text
    assert found.title == "Old pier"


def test_bytes_that_are_not_utf_8_are_decoded() -> None:
    raw = RSS.format(
        "<item><title>Caf\xe9</title><description>The \x93caf\xe9\x94 opened.</description></item>"
    ).encode("latin-1")
    (found,) = read_records(FEED.read, raw)
    assert (found.title, found.text) == ("Café", "The “café” opened.")


def test_a_cut_feed_keeps_the_items_that_are_whole() -> None:
    content = RSS.format(ITEM + ITEM).partition("</content:encoded></item></channel>")[0]
    items = FEED.read(iter([content.encode()]), ReadContext("a", Fields(), Limits()))
    assert isinstance(next(items), Record)
    with pytest.raises(BrokenInputError, match="not closed"):
        next(items)


AUTHORS = {
    "mail and name": ("<author>nell@venn.example (Nell Ashgrove)</author>", ("Nell Ashgrove",)),
    "a login": ("<dc:creator>admin</dc:creator>", ()),
    "a desk": ("<dc:creator>Venn Newsdesk</dc:creator>", ()),
    "two": ("<dc:creator>Nell Ashgrove and Bo Day</dc:creator>", ("Nell Ashgrove", "Bo Day")),
    "a pen name": ("<dc:creator>Colette</dc:creator>", ("Colette",)),
}


@pytest.mark.parametrize(("inside", "authors"), AUTHORS.values(), ids=AUTHORS.keys())
def test_authors_are_persons(inside: str, authors: tuple[str, ...]) -> None:
    (found,) = read_records(FEED.read, RSS.format(f"<item>{inside}<description>The pier opened.</description></item>"))
    assert found.authors == authors


def test_a_teaser_is_flagged() -> None:
    (found,) = read_records(
        FEED.read, RSS.format("<item><description>The pier opened and [&#8230;]</description></item>")
    )
    assert found.flags == ("truncated",)


def test_pictures_have_captions() -> None:
    media = (
        "<media:content medium='image'><media:description>The pier on Monday.</media:description>"
        "<media:credit>Mara Quist</media:credit></media:content>"
    )
    (found,) = read_records(FEED.read, RSS.format(f"<item><description>The pier opened.</description>{media}</item>"))
    assert found.text == "The pier on Monday.\nMara Quist\n\nThe pier opened."
    assert found.markup == ((0, "caption"), (1, "credit"))


def test_what_a_plugin_adds_is_a_link() -> None:
    body = "<p>One.</p><p>The post <a href='x'>Pier</a> appeared first on <a href='y'>Venn</a>.</p>"
    (found,) = read_records(FEED.read, RSS.format(f"<item><description><![CDATA[{body}]]></description></item>"))
    assert found.markup == ((2, "link"),)


def test_an_item_without_text_is_empty() -> None:
    found = read_all(FEED.read, RSS.format("<item><title>Old pier</title></item>" + ITEM))
    assert [type(item) for item in found] == [Reject, Record]
    assert isinstance(found[0], Reject)
    assert (found[0].reason, found[0].title) == ("empty", "Old pier")


def test_a_feed_without_items_is_empty() -> None:
    (found,) = read_all(FEED.read, RSS.format(""))
    assert isinstance(found, Reject)
    assert found.reason == "empty"
