"""The metadata of a page: from JSON-LD, then meta tags, then trafilatura's reading of the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trafilatura.metadata import extract_metadata

from tasks.formats.values import parse_authors, parse_host, parse_published

ARTICLE_TYPE = re.compile(r"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)")
TIME_NAMES = (
    "article:published_time og:article:published_time datepublished parsely-pub-date sailthru.date dc.date.issued"
    " dcterms.created pubdate publish-date date"
)
# Dates in a page's text count only up to this day, so that the result does not depend on today.
DATE_SETTINGS = {"original_date": True, "extensive_search": False, "max_date": "2099-12-31"}


@dataclass(frozen=True)
class PageMeta:
    """Evidence, not truth: each None or empty where the page has none. Named as in `Record`."""

    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    url: str | None = None
    publisher: str | None = None


def read_meta(tree: Any, page_url: str | None) -> PageMeta:
    """The metadata of a parsed page."""
    article = next(read_articles(tree), {})
    tags = read_tags(tree)
    seen = extract_metadata(tree, default_url=page_url, date_config=dict(DATE_SETTINGS), extensive=False)
    times = (article.get("datePublished"), *map(tags.get, TIME_NAMES.split()), seen.date)
    addresses = (tags.get("canonical"), tags.get("og:url"), seen.url)
    return PageMeta(
        title=tidy_first(article.get("headline"), tags.get("og:title"), seen.title),
        standfirst=tidy_first(article.get("description"), tags.get("og:description"), tags.get("description")),
        authors=parse_authors(article.get("author")) or parse_authors(seen.author),
        published_at=next(filter(None, map(parse_published, times)), None),
        url=next((url.strip() for url in addresses if isinstance(url, str) and parse_host(url)), None),
        publisher=tidy_first(pick_name(article.get("publisher")), tags.get("og:site_name")),
    )


def read_articles(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in the page's JSON-LD that is an article, in the order of the page."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            block = json.loads((script.text or "").strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from find_articles(block, 0)


def find_articles(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The articles in a JSON-LD value: itself, in its graph, or what a page is about."""
    if isinstance(value, list):
        for entry in value:
            yield from find_articles(entry, depth)
    elif isinstance(value, dict) and depth < 4:
        kinds = value.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(name, str) and ARTICLE_TYPE.fullmatch(name) for name in names):
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from find_articles(value.get(key), depth + 1)


def read_tags(tree: Any) -> dict[str, str]:
    """Content of the page's meta tags by name in lower case, the first of each, and its canonical address."""
    tags: dict[str, str] = {}
    for tag in tree.iter("meta", "link"):
        if tag.tag == "link" and (tag.get("rel") or "").lower() == "canonical":
            tags.setdefault("canonical", tag.get("href") or "")
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        if name and tag.get("content"):
            tags.setdefault(name.lower(), tag.get("content"))
    return tags


def tidy_first(*values: Any) -> str | None:
    """The first value that is a string with words, on one line and with its character references read.

    >>> tidy_first(None, " ", "Bridges &amp;  harbours ")
    'Bridges & harbours'
    """
    lines = (" ".join(html.unescape(value).split()) for value in values if isinstance(value, str))
    return next(filter(None, lines), None)


def pick_name(value: Any) -> Any:
    """The name in a JSON-LD person or organisation, the first where there are several."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value.get("name") if isinstance(value, dict) else value
