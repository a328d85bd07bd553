"""Where things stand on a page: its letters in a row, and the stretch of them that each element covers.

An extractor's lines are found again by their letters, so its paragraphs, the page's figures and their neighbours share
one measure of place, whatever the markup between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

BETWEEN = re.compile(r"[\W_]+")
UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "head", "iframe"})
SURE_LETTERS = 25  # shorter lines stand on a page more than once
SOUGHT_LETTERS = 200  # the beginning of a line is enough to find it


@dataclass(frozen=True)
class Layout:
    """`letters` of the page's text without blanks and punctuation; `spans`: begin and end in them of every element."""

    letters: str
    spans: dict[Any, tuple[int, int]]


@dataclass(frozen=True)
class Anchor:
    """A line of the extracted text (its index) and the stretch of the page's letters that it was found at."""

    line: int
    begin: int
    end: int


def lay_out(tree: Any) -> Layout:
    """The layout of a parsed page. What readers do not see, such as scripts, has no letters."""
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
            said = element.text
        else:
            spans[element] = (begins[element], at)
            hidden -= unseen
            said = None if element is body else element.tail
        if said and not hidden:
            parts.append(keep_letters(said))
            at += len(parts[-1])
    return Layout("".join(parts), spans)


def is_unseen(element: Any) -> bool:
    """Whether an element holds nothing that is read as text."""
    return not isinstance(element.tag, str) or element.tag in UNSEEN


def keep_letters(text: str) -> str:
    """A text's letters and figures."""
    return BETWEEN.sub("", text)


def is_shown(layout: Layout, text: str) -> bool:
    """Whether an element of the page says `text` and nothing else."""
    letters = keep_letters(text)
    whole = set(layout.spans.values())
    at = layout.letters.find(letters) if letters else -1
    while at >= 0:
        if (at, at + len(letters)) in whole:
            return True
        at = layout.letters.find(letters, at + 1)
    return False


def find_anchors(layout: Layout, lines: Sequence[str]) -> list[Anchor]:
    """The lines that are found on the page, in the order of both; short lines are not looked for."""
    anchors: list[Anchor] = []
    at = 0
    for number, line in enumerate(lines):
        letters = keep_letters(line)
        begin = layout.letters.find(letters[:SOUGHT_LETTERS], at) if len(letters) >= SURE_LETTERS else -1
        if begin >= 0:
            anchors.append(Anchor(number, begin, begin + len(letters)))
            at = begin + len(letters[:SOUGHT_LETTERS])
    return anchors
