"""RSS 0.9 to 2.0, RDF and Atom: every item with text is a record. A WordPress export is RSS with more."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.fragment import render_fragment
from tasks.formats.record import Format, Found, Markup, Reject
from tasks.formats.values import parse_host
from tasks.formats.wire import Item, make_item, read_names, reject_item
from tasks.formats.wordpress import explain_post, find_display_names, replace_shortcodes
from tasks.formats.xml_tree import XmlTree, find_all, find_root, join_words, name_tag, read_tree_element, read_xml_file

ROOTS = frozenset({"rss", "RDF", "feed", "channel"})
# Names of namespaces by a part of their addresses; a prefix that is not declared names itself.
NAMESPACES = {
    "modules/content": "content",
    "dc/elements": "dc",
    "dc/terms": "dcterms",
    "search.yahoo.com/mrss": "media",
    "wordpress.org/export": "wp",
    "podcast-1.0": "itunes",
    "w3.org/2005/Atom": "",
    "purl.org/atom": "",
    "purl.org/rss": "",
    "netscape.com": "",
    "backend.userland.com": "",
    "blogs.law.harvard.edu": "",
    "w3.org/1999/xhtml": "xhtml",
    "feedburner": "feedburner",
}
BODIES = ("content:encoded", "content", "xhtml:body", "fulltext", "full-text", "body", "description", "summary")
STANDFIRSTS = ("excerpt:encoded", "description", "summary")
DATES = (
    *("pubDate", "published", "issued", "created", "dc:date", "dcterms:issued", "dcterms:created"),
    *("wp:post_date_gmt", "updated", "modified", "dcterms:modified"),
)
AUTHORS = ("dc:creator", "author", "dc:author", "itunes:author")
LONG_BODIES = ("body", "fulltext", "full-text", "full_text", "articleBody", "story")
CUT = re.compile(
    r"(?:\[\s*(?:…|\.{3}|&hellip;)\s*\]|…|\.{3})\s*(?:(?:read|continue|weiter|lire|leer)\b.{0,60})?$", re.I
)
APPEARED = re.compile(
    r"(?:The post|L[’']article|La entrada|Der Beitrag|L[’']articolo|O post) .{1,300} (?:appeared first on"
    r"|est apparu en premier sur|apareció primero en|se publicó primero en|erschien zuerst auf|proviene da|apareceu primeiro em)"
    r" .{1,200}"
)
MAIL_NAME = re.compile(r"[^\s@()]+@[^\s@()]+\s*\(([^()]{1,100})\)")
STANDFIRST_CHARS = 600


def read_feed(tree: XmlTree) -> Iterator[Found]:
    """A record or a reject for every item, numbered from 0. A fault in one item costs that item."""
    root = tree.root
    names = find_display_names(root)
    items = list(find_all(root, "entry" if name_tag(root) == "feed" else "item"))
    last = len(items) - 1
    for number, element in enumerate(items):
        if tree.fault is not None and tree.fault.reason == "truncated" and number == last:
            return  # the caller reports where the file is cut
        yield read_tree_element(element, number, tree, partial(read_item, names=names))
    if not items:
        yield Reject(tree.uri, "empty", "a feed without items", raw_sha256=tree.digest)


def read_item(element: Any, uri: str, encoding: str, digest: str, names: dict[str, str]) -> Found:
    """The record of one item. `names`: of authors by their logins."""
    parts: dict[str, list[Any]] = {}
    for child in element:
        parts.setdefault(label_tag(child), []).append(child)
    text, markup, used = read_item_body(element, parts)
    is_cut = CUT.search(text[-100:]) is not None
    values = {
        "title": next(filter(None, map(write_line, pick_parts(parts, "title"))), None),
        "standfirst": find_standfirst(parts, used),
        "authors": list(find_authors(parts, names)),
        "published": next(filter(None, map(join_words, pick_parts(parts, *DATES))), None),
        "url": find_link(parts),
        "id": next(filter(None, map(join_words, pick_parts(parts, "guid", "id", "dc:identifier"))), None),
        "publisher": next(filter(None, map(join_words, pick_parts(parts, "dc:publisher"))), None),
    }
    item = Item(values, *add_captions(text, markup, element), ("truncated",) if is_cut else ())
    if "wp:post_type" in parts and (why := explain_post(parts)):
        return reject_item(item, "no_article", why, uri, digest)
    return make_item(item, uri, encoding, digest)


def pick_parts(parts: dict[str, list[Any]], *names: str) -> list[Any]:
    """The children of these names, in the order of the names."""
    return [part for name in names for part in parts.get(name, ())]


def find_standfirst(parts: dict[str, list[Any]], used: Any) -> str | None:
    """The summary of an item whose text is in another element; None where it is long, or only the text cut short."""
    lines = (write_line(part) for part in pick_parts(parts, *STANDFIRSTS) if part is not used)
    line = next(filter(None, lines), None)
    return None if not line or len(line) > STANDFIRST_CHARS or CUT.search(line[-100:]) else line


def label_tag(element: Any) -> str:
    """The name of a child with the usual prefix of its namespace: `content:encoded`, `dc:creator`, `title`."""
    tag: str = element.tag if isinstance(element.tag, str) else ""
    space, _, name = tag.rpartition("}")
    if not space:
        return tag
    prefix = next((prefix for part, prefix in NAMESPACES.items() if part in space), element.prefix or "")
    if prefix == "wp" and "excerpt" in space:
        prefix = "excerpt"
    return f"{prefix}:{name}" if prefix else name


def read_item_body(element: Any, parts: dict[str, list[Any]]) -> tuple[str, Markup, Any]:
    """The text of an item, its markup, and the element that it is from. A much longer body in an extension wins."""
    found: tuple[str, Markup, Any] = ("", (), None)
    for part in pick_parts(parts, *BODIES):
        text, markup = render_part(part)
        if text:
            found = text, markup, part
            break
    for part in find_all(element, *LONG_BODIES):
        words = "".join(part.itertext()).strip()
        if part.getparent() is not element and len(words) > 2 * len(found[0]) and part.prefix != "wp":
            found = *render_part(part), part
    return found


def render_part(part: Any) -> tuple[str, Markup]:
    """The text of an element that holds HTML, escaped or as elements, or plain text; and its markup."""
    if len(part):
        for inner in part.iter():
            inner.tag = name_tag(inner)
        html = etree.tostring(part, encoding="unicode", method="html", with_tail=False)
    else:
        html = part.text or ""
    text, markup = render_fragment(replace_shortcodes(html))
    links = [(number, "link") for number, line in enumerate(text.split("\n")) if APPEARED.fullmatch(line)]
    return text, tuple(sorted((*markup, *links)))


def write_line(part: Any) -> str | None:
    """The text of an element with a title or a summary, on one line."""
    return " ".join(render_part(part)[0].split()) or None


def find_authors(parts: dict[str, list[Any]], names: dict[str, str]) -> Iterator[str]:
    """The authors of an item: names of persons, not of logins and desks."""
    for part in pick_parts(parts, *AUTHORS):
        inner = [join_words(name) for name in find_all(part, "name")] or [join_words(part)]
        for words in filter(None, inner):
            found = MAIL_NAME.fullmatch(words)
            name = found[1] if found else names.get(words, words)
            yield from read_names(name, 1 if name[:1].isupper() and name != words.lower() else 2)


def find_link(parts: dict[str, list[Any]]) -> str | None:
    """The address of the article: of several, the one that readers open."""
    links = [*parts.get("feedburner:origLink", ()), *parts.get("link", ())]
    links.sort(key=lambda link: (link.get("rel") or "alternate") != "alternate")
    addresses = [link.get("href") or join_words(link) for link in links]
    addresses += [join_words(guid) for guid in parts.get("guid", ()) if guid.get("isPermaLink") != "false"]
    return next((address for address in addresses if parse_host(address)), None)


def add_captions(text: str, markup: Markup, element: Any) -> tuple[str, Markup]:
    """The text with the descriptions of the item's pictures as captions on top, if it has not got them."""
    lines: list[tuple[str, str]] = []
    for media in element.iterdescendants():
        if label_tag(media) != "media:description" or (media.getparent().get("medium") or "image") != "image":
            continue
        words = write_line(media)
        if not words or words in text or text.startswith(words[:60]) or not text:
            continue
        credits = [write_line(credit) for credit in media.getparent() if label_tag(credit) == "media:credit"]
        lines += [("caption", words), *(("credit", credit) for credit in credits if credit)]
    lines = list(dict.fromkeys(lines))
    if not lines:
        return text, markup
    moved = tuple((number + len(lines) + 1, role) for number, role in markup)
    on_top = tuple((number, role) for number, (role, _) in enumerate(lines))
    return "\n".join(words for _, words in lines) + "\n\n" + text, on_top + moved


FEED = Format(
    name="feed",
    extensions=(".rss", ".atom", ".rdf"),
    recognise=lambda start: find_root(start) in ROOTS,
    read=partial(read_xml_file, read_feed),
    why="RSS, RDF, Atom, or an export of WordPress: every item with text is a record; pages and drafts are quarantined.",
    holds_records=True,
)
