"""The captions of an article's pictures, read from the page's figures and inserted where the figures are.

Extractors leave captions out. A caption counts when it is between the first and the last line of the article, or above
them as the picture on top is; not in menus, teasers, forms or lists of other articles.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tasks.formats.layout import Layout, find_anchors, find_teasers, is_unseen, keep_letters
from tasks.formats.record import Markup

CAPTION_CHARS = 1000
TOP_LETTERS = 1500  # a picture farther above the article's first line is not on top of it
PICTURE_STEPS = 3  # a caption that is no figcaption has a picture in one of so many elements around it
NEAR_ELEMENTS = 1000  # a picture farther away in the same part of the page is the picture of something else
FIGURE_ELEMENTS = 100  # a figure in which a credit is searched
WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
CAPTION_TAGS = frozenset({"div", "p", "span", "em", "small", "i", "td", "dd"})
CREDITS = re.compile(
    r"credits?|copyright|copyrightholder|photographer|fotograf|source|author|autor|agency|byline|rights"
)
CAPTION_NAMES = ("caption", "description")
PICTURE_WORDS = frozenset({"image", "img", "picture", "photo", "foto", "bild", "lightbox", "media", "wp"})
FONT_NAME = "text-caption"  # a size of type, on whatever is set small
STRANGERS = frozenset({"nav", "footer", "form", "aside"})
STRANGE_WORDS = re.compile(
    r"related|teasers?|recommended|recommendations?|promo|newsletter|comments|authors?|byline|popular|outbrain|taboola"
    r"|video"
)
HIDDEN_WORDS = ({"sr", "only"}, {"visually", "hidden"}, {"screen", "reader"}, {"offscreen"})
BLOCKS = frozenset({"div", "p", "br", "li", "figcaption", "small", "cite", "section", "dd", "td"})
EDGES = " \t|/–—-•·(["


@dataclass(frozen=True)
class Figure:
    """A picture's caption: its position in the page's letters, its words, and the credit that has markup of its own."""

    at: int
    text: str
    credit: str | None


def insert_captions(text: str, tree: Any, layout: Layout, host: str | None = None) -> tuple[str, Markup]:
    """`text` with each caption on a line at the position of its figure, its credit on the line below; and the markup.

    `text` is extracted from the page `tree` with the layout `layout`; `host`: the page's, where it is known. Captions above
    the article's first line go on top, below the headline where that is first on the page too. A caption that the text already
    has, and teasers of other articles, are only marked.
    """
    lines = text.split("\n")
    anchors = find_anchors(layout, lines)
    if not anchors:
        return text, ()
    known = {keep_letters(line): number for number, line in enumerate(lines)}
    roles = dict.fromkeys(find_teasers(lines, anchors, tree, layout, host), "link")
    inserted: dict[int, list[tuple[str, str]]] = {}
    seen: set[str] = set()
    headline = find_page_title(lines[0], tree, layout)
    for figure in find_figures(tree, layout, anchors[0].begin, anchors[-1].begin):
        bare = keep_letters(figure.text)
        there = known.get(bare, known.get(bare + keep_letters(figure.credit or "")))
        if there is not None:
            roles[there] = "caption"
            below = there + 1
            if figure.credit and below < len(lines) and keep_letters(lines[below]) == keep_letters(figure.credit):
                roles[below] = "credit"
        elif figure.text not in seen:
            before = next((anchor.line for anchor in anchors if anchor.begin >= figure.at), len(lines))
            shown = [("caption", figure.text)] + ([("credit", figure.credit)] if figure.credit else [])
            if before == anchors[0].line:
                before = min(before, int(headline is not None and headline < figure.at))
            inserted.setdefault(before, []).extend(shown)
        seen.add(figure.text)
    merged: list[tuple[str | None, str]] = []
    for number, line in enumerate(lines):
        merged += [*inserted.get(number, ()), (roles.get(number), line)]
    merged += inserted.get(len(lines), [])
    markup = tuple((number, role) for number, (role, _) in enumerate(merged) if role)
    return "\n".join(line for _, line in merged), markup


def find_page_title(line: str, tree: Any, layout: Layout) -> int | None:
    """Where on the page the headline is that a line repeats; None where it repeats none."""
    letters = keep_letters(line)
    spans = (layout.spans[title] for title in tree.iter("h1") if title in layout.spans)
    return next((begin for begin, end in spans if layout.letters[begin:end] == letters), None)


def find_figures(tree: Any, layout: Layout, first: int, last: int) -> Iterator[Figure]:
    """The captions of the article, which is between two positions in the page's letters, in order."""
    heading = min((layout.spans[title][0] for title in tree.iter("h1") if title in layout.spans), default=0)
    for element in tree.iter("figcaption", *CAPTION_TAGS):
        if element not in layout.spans or not (element.tag == "figcaption" or is_named(element)):
            continue
        around = element.iterancestors()
        if any(outer.tag == "figcaption" or (outer.tag in CAPTION_TAGS and is_named(outer)) for outer in around):
            continue  # part of a caption
        at, end = layout.spans[element]
        on_top = first - TOP_LETTERS <= at < first and (at >= heading or element.tag == "figcaption")
        if end == at or not (on_top or first <= at < last) or is_strange(element, layout, first, last):
            continue
        figure = read_figure(element, at)
        if figure is not None:
            yield figure


def is_named(element: Any) -> bool:
    """Whether the class of an element names it a picture's caption, or the description of a picture."""
    name = (element.get("class") or "").lower()
    if not any(word in name for word in CAPTION_NAMES) or FONT_NAME in name:
        return False
    words = split_classes(element)
    pictured = bool(words & PICTURE_WORDS)
    if "caption" in words:
        return pictured or has_picture(element)
    return "description" in words and pictured and has_picture(element)


def split_classes(element: Any) -> set[str]:
    """The words in an element's names, in lower case: `newsCaption big` has news, caption and big."""
    names = " ".join(filter(None, (element.get("class"), element.get("id"), element.get("itemprop"))))
    return {word.lower() for word in WORD.findall(names)}


def has_picture(element: Any) -> bool:
    """Whether a picture is near an element."""
    around = list(element.iterancestors())[:PICTURE_STEPS]
    near = (outer for outer in around if outer.tag not in ("body", "article", "main", "copydesk"))
    return any(inner.tag in ("img", "picture") for outer in near for inner in islice(outer.iter(), NEAR_ELEMENTS))


def is_strange(element: Any, layout: Layout, first: int, last: int) -> bool:
    """Whether an element is part of something other than the article, which is between two positions on the page."""
    for outer in element.iterancestors():
        begin, end = layout.spans.get(outer, (0, len(layout.letters)))
        if begin <= first and last <= end:  # what holds the whole article is no evidence about a part of it
            return False
        words = split_classes(outer)
        strange = {word for word in words if STRANGE_WORDS.fullmatch(word)}
        if strange and (outer.tag in ("figure", "picture") or words & PICTURE_WORDS):
            strange &= {"video"}  # the article's picture may have the name of a teaser's
        if outer.tag in STRANGERS or strange:
            return True
    return False


def read_figure(element: Any, at: int) -> Figure | None:
    """The caption in an element; None where it is only a credit, or too long for a caption."""
    credits = find_credits(element)
    if next(element.iter("address", "time"), None) is not None:  # the author's picture, with name and date
        return None
    text = read_words(element, credits).rstrip(EDGES).strip()
    credit = " ".join(filter(None, (read_words(one, ()) for one in credits)))
    if not keep_letters(text) or len(text) > CAPTION_CHARS:
        return None
    return Figure(at, text, credit or None)


def find_credits(element: Any) -> list[Any]:
    """The credits in a caption, or else next to it in its figure; outermost elements only."""
    inside = keep_outermost(one for one in element.iterdescendants() if is_credit(one))
    figure = next(element.iterancestors("figure"), None)
    if inside or figure is None or len(list(islice(figure.iter("figcaption"), 2))) > 1:
        return inside
    near = islice(figure.iterdescendants(), FIGURE_ELEMENTS)
    return keep_outermost(one for one in near if one is not element and is_credit(one))[:1]


def is_credit(element: Any) -> bool:
    """Whether markup makes an element a credit."""
    return isinstance(element.tag, str) and (
        element.tag in ("cite", "small") or any(map(CREDITS.fullmatch, split_classes(element)))
    )


def keep_outermost(elements: Iterator[Any]) -> list[Any]:
    """The elements that are in no other of them, in the page's order."""
    found: list[Any] = []
    for element in elements:
        if not any(outer in found for outer in element.iterancestors()):
            found.append(element)
    return found


def read_words(element: Any, without: Sequence[Any]) -> str:
    """The text of an element on one line, as a reader sees it, without the elements `without`."""
    return " ".join("".join(list_words(element, without)).split())


def list_words(element: Any, without: Sequence[Any]) -> Iterator[str]:
    """The pieces of text in an element, with a blank around blocks."""
    edge = " " if element.tag in BLOCKS else ""
    yield edge
    words = split_classes(element) if isinstance(element.tag, str) else set()
    is_hidden = any(names <= words for names in HIDDEN_WORDS)  # for screen readers only
    if not is_unseen(element) and not is_hidden and element.tag != "button" and element not in without:
        yield element.text or ""
        for inner in element:
            yield from list_words(inner, without)
            yield inner.tail or ""
    yield edge
