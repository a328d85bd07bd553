"""Markup written out in plain text: HTML, character references, Markdown.

Each is read as what it means, where it certainly is markup.
"""

import re
from dataclasses import dataclass

from tasks.formats.fragment import render_fragment
from tasks.formats.markdown import is_markdown, render_markdown
from tasks.formats.record import Markup, canonicalize
from tasks.formats.values import TAGS, has_tags, resolve_entities

# A tag that a sentence speaks of stands between blanks or quotes; one that marks up text touches it, or begins or ends a line.
TAG = rf"</?(?:{TAGS})(?:\s[^<>]{{0,2000}})?/?>"
TOUCHING = re.compile(rf"(?im)[\w.,;:!?\"”’)&]{TAG}|{TAG}[\w“\"‘(&]|^[ \t]*{TAG}|{TAG}[ \t]*$")
STRAY = re.compile(rf"(?i)<(?!/?(?:{TAGS})(?:\s[^<>]{{0,2000}})?/?>|!--|!\[CDATA\[)")
BLOCKS = (
    "p|div|br|hr|li|ul|ol|h[1-6]|tr|td|table|tbody|blockquote|figure|figcaption|section|article|main|body|html|head|header"
    "|footer"
)
BLOCK_END = re.compile(rf"(?i)</?(?:{BLOCKS})(?:\s[^<>]{{0,2000}})?/?>\s*$")
BLOCK_START = re.compile(rf"(?i)^\s*</?(?:{BLOCKS})(?:\s[^<>]{{0,2000}})?/?>")
ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?")
START_CHARS = 2000
SOURCE_SHARE = 0.5  # of the lines begin or end with a block: line ends are those of HTML source, and mean nothing


@dataclass(frozen=True)
class MarkedText:
    """`text` without markup; `markup`: roles of its lines; `title`: the heading that names the text; `repairs`: what was done.

    `url`: the address on its first line.
    """

    text: str
    markup: Markup = ()
    title: str | None = None
    repairs: str = ""
    url: str | None = None


def read_marked_text(text: str, *, is_declared: bool = False) -> MarkedText:
    """The text that a plain text with markup in it stands for. `is_declared`: its name says that it is Markdown.

    >>> read_marked_text("The pier &amp; the boat<br>By Mara Quist").text
    'The pier & the boat\\nBy Mara Quist'
    >>> read_marked_text("If a < b, use *p; R&D says #pier").repairs
    ''
    """
    markup: Markup = ()
    repairs = ""
    if holds_html(text):
        text, markup = render_lines(text)
        repairs = ";html-rendered"
    elif "&" in text and (plain := resolve_entities(text)) != text:
        text, repairs = plain, ";entities-resolved"
        if holds_html(text):  # escaped twice
            text, markup = render_lines(text)
    title = None
    if is_declared or is_markdown(text):
        text = canonicalize(text)
        rendered, own, title = render_markdown(text)
        if rendered != text:
            text, repairs = rendered, repairs + ";markdown-rendered"
            markup = tuple(sorted(dict([*own, *markup]).items()))
    number, url = find_first_address(text)
    if url and not dict(markup).get(number):
        markup = ((number, "link"), *markup)
    return MarkedText(text, markup, title, repairs, url)


def find_first_address(text: str) -> tuple[int, str | None]:
    """The number of the first line that is not blank, and the web address that it is, with more lines below it.

    >>> find_first_address("\\n https://courier.example/pier \\nThe pier")
    (1, 'https://courier.example/pier')
    """
    start = text[:START_CHARS].lstrip()
    line, _, rest = start.partition("\n")
    is_address = rest.strip() and ADDRESS.fullmatch(line.strip())
    return canonicalize(text[: len(text[:START_CHARS]) - len(start)]).count("\n"), line.strip() if is_address else None


def holds_html(text: str) -> bool:
    """Whether a text has HTML in it that marks it up, and is not only spoken of.

    >>> holds_html("<b>Pier</b> opens"), holds_html("The <br> tag ends a line, and </p> a paragraph.")
    (True, False)
    """
    return has_tags(text) and TOUCHING.search(text) is not None


def render_lines(text: str) -> tuple[str, Markup]:
    """The text of HTML in which line ends may be meant; as `render_fragment`. What only looks like a tag stays."""
    html = STRAY.sub("&lt;", canonicalize(text))
    lines = html.split("\n")
    full = [line for line in lines if line]
    blocks = sum(bool(BLOCK_START.search(line) or BLOCK_END.search(line)) for line in full)
    if blocks < SOURCE_SHARE * len(full):
        ends = [
            "\n" if not line or not below or BLOCK_END.search(line) else "<br>\n"
            for line, below in zip(lines, [*lines[1:], ""], strict=True)
        ]
        html = "".join(line + end for line, end in zip(lines, ends, strict=True))
    return render_fragment(html)
