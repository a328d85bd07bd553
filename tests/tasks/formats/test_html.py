"""Pages: their article, what they say about themselves, their charset."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.batch import Fields, Limits
from tasks.formats.html import META_CHARSET, excerpt_page, read_page
from tasks.formats.jsonl import read_jsonl
from tasks.formats.record import Found, ReadContext, Record, Reject

NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


PARAGRAPHS = [
    f"The {name} bridge will stay closed until the end of the year, the city's engineers said, since its cables are worn and a "
    f"repair takes longer than anyone had thought when {name} was inspected."
    for name in ("northern", "southern", "railway", "harbour")
]
LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "name": "x"},
        {
            "@type": ["NewsArticle"],
            "headline": "Four bridges &amp; a harbour",
            "description": "Closed until winter.",
            "datePublished": "2024-05-01T14:00:00+02:00",
            "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Day"}],
            "publisher": {"@type": "Organization", "name": "The Gazette"},
        },
    ],
}


def page(head: str = "", body: str | None = None) -> str:
    paragraphs = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    body = body if body is not None else f"<article><h1>Four bridges</h1>{paragraphs}</article>"
    menu = "".join(f'<li><a href="/{n}">Menu {n}</a></li>' for n in range(8))
    return f"<!DOCTYPE html><html><head><title>Four bridges | Gazette</title>{head}</head><body><nav><ul>{menu}</ul></nav>{body}</body></html>"


def read(html: str, encoding: str = "utf-8", declared: str | None = None, url: str | None = None) -> Found:
    return read_page(html.encode(encoding), "f", declared, url)


def test_a_page_gives_its_article_and_what_it_says_about_itself() -> None:
    linked = f'<script type="application/ld+json">{json.dumps(LINKED)}</script>'
    lead = "".join(f"<p>{words}</p>" for words in ("Closed until winter.", *PARAGRAPHS))
    head = linked + '<link rel="canonical" href="https://www.example.com/bridges">'
    found = read(page(head, f"<article><h1>Four bridges</h1>{lead}</article>"))
    assert isinstance(found, Record)
    assert [line for line in found.text.split("\n") if line in PARAGRAPHS] == PARAGRAPHS
    assert "Menu 3" not in found.text
    assert found.title == "Four bridges & a harbour"
    assert (found.standfirst, found.authors) == ("Closed until winter.", ("Ann Lee", "Bo Day"))
    assert (found.published_at, found.url, found.publisher) == (NOON, "https://www.example.com/bridges", "The Gazette")


def test_meta_tags_serve_where_there_is_no_linked_data() -> None:
    head = (
        '<meta property="og:title" content="Bridges"><meta name="author" content="Ann Lee">'
        '<meta property="article:published_time" content="2024-05-01T12:00:00Z"><meta property="og:site_name" content="Gazette">'
        '<script type="application/ld+json">{broken</script><meta name="description" content="Closed.">'
    )
    lead = "".join(f"<p>{words}</p>" for words in ("Closed.", *PARAGRAPHS))
    found = read(page(head, f"<article><h1>Four bridges</h1>{lead}</article>"))
    assert isinstance(found, Record)
    assert (found.title, found.authors, found.published_at) == ("Bridges", ("Ann Lee",), NOON)
    assert (found.publisher, found.standfirst) == ("Gazette", "Closed.")


def test_reading_a_page_twice_gives_the_same() -> None:
    assert read(page()) == read(page())


CHARSETS = {
    "meta": ('<meta charset="windows-1251">', "cp1251", None, "cp1251"),
    "meta, old": ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r", None, "koi8-r"),
    "header": ("", "cp1251", "windows-1251", "cp1251"),
    "byte order mark": ("", "utf-8-sig", None, "utf-8-sig"),
    "UTF-16": ("", "utf-16", None, "utf-16-le"),
    "a lie": ('<meta charset="iso-8859-5">', "utf-8", None, "utf-8"),
    "none": ("", "cp1251", None, "cp1251"),
}


@pytest.mark.parametrize(("head", "encoding", "declared", "name"), CHARSETS.values(), ids=CHARSETS.keys())
def test_the_charset_of_a_page(head: str, encoding: str, declared: str | None, name: str) -> None:
    words = "Власти города объявили, что мост через реку будет закрыт на ремонт до конца года, сообщает издание."
    found = read(page(head, f"<article>{f'<p>{words}</p>' * 3}</article>"), encoding, declared)
    assert isinstance(found, Record)
    assert words in found.text
    assert found.encoding == name


def test_mojibake_in_a_page_is_put_right_in_its_text() -> None:
    found = read(
        page(body=f"<article><p>Itâ€™s closed.</p>{''.join(f'<p>{words}</p>' for words in PARAGRAPHS)}</article>")
    )
    assert isinstance(found, Record)
    assert "It’s closed." in found.text
    assert found.encoding == "utf-8;mojibake-fixed"


NO_ARTICLE = {
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "a shell": ("<html><body><div id=app></div></body></html>", "no_article"),
    "no body": ("<html><head><title>x</title></head></html>", "no_article"),
    "tags without end": ("<div>" * 20_000, "no_article"),
}


@pytest.mark.parametrize(("html", "reason"), NO_ARTICLE.values(), ids=NO_ARTICLE.keys())
def test_a_page_without_an_article_is_a_reject(html: str, reason: str) -> None:
    found = read(html)
    assert isinstance(found, Reject)
    assert found.reason == reason


def test_a_charset_is_found_in_linear_time() -> None:
    assert META_CHARSET.search(b"<meta" * 40 + b" charset=" + b" " * 100_000) is None
    assert META_CHARSET.findall(b'<meta charset =  " utf-8 ">') == [b"utf-8"]


def test_a_record_with_html_and_no_text_is_read_as_a_page() -> None:
    line = json.dumps({"id": 1, "title": "Own title", "html": page(), "text": ""}).encode()
    (found,) = read_jsonl(iter([line]), ReadContext("f", Fields(), Limits()))
    assert isinstance(found, Record)
    assert PARAGRAPHS[0] in found.text
    assert (found.title, found.record_id, found.uri) == ("Own title", "1", "f#0")


@pytest.mark.parametrize(("pad", "name"), [(3_900, "koi8-r"), (4_100, "koi8_u")], ids=["declared", "guessed"])
def test_a_charset_counts_in_the_first_4096_bytes(pad: int, name: str) -> None:
    words = "Власти города объявили, что мост через реку будет закрыт на ремонт до конца года, сообщает издание."
    head = f"<!-- {'x' * pad} --><meta charset='koi8-r'>"
    raw = f"<html><head>{head}</head><body><article>{f'<p>{words}</p>' * 3}</article></body></html>".encode("koi8-r")
    assert read_page(raw, "f", None, None).encoding == name


@pytest.mark.parametrize(("depth", "title"), [(3, "Deep"), (4, "Four bridges")])
def test_an_article_counts_three_objects_deep(depth: int, title: str) -> None:
    linked: dict[str, Any] = {"@type": "NewsArticle", "headline": "Deep"}
    for _ in range(depth):
        linked = {"mainEntity": linked}
    found = read(page(f'<script type="application/ld+json">{json.dumps(linked)}</script>'))
    assert found.title == title


@pytest.mark.parametrize(("count", "end"), [(8_100, "x last"), (8_300, "x x")], ids=["in it", "beyond"])
def test_an_excerpt_has_the_top_of_a_page(count: int, end: str) -> None:
    words = excerpt_page(f"<html><body>{'<p>x</p>' * count}<p>last</p>")
    assert words
    assert words.endswith(end)
