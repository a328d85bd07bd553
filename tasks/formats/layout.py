"""The layout of a page: its letters in one string, the stretch of them that each element covers, and lines that are links.

The extracted lines are found by their letters, so that lines, figures and links share one measure of position.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.values import parse_host

BETWEEN = re.compile(r"[\W_]+")
UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe"})
SURE_LETTERS = 25  # shorter lines can be on a page more than once
SOUGHT_LETTERS = 200  # the beginning of a line is enough to find it


@dataclass(frozen=True)
class Layout:
    """`letters` of the page's text without blanks and punctuation; `spans`: begin and end in them of every element."""

    letters: str
    spans: dict[Any, tuple[int, int]]


@dataclass(frozen=True)
class Anchor:
    """A line of the extracted text (its index) and its stretch of the page's letters."""

    line: int
    begin: int
    end: int


LINKED_SHARE = 0.8
STEPS = 3  # from the line's innermost element up to the list item or headline that it is
HOLDERS = frozenset({"li", "h2", "h3", "h4"})


def lay_out(tree: Any) -> Layout:
    """The layout of a parsed page. Scripts and the like have no letters."""
    body = next(tree.iter("body"), tree)
    parts: list[str] = []
    begins: dict[Any, int] = {}
    spans: dict[Any, tuple[int, int]] = {}
    at = hidden = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        unseen = is_unseen(element)
        if event == "start":
            begins[element] = at
            hidden += unseen
            text = element.text
        else:
            spans[element] = (begins[element], at)
            hidden -= unseen
            text = None if element is body else element.tail
        if text and not hidden:
            parts.append(keep_letters(text))
            at += len(parts[-1])
    return Layout("".join(parts), spans)


def is_unseen(element: Any) -> bool:
    """Whether the content of an element is not text."""
    return not isinstance(element.tag, str) or element.tag in UNSEEN


def keep_letters(text: str) -> str:
    """The letters and figures of a text.

    >>> keep_letters("Mill, left: 10 km?")
    'Millleft10km'
    """
    return BETWEEN.sub("", text)


def is_shown(layout: Layout, text: str) -> bool:
    """Whether an element of the page has the text `text` and nothing else."""
    letters = keep_letters(text)
    whole = set(layout.spans.values())
    at = layout.letters.find(letters) if letters else -1
    while at >= 0:
        if (at, at + len(letters)) in whole:
            return True
        at = layout.letters.find(letters, at + 1)
    return False


def find_anchors(layout: Layout, lines: Sequence[str]) -> list[Anchor]:
    """The lines that are found on the page, in the order of both; short lines are not searched."""
    anchors: list[Anchor] = []
    at = 0
    for number, line in enumerate(lines):
        letters = keep_letters(line)
        begin = layout.letters.find(letters[:SOUGHT_LETTERS], at) if len(letters) >= SURE_LETTERS else -1
        if begin >= 0:
            anchors.append(Anchor(number, begin, begin + len(letters)))
            at = begin + len(letters[:SOUGHT_LETTERS])
    return anchors


def find_teasers(
    lines: Sequence[str], anchors: Sequence[Anchor], tree: Any, layout: Layout, host: str | None
) -> list[int]:
    """Indices of the lines that are only a link to another page of the site `host`: teasers in lists, headlines.

    A link inside a paragraph, a bare address or a link to another site is none; an address without a host is the site's own.
    `anchors`: the positions of `lines` on the page `tree`.
    """
    links = [(*layout.spans[link], link) for link in tree.iter("a") if link in layout.spans]
    found = []
    for anchor in anchors:
        letters = anchor.end - anchor.begin
        inside = [(end - begin, link) for begin, end, link in links if anchor.begin <= begin and end <= anchor.end]
        around = [(end - begin, link) for begin, end, link in links if begin < anchor.begin and anchor.end <= end]
        linked = sum(size for size, _ in inside) if inside else letters * bool(around)
        own = [link for _, link in (inside or around) if is_own(link, host)]
        bare = lines[anchor.line].lstrip("-• ").startswith(("http:", "https:", "www."))
        if own and not bare and linked >= LINKED_SHARE * letters and any(map(is_item, own)):
            found.append(anchor.line)
    return found


def is_own(link: Any, host: str | None) -> bool:
    """Whether a link leads to another page of the same site."""
    address = (link.get("href") or "").strip()
    if not address or address.startswith(("#", "mailto:", "javascript:")):
        return False
    there = parse_host(address if not address.startswith("//") else "https:" + address)
    return there is None or (host is not None and there == host)


def is_item(link: Any) -> bool:
    """Whether a link is a list item or a headline, or holds one."""
    if any(outer.tag in HOLDERS for outer in islice(link.iterancestors(), STEPS)):
        return True
    return any(True for _ in link.iter(*HOLDERS))
