"""NewsML 1.x: items of news agencies, whose components hold NITF, XHTML or plain text, and pictures with their captions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tasks.formats.fragment import render_fragment
from tasks.formats.newsml_g2 import render_text, write_html
from tasks.formats.nitf import read_nitf, render_nitf
from tasks.formats.paragraphs import split_html_paragraphs
from tasks.formats.record import Format, Found, Markup, Reject
from tasks.formats.wire import (
    EMBARGOED,
    Item,
    is_embargo,
    is_kill,
    make_item,
    read_all_names,
    reject_item,
    reject_killed,
    trim_item,
)
from tasks.formats.xml_tree import (
    XmlTree,
    find_all,
    find_child,
    find_first,
    find_root,
    join_words,
    name_tag,
    read_tree_element,
    read_xml_file,
)

DATES = ("FirstCreated", "ThisRevisionCreated", "DateId")
NITF_NAMES = frozenset({"media", "media-caption", "hl2", "block", "nitf-table"})
KILLED = frozenset({"canceled", "cancelled", "withheld", "killed", "deleted"})


def read_newsml_message(tree: XmlTree) -> Iterator[Found]:
    """A record or a reject for every news item of a message; an item whose components are stories of their own has several."""
    items = list(find_all(tree.root, "NewsItem")) or ([tree.root] if name_tag(tree.root) == "NewsItem" else [])
    number = 0
    for element in items:
        about = read_item_about(element)
        for story in find_stories(element):
            yield read_tree_element(story, number, tree, partial(read_story_of, about))
            number += 1
    if not items:
        yield Reject(tree.uri, "empty", "a NewsML message without items", raw_sha256=tree.digest)


def find_stories(element: Any) -> list[Any]:
    """The components of an item that have a headline and a text of their own, where there are several; else the item."""
    stories: dict[Any, str] = {}
    for content in find_all(element, "ContentItem"):
        if not is_text(content):
            continue
        outers = (outer for outer in content.iterancestors() if name_tag(outer) == "NewsComponent")
        own = next(
            (outer for outer in outers if find_first(find_child(outer, "NewsLines"), "HeadLine") is not None), None
        )
        if own is not None:
            stories.setdefault(own, read_first(own, "HeadLine") or "")
    return list(stories) if len(set(stories.values())) > 1 else [element]


def is_text(content: Any) -> bool:
    """Whether a content is the text of a story, not of a caption."""
    data = find_child(content, "DataContent")
    return data is not None and join_words(data) is not None and "caption" not in name_role(content)


@dataclass(frozen=True)
class About:
    """What an item says of all its stories. `kinds`: of its contents, other than text."""

    published: str | None
    identity: str | None
    slug: str | None
    status: str | None
    kinds: tuple[str, ...]


def read_item_about(element: Any) -> About:
    """What an item says of all its stories."""
    dates = (join_words(date) for name in DATES for date in find_all(element, name))
    status = find_first(element, "NewsManagement", "Status")
    return About(
        next(filter(None, dates), None),
        join_words(find_first(element, "PublicIdentifier")) or read_first(element, "NewsItemId"),
        read_first(element, "SlugLine"),
        (status.get("FormalName") or "").lower() or None if status is not None else None,
        tuple(sorted({kind.get("FormalName") or "" for kind in find_all(element, "MediaType")} - {"", "Text"})),
    )


def read_story_of(about: About, story: Any, uri: str, encoding: str, digest: str) -> Found:
    """The record of one story of an item, or the reject that says why it is none."""
    inner, text, markup = read_components(story)
    own = inner.values if inner else {}
    by = [join_words(line) for line in find_all(story, "ByLine")]
    values: dict[str, Any] = {
        "title": read_first(story, "HeadLine") or own.get("title"),
        "standfirst": read_first(story, "SubHeadLine") or own.get("standfirst"),
        "authors": read_all_names(by) or own.get("authors"),
        "published": about.published or own.get("published"),
        "id": (story.get("Duid") if name_tag(story) == "NewsComponent" else None) or about.identity,
    }
    item = trim_item(Item(values, text, markup, inner.flags if inner else ()))
    if about.status in KILLED or is_kill(values["title"], about.slug):
        return reject_killed(item, about.status or values["title"], uri, digest)
    if not item.text:
        words = f"NewsML {about.kinds[0]}: it has no article" if about.kinds else "the item has no body"
        return reject_item(item, "unsupported_format" if about.kinds else "empty", words, uri, digest)
    is_held = about.status == "embargoed" or is_embargo(read_first(story, "NewsLineText"))
    return make_item(replace(item, flags=((EMBARGOED,) if is_held else ()) + item.flags), uri, encoding, digest)


def read_first(element: Any, name: str) -> str | None:
    """The words of the first descendant of a name that has any."""
    return next(filter(None, map(join_words, find_all(element, name))), None)


def read_components(element: Any) -> tuple[Item | None, str, Markup]:
    """The text of an item with the captions of its pictures behind it, and the NITF item where it is NITF."""
    found: tuple[Item | None, str, Markup] | None = None
    captions: list[str] = []
    for content in find_all(element, "ContentItem"):
        data = find_child(content, "DataContent")
        if data is None:
            continue
        inner, text, markup = read_data(data)
        role = name_role(content)
        if not text:
            continue
        if "caption" in role:
            captions += [line for line in text.split("\n") if line]
        elif found is None:
            found = inner, text, markup
    if found is None:
        return None, "", ()
    inner, text, markup = found
    for caption in dict.fromkeys(captions):
        markup = (*markup, (text.count("\n") + 2, "caption"))
        text = f"{text}\n\n{caption}"
    return inner, text, markup


def name_role(content: Any) -> str:
    """The role of the component that holds a content, in lower case: main, caption, side bar."""
    parents = [outer for outer in content.iterancestors() if name_tag(outer) == "NewsComponent"][:2]
    roles = [find_child(outer, "Role") for outer in parents]
    return " ".join((role.get("FormalName") or "").lower() for role in roles if role is not None)


def read_data(data: Any) -> tuple[Item | None, str, Markup]:
    """The text of one content: NITF, XHTML, or text."""
    nitf = next((part for part in data.iterdescendants() if name_tag(part) in ("nitf", "body.content")), None)
    if nitf is not None:
        inner, _ = read_nitf(nitf if name_tag(nitf) == "nitf" else data)
        return inner, inner.text, inner.markup
    if any(name_tag(part) in NITF_NAMES for part in data.iterdescendants()):
        return None, *render_nitf(data)
    if len(data):
        return None, *render_fragment(split_html_paragraphs(write_html(data)))
    text = "".join(data.itertext()).strip("\n")
    return None, *render_text(text)


NEWSML = Format(
    name="newsml",
    extensions=(".newsml",),
    recognise=lambda start: find_root(start) in ("NewsML", "NewsItem"),
    read=partial(read_xml_file, read_newsml_message),
    why="NewsML 1 of a news agency: every item with text is a record; pictures and cancelled items are quarantined.",
    holds_records=True,
)
