"""XML of no family: read where elements hold a headline and a body by name, else quarantined by the name of its root."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from tasks.formats.feeds import ROOTS as FEED_ROOTS
from tasks.formats.feeds import read_feed
from tasks.formats.fragment import render_fragment
from tasks.formats.newsml import read_newsml_message
from tasks.formats.newsml_g2 import ROOTS as G2_ROOTS
from tasks.formats.newsml_g2 import read_g2_message
from tasks.formats.nitf import read_nitf_file
from tasks.formats.record import Format, Found, Markup, Reject
from tasks.formats.values import has_tags
from tasks.formats.wire import EMBARGOED, Item, is_embargo, is_kill, make_item, read_names, reject_killed, trim_item
from tasks.formats.xml_tree import XmlTree, find_root, join_words, name_tag, read_tree_element, read_xml_file

# Names of elements in lower case without signs between words; the first that has words is taken.
NAMES = {
    "title": "headline hl1 title heading titel rubrik titre titulo",
    "body": "articlebody bodytext maintext fulltext articletext body content text story brodtext htmltext",
    "standfirst": "standfirst abstract summary subtitle subheadline lead lede ingress teaser description",
    "authors": "byline author authors creator writer by",
    "published": "publishdate publicationdate published publishedat pubdate datepublished datetime date created createdate"
    " timestamp",
    "url": "url link weburl canonicalurl permalink",
    "id": "id newsid articleid guid docno docid itemid identifier",
    "publisher": "publisher newspaper publication sitename",
    "killed": "annuleret killed canceled cancelled withdrawn",
    "note": "tilredaktionen ednote editornote note strapline",
}
LEAST_LETTERS = 20  # a body has more
PARAGRAPHS = re.compile(r"para(?:graph)?s?|par|absatz|block|sentence", re.I)


def read_articles_of(tree: XmlTree) -> Iterator[Found]:
    """A record or a reject for every element of a tree that has a headline and a body; one reject where there is none."""
    articles = find_articles_in(tree.root)
    for number, element in enumerate(articles):
        yield read_tree_element(element, number, tree, read_article_element)
    if not articles:
        detail = f"XML <{name_tag(tree.root)}>: no element in it has a headline and a body by name"
        yield Reject(tree.uri, "unsupported_format", detail, raw_sha256=tree.digest)


def find_articles_in(root: Any) -> list[Any]:
    """The innermost elements that have both a headline and a body among their children, in order."""
    found: list[Any] = []
    outer: set[Any] = set()
    for _, element in etree.iterwalk(root, events=("end",)):
        if element in outer or is_article(element):
            parent = element.getparent()
            if element not in outer:
                found.append(element)
            if parent is not None:
                outer.add(parent)
    return found


def is_article(element: Any) -> bool:
    """Whether an element has a headline and a body among its children."""
    names = {fold_tag(child): child for child in element}
    body = next((names[name] for name in NAMES["body"].split() if name in names), None)
    if body is None or not any(name in names and join_words(names[name]) for name in NAMES["title"].split()):
        return False
    return sum(map(str.isalpha, "".join(body.itertext()))) > LEAST_LETTERS


def fold_tag(element: Any) -> str:
    """The name of an element in lower case without signs: `pub-date` and `PubDate` are pubdate."""
    return re.sub(r"[^a-z0-9]", "", name_tag(element).lower())


def read_article_element(element: Any, uri: str, encoding: str, digest: str) -> Found:
    """The record of one element."""
    parts = {fold_tag(child): child for child in reversed(element)}
    own = {re.sub(r"[^a-z0-9]", "", name.rpartition("}")[2].lower()): value for name, value in element.attrib.items()}
    lines = {
        field: next(
            filter(None, (read_plain(parts[name]) if name in parts else own.get(name) for name in names.split())), None
        )
        for field, names in NAMES.items()
        if field != "body"
    }
    body = next(parts[name] for name in NAMES["body"].split() if name in parts)
    text, markup = render_element(body)
    values = {name: lines[name] for name in ("title", "standfirst", "published", "url", "id", "publisher")}
    item = trim_item(Item({**values, "authors": list(read_names(lines["authors"]))}, text, markup))
    if (lines["killed"] or "").lower() in ("true", "1", "yes") or is_kill(lines["title"], lines["note"]):
        return reject_killed(item, lines["title"], uri, digest)
    flags = (EMBARGOED,) if is_embargo(lines["note"]) else ()
    return make_item(Item(item.values, item.text, item.markup, flags), uri, encoding, digest)


def read_plain(element: Any) -> str | None:
    """The words of a field, without HTML."""
    words = join_words(element)
    return " ".join(render_fragment(words)[0].split()) if words and ("&" in words or has_tags(words)) else words


def render_element(body: Any) -> tuple[str, Markup]:
    """The text of a body that holds elements, escaped HTML or plain text."""
    if not len(body):
        return render_fragment(body.text or "")
    for inner in body.iter():
        name = name_tag(inner)
        inner.tag = "p" if PARAGRAPHS.fullmatch(name) else name.lower()
    return render_fragment(etree.tostring(body, encoding="unicode", method="html", with_tail=False))


def read_any_xml(tree: XmlTree) -> Iterator[Found]:
    """The records of a file of any family, by its root."""
    name = name_tag(tree.root)
    if name == "nitf":
        yield from read_nitf_file(tree)
    elif name in G2_ROOTS:
        yield from read_g2_message(tree)
    elif name in ("NewsML", "NewsItem"):
        yield from read_newsml_message(tree)
    elif name in FEED_ROOTS:
        yield from read_feed(tree)
    else:
        yield from read_articles_of(tree)


XML = Format(
    name="xml",
    extensions=(".xml",),
    recognise=lambda start: find_root(start) is not None,
    read=partial(read_xml_file, read_any_xml),
    why="Other XML: elements with a headline and a body by name are records; without any, the file is quarantined.",
    holds_records=True,
)
