"""NITF, the markup of news agencies: headline, byline, body with its media, and what is to be done with the document."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from tasks.formats.fragment import render_fragment
from tasks.formats.paragraphs import has_indents, join_paragraphs
from tasks.formats.record import Format, Found, Markup
from tasks.formats.values import has_tags
from tasks.formats.wire import EMBARGOED, Item, is_embargo, is_kill, make_item, read_names, reject_item, trim_item
from tasks.formats.xml_tree import XmlTree, find_all, find_first, find_root, join_words, name_tag, read_xml_file

# Elements that make a line of their own; all others are inside a line or around lines.
LINE_NAMES = "p hl1 hl2 li dt dd bq media-caption caption tagline pre"
LINES = frozenset(LINE_NAMES.split())
BLOCKS = LINES | frozenset({"block", "media", "table", "tr", "ul", "ol", "dl", "nitf-table", "body.content"})
SKIPPED_NAMES = """
media-reference media-metadata media-producer media-object media-credit credit note datasource byline dateline title hedline
headline body.head distributor col colgroup nitf-table-metadata tbody-metadata slugline
"""
SKIPPED = frozenset(SKIPPED_NAMES.split())
DATES = ("date.issue", "date.release", "story.date")
CREDITS = ("media-producer", "media-credit", "credit")
KILLED = frozenset({"canceled", "cancelled", "withheld", "killed", "withdrawn"})
# Lines of this width or more, except the last, are wrapped by a machine; shorter ones are lines of their own.
TAGLINE_WORDS = 3  # fewer are the initials or the address of an editor
CODES = frozenset({"table-code", "notepad", "editorsnote"})  # classes of what is for machines and editors
WRAPPED_CHARS = 45
MOST_CHARS = 90


def render_nitf(body: Any) -> tuple[str, Markup]:
    """The text of a `body.content`, one blank line between blocks, and the roles of the lines that are captions or credits."""
    lines: list[tuple[str, str | None]] = []
    add_nitf_blocks(body, lines)
    text: list[str] = []
    markup: list[tuple[int, str]] = []
    for words, role in lines:
        if text and role != "credit" and not words.startswith("- "):
            text.append("")
        if role:
            markup.append((len(text), role))
        text += words.split("\n")
    return "\n".join(text), tuple(markup)


def add_nitf_blocks(element: Any, lines: list[tuple[str, str | None]]) -> None:
    """Adds the lines of the blocks in an element; text between blocks is a block too."""
    if len(element) and not any(name_tag(inner) in BLOCKS for inner in element.iterdescendants()):
        add_loose("".join("\n" if piece is None else piece for piece in walk_text(element)), lines)
        return
    add_loose(element.text, lines)
    for child in element:
        name = name_tag(child)
        if (child.get("class") or "").lower() in CODES:
            pass
        elif name == "media":
            add_media(child, lines)
        elif name == "tr":
            cells = [join_words(cell) for cell in child]
            lines.extend([(" | ".join(filter(None, cells)), None)] if any(cells) else [])
        elif name == "pre":
            words = "\n".join(line.rstrip() for line in "".join(child.itertext()).strip("\n").split("\n"))
            lines.extend([(words, None)] if words.strip() else [])
        elif name in LINES and name not in SKIPPED and not is_nested(child):
            words = read_paragraph(child)
            lines.extend([(f"- {words}" if name == "li" else words, None)] if words else [])
        elif name not in SKIPPED and name != "br":
            add_nitf_blocks(child, lines)
        add_loose(child.tail, lines)


def is_nested(element: Any) -> bool:
    """Whether an element that makes a line has others in it."""
    return any(name_tag(inner) in ("p", "li", "media", "tr") for inner in element.iterdescendants())


def add_loose(words: str | None, lines: list[tuple[str, str | None]]) -> None:
    """Adds text outside of paragraphs: paragraphs where blank lines part it."""
    for block in (words or "").replace("\r", "").split("\n\n"):
        if block := " ".join(block.split()):
            lines.append((block, None))


def add_media(media: Any, lines: list[tuple[str, str | None]]) -> None:
    """Adds the captions of a picture and who made it."""
    captions = [join_words(caption) for caption in find_all(media, "media-caption", "caption")]
    credits = [join_words(credit) for credit in find_all(media, *CREDITS)]
    lines.extend((words, "caption") for words in dict.fromkeys(captions) if words)
    lines.extend((words, "credit") for words in dict.fromkeys(credits) if words and any(captions))


def read_paragraph(element: Any) -> str:
    """The text of a paragraph, or of several that are indented. Breaks at the width of a terminal are blanks."""
    if not len(element) and has_indents(element.text or ""):
        return join_paragraphs(element.text)
    pieces = [""]
    for event in walk_text(element):
        if event is None:
            pieces.append("")
        else:
            pieces[-1] += event
    lines = list(filter(None, (" ".join(piece.split()) for piece in pieces)))
    is_wrapped = len(lines) > 1 and all(WRAPPED_CHARS <= len(line) <= MOST_CHARS for line in lines[:-1])
    return (" " if is_wrapped else "\n").join(lines)


def walk_text(element: Any) -> Iterator[str | None]:
    """The pieces of text in an element, None for each break."""
    yield element.text or ""
    for child in element:
        if name_tag(child) == "br":
            yield None
        elif name_tag(child) not in SKIPPED:
            yield from walk_text(child)
        yield child.tail or ""


def read_nitf(root: Any) -> tuple[Item, str | None]:
    """The item of an `nitf` element, and why it is no article to publish, None where it is one."""
    head, body = find_first(root, "body.head"), find_body(root)
    head = root if head is None else head
    data = find_first(root, "docdata")
    values: dict[str, Any] = {
        "title": read_headline(root, head),
        "standfirst": join_words(find_first(head, "abstract")),
        "authors": list(read_authors(head)),
        "published": read_issue_date(root),
        "id": read_attribute(data, "doc-id", "id-string"),
    }
    text, markup = render_nitf(body) if body is not None else ("", ())
    if has_tags(text):  # a body that is HTML as text
        text, markup = render_fragment(text)
    trimmed = trim_item(Item(values, text, markup))
    text, markup = trimmed.text, trimmed.markup
    tagline = join_words(find_first(root, "body.end", "tagline")) or ""
    if text and len(tagline.split()) >= TAGLINE_WORDS:
        text = f"{text}\n\n{tagline}"
    status = (data.get("management-status") or "").lower() if data is not None else ""
    notes = [note.get("info") for note in find_all(root, "ed-msg")]
    flags = (EMBARGOED,) if status == "embargoed" or is_embargo(*notes) else ()
    # A document that names another as cancelled, and has a body, is the update that replaces it.
    replaces = data is not None and bool(data.get("management-doc-idref")) and bool(text)
    if is_kill(values["title"], *notes) or (status in KILLED and not replaces):
        return Item(values, text, markup, flags), f"the agency takes it back: {status or values['title']}"
    return Item(values, text, markup, flags), None


def find_body(root: Any) -> Any | None:
    """The content of the document, not that of a note in its head."""
    bodies = find_all(root, "body.content")
    return next((body for body in bodies if not any(name_tag(outer) == "note" for outer in body.iterancestors())), None)


def read_headline(root: Any, head: Any) -> str | None:
    """The headline: the first `hl1` with words, else the document's title."""
    lines = [
        *find_all(head, "hl1"),
        *find_all(root, "hl1"),
        *find_all(head, "hedline", "headline"),
        *find_all(root, "title"),
    ]
    return next(filter(None, map(join_words, lines)), None)


def read_authors(head: Any) -> Iterator[str]:
    """The persons in the bylines, without their posts."""
    for byline in find_all(head, "byline"):
        parts = [byline.text or ""]
        for child in byline:
            parts += [join_words(child) or "" if name_tag(child) != "byttl" else ";", child.tail or ""]
        yield from read_names(" ".join(parts))


def read_issue_date(root: Any) -> str | None:
    """The date of issue, else the other dates that say when the document was or may be published."""
    dates = (read_attribute(root, name, "norm") for name in DATES)
    return next((date for date in dates if date and date[:8].isdigit()), None)


def read_attribute(element: Any | None, name: str, attribute: str) -> str | None:
    """An attribute of the first descendant of a name."""
    found = find_first(element, name) if element is not None else None
    return found.get(attribute) or None if found is not None else None


def read_nitf_file(tree: XmlTree) -> Iterator[Found]:
    """The one record of an NITF file."""
    item, refusal = read_nitf(tree.root)
    if refusal:
        yield reject_item(item, "killed", refusal, tree.uri, tree.digest)
    else:
        yield make_item(item, tree.uri, tree.encoding, tree.digest)


NITF = Format(
    name="nitf",
    extensions=(".nitf",),
    recognise=lambda start: find_root(start) == "nitf",
    read=partial(read_xml_file, read_nitf_file),
    why="NITF of a news agency, with captions; what the agency takes back is quarantined as `killed`.",
)
