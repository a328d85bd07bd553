"""Markup that is written out in plain text files."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.marked_text import read_marked_text

READ = {
    "breaks": ("Ferry stays<br><br>By Mara Quist<br/>It sails.", "Ferry stays\n\nBy Mara Quist\nIt sails."),
    "paragraphs": ("<p>It sails.</p><p>It stays.</p>", "It sails.\n\nIt stays."),
    "paragraphs on lines": ("<p>It\n  sails.</p>\n<p>It stays.</p>", "It sails.\n\nIt stays."),
    "one tag among lines": (
        "Ferry stays\nBy Mara Quist\n\nIt <b>sails</b>\non Monday\n\n<p>It stays.</p>",
        "Ferry stays\nBy Mara Quist\n\nIt sails\non Monday\n\nIt stays.",
    ),
    "an address in angle brackets": ("<b>Ask</b> Mara <mara@post.example>.", "Ask Mara <mara@post.example>."),
    "less than beside tags": ("<b>If</b> a < b and c <d", "If a < b and c <d"),
    "references": ("&ldquo;Pier &amp; boat&rdquo;&#8217;s &#x2014; R&D&nbsp;unit", "“Pier & boat”’s — R&D\xa0unit"),
    "escaped twice": ("&lt;p&gt;It sails.&lt;/p&gt;&lt;p&gt;It stays.&lt;/p&gt;", "It sails.\n\nIt stays."),
    "Markdown and HTML": ("**It** sails.<br>See [it](https://a.example).", "It sails.\nSee it."),
}


@pytest.mark.parametrize(("text", "plain"), READ.values(), ids=READ.keys())
def test_markup_is_read(text: str, plain: str) -> None:
    assert read_marked_text(text).text == plain


KEPT = [
    "If a < b and b > c, then a <= c.",
    "R&D at AT&T; see a.example/?a=1&copy=2",
    "The <br> tag ends a line, and the </p> tag a paragraph.",
    "Write to <mara@post.example>.",
    "#pier and #boats, 5* hotels, *p and 2 * 3",
    "I <3 the ferry",
    "<Larkhaven>",
    "# 1 on the list\n\nIt sails.",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_may_be_no_markup_stays(text: str) -> None:
    marked = read_marked_text(text)
    assert (marked.text, marked.markup, marked.title, marked.repairs) == (text, (), None, "")


def test_a_name_declares_markdown() -> None:
    marked = read_marked_text("# Ferry\n\nIt *sails*.", is_declared=True)
    assert (marked.text, marked.title, marked.repairs) == ("Ferry\n\nIt sails.", "Ferry", ";markdown-rendered")


def test_roles_of_html_and_of_markdown_refer_to_the_same_lines() -> None:
    html = "<figure><img src=a><figcaption>The pier at dusk</figcaption></figure>"
    marked = read_marked_text(f"{html}<p>It sails.</p><p>![The old ferry](https://a.example/f.jpg)</p>")
    assert marked.text == "The pier at dusk\n\nIt sails.\n\nThe old ferry"
    assert marked.markup == ((0, "caption"), (4, "caption"))


def test_an_address_on_the_first_line_is_that_of_the_text() -> None:
    marked = read_marked_text("\r\n https://courier.example/pier\r\nThe pier\r\n")
    assert (marked.url, marked.markup) == ("https://courier.example/pier", ((1, "link"),))
    for text in (
        "https://courier.example/pier",
        "The pier\nhttps://courier.example/pier",
        "https://a.example/b c\nThe pier",
    ):
        assert read_marked_text(text).url is None


@given(st.text(alphabet="ab <>/pbr&;l#39[]()!*\n", max_size=60))
def test_any_text_is_read(text: str) -> None:
    marked = read_marked_text(text)
    assert all(number < len(marked.text.split("\n")) for number, _ in marked.markup)


def test_the_cost_of_odd_texts_is_linear() -> None:
    began = time.process_time()
    for unit in ("<b", "<b ", "\n", "&amp", "<p>a", "a<br>", "</p>"):
        read_marked_text(unit * (100_000 // len(unit)) + "</b>a")
    assert time.process_time() - began < 20
