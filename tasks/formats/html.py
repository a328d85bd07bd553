"""An HTML page is one document: its article's text, and metadata from JSON-LD, then meta tags, then trafilatura."""

import codecs
import json
import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import trafilatura
from trafilatura.metadata import extract_metadata

from tasks.dates.published import parse_published
from tasks.facts.names import CASELESS_LETTER
from tasks.formats.authors import parse_authors
from tasks.formats.decode import decode_bytes
from tasks.formats.figures import insert_captions
from tasks.formats.layout import is_shown, lay_out
from tasks.formats.record import (
    Chunks,
    Format,
    Found,
    Markup,
    ReadContext,
    Record,
    canonicalize,
    describe_exception,
    hash_bytes,
    reject_record,
)
from tasks.formats.repair import repair_characters, repair_text
from tasks.formats.stream import read_whole
from tasks.formats.values import parse_host

# What these libraries log about a page is in the reject.
for name in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)

OPENING = re.compile(rb"\s*(<!--|<\?xml)", re.I)
HTML_START = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.I)
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*(?:[\"']\s*)?([A-Za-z0-9_:.-]{2,40})", re.I)
XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.I)
XML_START = re.compile(r"^\s*<\?xml[^>]*\?>")
HEAD_BYTES = 4096
EXCERPT_CHARS = 1 << 16
# libxml2 compares each attribute of a tag with those before it. Real pages have a few dozen.
TAG_CHARS, TAG_ATTRIBUTES = 10_000, 1_000
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
RAW = re.compile("<(?:script|style|!--)", re.I)
RAW_ENDS = {"<script": "</", "<style": "</", "<!--": "-->"}
# Elements with words for the excerpt of a page without an article.
WORDY = "body main article section div p span a li h1 h2 h3 b i em strong"

ARTICLE_TYPE = re.compile(r"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)")
TIME_NAMES = (
    "article:published_time og:article:published_time datepublished parsely-pub-date sailthru.date dc.date.issued"
    " dcterms.created pubdate publish-date date"
)
AUTHOR_NAMES = frozenset({"author", "article:author", "dc.creator", "parsely-author", "sailthru.author"})
CASELESS = re.compile(CASELESS_LETTER)
# Dates in a page's text count only up to this day, so that the result does not depend on today.
DATE_SETTINGS = {"original_date": True, "extensive_search": False, "max_date": "2099-12-31"}


def starts_html(start: bytes) -> bool:
    """Whether a tag of HTML comes first, after any white space, XML declarations and comments.

    A loop, not one pattern: nested repeats would take exponential time on a series of comments.

    >>> starts_html(b"<?xml version='1.0'?><!-- a --> <HTML lang='en'>"), starts_html(b"<b>words</b>")
    (True, False)
    """
    start = start.removeprefix(codecs.BOM_UTF8)
    position = 0
    while opening := OPENING.match(start, position):
        closing = b"-->" if opening[1] == b"<!--" else b">"
        end = start.find(closing, opening.end())
        if end < 0:
            return False
        position = end + len(closing)
    return HTML_START.match(start, position) is not None


def read_html(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The one record of an HTML file, or the one reject: `empty`, `no_article`, `html_error`."""
    yield read_page(read_whole(chunks, context.limits.record_bytes), context.uri, None, None)


def read_page(raw: bytes, uri: str, declared: str | None, url: str | None) -> Found:
    """The record of a page. `declared`: charset of its HTTP header; `url`: where it comes from. Raises BrokenInputError."""
    head = raw[:HEAD_BYTES]
    own = META_CHARSET.search(head) or XML_ENCODING.search(head)
    # A byte order mark comes first, then the HTTP header, then the page's own `meta`, then a guess.
    html, encoding = decode_bytes(raw, declared or (own.group(1).decode("ascii") if own else None))
    return extract_article(html, Record(uri, "", encoding, hash_bytes(raw), url=url))


def extract_article(html: str, known: Record) -> Found:
    """The record with the article's text, and with the page's metadata where `known` has no value; or a reject."""
    if not html.strip():
        return reject_record(known, "empty", "the page is blank", None)
    html, repairs = repair_characters(html)
    if (attributes := count_attributes(html)) > TAG_ATTRIBUTES:
        detail = f"a tag with about {attributes} attributes; the limit is {TAG_ATTRIBUTES}"
        return reject_record(known, "too_costly", detail, excerpt_page(html))
    try:
        text, markup, meta = extract_text(html, known.url)
    except Exception as error:  # whatever a page does to the libraries that parse it, the run continues
        return reject_record(known, "html_error", describe_exception(error), excerpt_page(html))
    if not text:
        detail = f"nothing that reads like an article in {len(html)} characters of HTML"
        return reject_record(known, "no_article", detail, excerpt_page(html))
    text, more = repair_text(text)
    metadata = {name: getattr(known, name) or value for name, value in meta.items()}
    return replace(known, text=text, encoding=known.encoding + repairs + more, markup=markup, **metadata)


def count_attributes(html: str) -> int:
    """About how many attributes the tag with the most of them has; shorter tags than TAG_CHARS are not counted.

    >>> count_attributes("<p class=a>"), count_attributes("<p " + "x=1 " * 4_000 + ">")
    (0, 4001)
    >>> count_attributes("<path d='" + "1 2 " * 9_000 + "'>")
    2
    >>> count_attributes("<script>if (a<b) {" + "x = 1; " * 4_000 + "} b > a</script>")
    0
    """
    most, start = 0, html.find("<")
    while start >= 0:
        # Scripts, styles and comments have tags of their own, or signs that look like tags.
        raw = RAW.match(html, start)
        end = html.find(RAW_ENDS[raw[0].lower()] if raw else ">", start)
        if end < 0:
            break
        if not raw and end - start > TAG_CHARS:
            most = max(most, len(QUOTED.sub("", html[start:end]).split()))
        start = html.find("<", end + 1)
    return most


def extract_text(html: str, url: str | None) -> tuple[str, Markup, dict[str, Any]]:
    """The article's text by trafilatura, tuned for recall, with its captions; its markup; and the page's own metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = trafilatura.load_html(XML_START.sub("", html))
        if tree is None:
            return "", (), {}
        meta = read_meta(tree, url)
        text = trafilatura.extract(
            tree, url=url, favor_recall=True, include_comments=False, include_tables=True, deduplicate=False
        )
        layout = lay_out(tree)
        # A description that the page does not show is for search engines, or is the first paragraph cut short.
        if meta["standfirst"] and not is_shown(layout, meta["standfirst"]):
            meta["standfirst"] = None
        # Line numbers are of the canonical text.
        return *insert_captions(canonicalize(text or ""), tree, layout, parse_host(meta["url"])), meta


def excerpt_page(html: str) -> str | None:
    """The words at the top of a page, without tags, for readers of the reject."""
    try:
        tree = trafilatura.load_html(XML_START.sub("", html[:EXCERPT_CHARS]))
        if tree is None:
            return None
        words = [text for element in tree.iter(*WORDY.split()) for text in (element.text, element.tail) if text]
    except Exception:  # a page that broke one reader may break this one
        return None
    return " ".join(" ".join(words).split()) or None


def read_meta(tree: Any, page_url: str | None) -> dict[str, Any]:
    """The metadata of a parsed page: evidence, not truth. Named as in `Record`, None or empty where the page has none."""
    article = next(read_articles(tree), {})
    tags = read_tags(tree)
    publisher = article.get("publisher")
    if isinstance(publisher, list):
        publisher = publisher[0] if publisher else None
    if isinstance(publisher, dict):
        publisher = publisher.get("name")
    seen = extract_metadata(tree, default_url=page_url, date_config=dict(DATE_SETTINGS), extensive=False)
    times = (article.get("datePublished"), *map(tags.get, TIME_NAMES.split()), seen.date)
    addresses = (tags.get("canonical"), tags.get("og:url"), seen.url)
    return {
        "title": tidy_first(article.get("headline"), tags.get("og:title"), seen.title),
        "standfirst": tidy_first(article.get("description"), tags.get("og:description"), tags.get("description")),
        "authors": parse_authors(article.get("author")) or read_caseless_authors(tree) or parse_authors(seen.author),
        "published_at": next(filter(None, map(parse_published, times)), None),
        "url": next((url.strip() for url in addresses if isinstance(url, str) and parse_host(url)), None),
        "publisher": tidy_first(publisher, tags.get("og:site_name")),
    }


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


def read_caseless_authors(tree: Any) -> tuple[str, ...]:
    """The authors in the page's meta tags where they are in a script without capitals, which trafilatura drops or cuts."""
    stated = [tag.get("content") for tag in tree.iter("meta") if (tag.get("name") or "").lower() in AUTHOR_NAMES]
    return parse_authors([words for words in stated if words and CASELESS.match(words.strip())])


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
    lines = (" ".join(unescape(value).split()) for value in values if isinstance(value, str))
    return next(filter(None, lines), None)


HTML = Format(
    name="html",
    extensions=(".html", ".htm", ".xhtml"),
    recognise=starts_html,
    read=read_html,
    why="A web page: the article in it, with captions, and the title, authors and date that the page states.",
)
