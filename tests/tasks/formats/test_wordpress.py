"""Exports of WordPress: posts that were published are articles; codes in brackets are no text."""

from __future__ import annotations

import pytest
from builders.read_bytes import read_records, read_reject

from tasks.formats.feeds import FEED
from tasks.formats.wordpress import replace_shortcodes

WXR = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel><wp:author>'
    "<wp:author_login>na</wp:author_login><wp:author_display_name>Nell Ashgrove</wp:author_display_name></wp:author><item>"
    "<title>Old pier opens</title><dc:creator>na</dc:creator><content:encoded><![CDATA[{body}]]></content:encoded>"
    "<excerpt:encoded>Free for all.</excerpt:encoded><wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status></item>"
    "</channel></rss>"
)
BODY = "The pier of Venn opened.\n\n<!-- wp:paragraph -->It is <em>free</em>.\n\nBo Day sang."


def test_a_post_is_a_record() -> None:
    (found,) = read_records(FEED.read, WXR.format(body=BODY, kind="post", status="publish"))
    assert found.text == "The pier of Venn opened.\n\nIt is free.\n\nBo Day sang."
    assert (found.authors, found.standfirst) == (("Nell Ashgrove",), "Free for all.")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("page", "publish"),
        ("attachment", "inherit"),
        ("nav_menu_item", "publish"),
        ("post", "draft"),
        ("post", "private"),
    ],
)
def test_other_items_are_no_articles(kind: str, status: str) -> None:
    found = read_reject(FEED.read, WXR.format(body=BODY, kind=kind, status=status))
    assert found.reason == "no_article"
    assert found.detail.startswith("WordPress")


CODES = {
    "a gallery": ('One. [gallery ids="1,2"] Two.', "One.  Two."),
    "a drop cap": ("[dropcap]O[/dropcap]ne.", "One."),
    "a code with values around words": ('[quote by="Bo Day"]One.[/quote]', "One."),
    "words in brackets": ("He said [sic] that [the pier] opened [...].", "He said [sic] that [the pier] opened [...]."),
    "a caption": (
        '[caption id="x"]<a href="b"><img src="b"/></a> The pier.[/caption]',
        '<figure><a href="b"><img src="b"/></a> <figcaption>The pier.</figcaption></figure>',
    ),
}


@pytest.mark.parametrize(("html", "result"), CODES.values(), ids=CODES.keys())
def test_codes_are_replaced(html: str, result: str) -> None:
    assert replace_shortcodes(html) == result


def test_codes_are_replaced_in_time_that_grows_with_the_text() -> None:
    for piece in ("[caption a", "[a b=", "[/a]", "[a b='c'", "<img "):
        replace_shortcodes(piece * 20_000)
