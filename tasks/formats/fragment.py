"""HTML inside a field or an item of a feed, as text: it is the article already, so nothing of it is left out."""

import re
from collections import Counter
from itertools import islice
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.figures import CAPTION_TAGS, find_credits, is_named, read_figure, read_words
from tasks.formats.html import TAG_ATTRIBUTES, count_attributes
from tasks.formats.record import BrokenInputError, Markup
from tasks.formats.values import has_tags

BLANKS = re.compile(r"[ \t\n\r\f\v\x85\xa0\u2028\u2029]+")
BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
PARAGRAPH_END = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
PAGE_END = re.compile(r"</(?:body|html)\s*>", re.I)  # the parser drops what is behind them
UNSEEN_TAGS = (
    "script style noscript template svg head title iframe object embed audio video canvas map math select textarea"
)
FLOWING_TAGS = "p li dt dd h1 h2 h3 h4 h5 h6 figcaption caption"
BLOCK_TAGS = (
    "address article aside blockquote body center details div dl fieldset figure footer form header hr html main nav ol pre"
    " section summary table tbody tfoot thead ul"
)
UNSEEN = frozenset(UNSEEN_TAGS.split())
FLOWING = frozenset(FLOWING_TAGS.split())  # a blank line of the source inside them is only white space
BLOCKS = FLOWING.union(BLOCK_TAGS.split())
LINES = frozenset({"li", "tr", "dt", "dd", "option"})  # on lines of their own, without a blank line between them
BREAKING = BLOCKS | LINES | {"br", "td", "th"}
CELL_END = " | "
CAPTION_ELEMENTS = 200  # what has more inside is no caption


def render_fragment(html: str) -> tuple[str, Markup]:
    """The text of a piece of HTML, and the roles of its lines: captions and credits.

    Paragraphs, headings, quotations and tables have a blank line between them; list items, rows and `br` begin a line.
    Where no element makes paragraphs, the line ends of the source do. Raises BrokenInputError (`too_costly`, `html_error`).

    >>> render_fragment("<h2>Ferry &amp; pier</h2><p>It <b>sails</b>.<br>Soon.</p><ul><li>One<li>Two</ul>")
    ('Ferry & pier\\n\\nIt sails.\\nSoon.\\n\\n- One\\n- Two', ())
    >>> render_fragment("<figure><img src=a><figcaption>The pier. <small>Ann Lee</small></figcaption></figure><p>It sails.")
    ('The pier.\\nAnn Lee\\n\\nIt sails.', ((0, 'caption'), (1, 'credit')))
    """
    tree = parse_fragment(html)
    if tree is None:
        return "", ()
    page = Page(has_blocks=next(tree.iter("br", *BLOCKS - {"body", "html"}), None) is not None)
    walk_elements(tree, page)
    text, markup = page.finish()
    # What a feed escapes twice is HTML again.
    return render_fragment(text) if has_tags(text) and not has_tags(html) else (text, markup)


def parse_fragment(html: str) -> Any:
    """The tree of a fragment, None where it is empty. Around it is an element that no end tag in it can close."""
    if (attributes := count_attributes(html)) > TAG_ATTRIBUTES:
        raise BrokenInputError("too_costly", f"a tag with about {attributes} attributes; the limit is {TAG_ATTRIBUTES}")
    # The limits that `huge_tree` lifts are on the size of one text, which is bounded by the record's, and on depth.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    raw = f"<copydesk>{PAGE_END.sub('', html)}</copydesk>".replace("\x00", "").encode("utf-8", "replace")
    tree = etree.fromstring(raw, parser)
    if any("depth" in entry.message for entry in parser.error_log):
        raise BrokenInputError("html_error", "elements nested too deeply")
    return tree


class Page:
    """The lines of a text while it is read, each with its role and whether it begins a block."""

    def __init__(self, has_blocks: bool) -> None:
        self.has_blocks = has_blocks
        self.lines: list[tuple[str, str | None, bool]] = []
        self.parts: list[str] = []
        self.prefix = ""
        self.is_block = True

    def add_text(self, words: str) -> None:
        """Adds words to the line that is open."""
        if words and (self.parts or not words.isspace()):
            self.parts.append(self.prefix + words)
            self.prefix = ""

    def end_line(self, is_block: bool, role: str | None = None) -> None:
        """Ends the line that is open, if any. `is_block`: whether the next one begins a block."""
        words = BLANKS.sub(" ", "".join(self.parts)).strip()
        self.parts = []
        if words:
            self.lines.append((words, role, self.is_block))
            self.is_block = False
        self.is_block = self.is_block or is_block

    def add_source(self, source: str, inside: str) -> None:
        """Adds text of the source. `inside`: `flow` (a paragraph), `pre`, or `open` (outside of paragraphs)."""
        if inside == "flow":
            self.add_text(BLANKS.sub(" ", source))
            return
        for number, block in enumerate(PARAGRAPH_END.split(BREAKS.sub("\n", source))):
            if number:
                self.end_line(is_block=True)
            lines = [block] if self.has_blocks and inside == "open" else block.split("\n")
            for index, line in enumerate(lines):
                if index:
                    self.end_line(is_block=False)
                self.add_text(BLANKS.sub(" ", line))

    def finish(self) -> tuple[str, Markup]:
        """The text, and the roles of its lines by their numbers."""
        self.end_line(is_block=False)
        text: list[str] = []
        markup: list[tuple[int, str]] = []
        for words, role, is_block in self.lines:
            if is_block and text:
                text.append("")
            if role:
                markup.append((len(text), role))
            text.append(words)
        return "\n".join(text), tuple(markup)


def walk_elements(tree: Any, page: Page) -> None:
    """Adds the elements of a tree to a page, in order, without recursion."""
    passed: set[Any] = set()  # elements whose content is not read: captions that have been, with their credits
    depth = Counter[str]()
    rows = [0]  # lines of the page where each row that is open begins
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag, is_start = element.tag, event == "start"
        if is_start and not depth["hidden"]:
            is_hidden = tag in UNSEEN or element in passed or add_caption(element, page, passed)
            if is_hidden:
                passed.add(element)
        is_seen = not depth["hidden"] and element not in passed
        step = 1 if is_start else -1
        depth["hidden"] += step * (element in passed)
        depth["flow"] += step * (tag in FLOWING)
        depth["pre"] += step * (tag == "pre")
        depth["item"] += step * (tag == "li")
        if is_seen and tag in BREAKING:
            break_line(tag, is_start, page, depth["item"] > 0, rows)
        source = element.text if is_start else element.tail
        if source and not depth["hidden"]:
            page.add_source(source, "pre" if depth["pre"] else "flow" if depth["flow"] else "open")


def break_line(tag: str, is_start: bool, page: Page, in_item: bool, rows: list[int]) -> None:
    """What the start or the end of an element does to the line that is open."""
    if tag in ("td", "th"):
        if is_start and len(page.lines) > rows[-1]:  # a cell behind paragraphs: the table is there for the layout
            page.end_line(is_block=True)
        elif is_start and page.parts:
            page.add_text(CELL_END)
        return
    if tag == "br":
        if is_start:
            page.end_line(is_block=not page.parts)
        return
    page.end_line(is_block=tag not in LINES and not in_item)
    if tag == "li":
        page.prefix = "- " if is_start else ""
    elif tag == "tr" and is_start:
        rows.append(len(page.lines))
    elif tag == "tr" and len(rows) > 1:
        rows.pop()


def add_caption(element: Any, page: Page, passed: set[Any]) -> bool:
    """Adds the caption that an element is, with its credit; False where it is none. `passed`: gets what it is made of."""
    if element.tag != "figcaption" and not (element.tag in CAPTION_TAGS and is_named(element)):
        return False
    if any(True for _ in islice(element.iter(), CAPTION_ELEMENTS, None)):
        return False
    credits = find_credits(element)
    figure = read_figure(element, 0)
    text, credit = (figure.text, figure.credit) if figure else ("", read_words(element, ()) if credits else None)
    if not text and not credit:
        return False
    page.end_line(is_block=True)
    for role, words in (("caption", text), ("credit", credit or "")):
        page.add_text(words)
        page.end_line(is_block=False, role=role)
    page.end_line(is_block=True)
    passed.update((element, *credits))
    return True
