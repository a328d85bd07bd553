"""NewsML-G2: messages of news agencies with items, whose text is NITF, XHTML or plain text inside them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.export_fields import join_body
from tasks.formats.fragment import render_fragment
from tasks.formats.nitf import CODES, read_nitf
from tasks.formats.paragraphs import split_html_paragraphs
from tasks.formats.record import Format, Found, Markup, Reject
from tasks.formats.values import has_tags
from tasks.formats.wire import (
    EMBARGOED,
    Item,
    is_embargo,
    is_kill,
    make_item,
    read_all_names,
    read_names,
    reject_item,
    reject_killed,
    trim_item,
)
from tasks.formats.xml_tree import (
    XmlTree,
    find_all,
    find_first,
    find_root,
    join_words,
    name_tag,
    read_tree_element,
    read_xml_file,
)

ROOTS = frozenset(
    {"newsMessage", "newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"}
)
OTHER_ITEMS = frozenset(ROOTS - {"newsMessage", "newsItem"})
DATES = ("firstCreated", "versionCreated", "contentCreated", "contentModified")
STANDFIRSTS = ("drol:summary", "descrole:summary", "descrole:intro", "drol:standfirst", "summary", "abstract", "intro")
KILLED = frozenset({"canceled", "cancelled", "withheld"})


def read_g2_message(tree: XmlTree) -> Iterator[Found]:
    """A record or a reject for every item of a message, or for the one item that a file is."""
    root = tree.root
    items = [root] if name_tag(root) != "newsMessage" else list(find_items(root))
    for number, element in enumerate(items):
        yield read_tree_element(element, number, tree, read_g2_item)
    if not items:
        yield Reject(tree.uri, "empty", "a NewsML-G2 message without items", raw_sha256=tree.digest)


def find_items(root: Any) -> Iterator[Any]:
    """The items of a message, not those inside other items."""
    return (child for group in find_all(root, "itemSet") for child in group if name_tag(child) in ROOTS)


def read_g2_item(element: Any, uri: str, encoding: str, digest: str) -> Found:
    """The record of one item, or the reject that says why it is none."""
    kind = name_code(find_first(element, "itemMeta", "itemClass"))
    status = name_code(find_first(element, "itemMeta", "pubStatus"))
    item = trim_item(read_item_values(element))
    notes = [join_words(note) for note in find_all(element, "edNote")]
    if status in KILLED or is_kill(item.values["title"], *notes):
        return reject_killed(item, status or item.values["title"], uri, digest)
    if name_tag(element) in OTHER_ITEMS or kind == "composite":
        return reject_item(
            item,
            "unsupported_format",
            f"NewsML-G2 {name_tag(element)}: links to items, no text of its own",
            uri,
            digest,
        )
    if kind in ("picture", "video", "audio", "graphic", "animation") or not item.text:
        words = f"NewsML-G2 {kind or 'item'}: it has no article" if kind != "text" else "the item has no body"
        return reject_item(item, "unsupported_format" if kind not in (None, "text") else "empty", words, uri, digest)
    flags = (EMBARGOED,) if find_first(element, "itemMeta", "embargoed") is not None or is_embargo(*notes) else ()
    return make_item(Item(item.values, item.text, item.markup, flags + item.flags), uri, encoding, digest)


def name_code(element: Any | None) -> str | None:
    """The last part of an element's code: `stat:canceled` is canceled."""
    if element is None:
        return None
    code = element.get("qcode") or element.get("code") or (element.get("uri") or "").rstrip("/").rpartition("/")[2]
    return code.rpartition(":")[2].lower() or None


def read_item_values(element: Any) -> Item:
    """Metadata and text of an item."""
    meta = find_first(element, "contentMeta")
    inner, text, markup = read_item_content(element)
    own = inner.values if inner else {}
    title = find_title(meta) if meta is not None else None
    by = [join_words(line) for line in find_all(meta, "by")] if meta is not None else []
    authors = read_all_names(by) or own.get("authors") or list(find_creators(meta))
    dates = (join_words(date) for name in DATES for date in find_all(element, name))
    values = {
        "title": title or own.get("title"),
        "standfirst": find_summary(meta) if meta is not None else own.get("standfirst"),
        "authors": list(authors or ()),
        "published": next(filter(None, dates), None) or own.get("published"),
        "id": element.get("guid"),
    }
    return Item(values, text, markup, inner.flags if inner else ())


def find_creators(meta: Any | None) -> Iterator[str]:
    """The persons among the creators of an item, where their type or role says that they wrote it."""
    for creator in find_all(meta, "creator", "contributor") if meta is not None else ():
        kind = f"{creator.get('type') or ''} {creator.get('role') or ''}".lower()
        if any(word in kind for word in ("person", "author", "writer", "reporter")):
            yield from read_names(join_words(find_first(creator, "name")) or creator.get("literal"))


def find_title(meta: Any) -> str | None:
    """The headline that is no sub-headline, else the title of the item."""
    headlines = list(find_all(meta, "headline"))
    main = [line for line in headlines if not is_secondary(line.get("role"))]
    return next(filter(None, map(join_words, [*main, *headlines])), None)


def is_secondary(role: str | None) -> bool:
    """Whether the role of a headline is another than that of the main one."""
    return bool(role) and any(
        word in (role or "").lower() for word in ("sub", "short", "kicker", "over", "deck", "alt")
    )


def find_summary(meta: Any) -> str | None:
    """The summary of an item, where one of its descriptions or headlines has that role."""
    lines = [*find_all(meta, "description"), *find_all(meta, "headline")]
    wanted = [line for line in lines if (line.get("role") or "").lower() in STANDFIRSTS]
    wanted += [line for line in lines if name_tag(line) == "headline" and "sub" in (line.get("role") or "").lower()]
    return next(filter(None, map(join_words, wanted)), None)


def read_item_content(element: Any) -> tuple[Item | None, str, Markup]:
    """The text inside an item, its markup, and the NITF item where it is NITF. The first content with words counts."""
    for content in find_all(element, "inlineXML", "inlineData"):
        nitf = find_first(content, "nitf")
        if nitf is not None:
            inner, _ = read_nitf(nitf)
            if inner.text:
                return inner, inner.text, inner.markup
        elif name_tag(content) == "inlineXML" and len(content):
            text, markup = render_fragment(split_html_paragraphs(write_html(content)))
            if text:
                return None, text, markup
        elif text := "".join(content.itertext()).strip():
            return None, *render_text(text)
    return None, "", ()


def render_text(text: str) -> tuple[str, Markup]:
    """The text of a content that is HTML as text, or plain text with wrapped lines; and its markup."""
    return render_fragment(split_html_paragraphs(text)) if has_tags(text) else (join_body(text.split("\n")), ())


def write_html(content: Any) -> str:
    """XHTML inside an item as HTML, without prefixes and namespaces, and without the notes for editors."""
    body = find_first(content, "body")
    root = content if body is None else body
    for inner in list(root.iterdescendants()):
        if any(word in CODES for word in (inner.get("class") or "").lower().split()):
            inner.clear(keep_tail=True)
    for inner in root.iter():
        inner.tag = name_tag(inner)
    return str(etree.tostring(root, encoding="unicode", method="html", with_tail=False))


NEWSML_G2 = Format(
    name="newsmlg2",
    extensions=(".g2", ".newsmlg2"),
    recognise=lambda start: find_root(start) in ROOTS,
    read=partial(read_xml_file, read_g2_message),
    why="NewsML-G2 of a news agency: every item with text is a record; pictures, packages and cancelled items are quarantined.",
    holds_records=True,
)
