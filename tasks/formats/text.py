"""Plain text and Markdown: one article, or several with separators between them."""

from collections.abc import Iterator
from dataclasses import replace

from tasks.formats.decode import decode
from tasks.formats.front_matter import find_head
from tasks.formats.marked_text import read_marked_text
from tasks.formats.record import Chunks, Format, Found, ReadContext, Record, Reject, hash_bytes
from tasks.formats.several import looks_like_several, split_articles
from tasks.formats.stream import WHOLE_BYTES, read_whole
from tasks.formats.wire import make_item

MARKDOWN = (".md", ".markdown")
SEVERAL = "several_articles"


def read_text(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The one record of a text file, or the records between its separators, numbered from 0.

    A file that only looks like several articles is one record with the flag `several_articles`.
    """
    limit = context.limits.record_bytes
    raw = read_whole(chunks, WHOLE_BYTES, "too_large") if context.separator else read_whole(chunks, limit)
    text, encoding = decode(raw)
    parts = split_articles(text, context.separator)
    is_markdown = context.uri.lower().endswith(MARKDOWN)
    if len(parts) == 1:
        found = read_article(parts[0], context.uri, encoding, is_markdown=is_markdown)
        is_several = isinstance(found, Record) and looks_like_several(parts[0])
        yield replace(found, flags=(*found.flags, SEVERAL)) if isinstance(found, Record) and is_several else found
        return
    for number, part in enumerate(parts):
        uri, own = f"{context.uri}#{number}", part.encode("utf-8", "surrogatepass")
        if len(own) > limit:
            yield Reject(uri, "record_too_large", f"{len(own)} bytes, over the limit of {limit} for one record")
        else:
            found = read_article(part, uri, encoding, is_markdown=is_markdown)
            yield replace(found, raw_sha256=hash_bytes(own))


def read_article(text: str, uri: str, encoding: str, *, is_markdown: bool) -> Found:
    """The record of one article, with the fields that its head names; the caller knows the hash."""
    head = find_head(text)
    marked = read_marked_text(head.text if head else text, is_declared=is_markdown)
    if head:
        values = {"title": marked.title, "url": marked.url, **head.values}
        return make_item(
            replace(head, values=values, text=marked.text, markup=marked.markup), uri, encoding + marked.repairs, ""
        )
    found = Record(uri, marked.text, encoding + marked.repairs, raw_sha256="")
    return replace(found, title=marked.title, url=marked.url, markup=marked.markup)


TEXT = Format(
    name="text",
    extensions=(".txt", ".text", ".story", *MARKDOWN),
    recognise=lambda start: True,
    read=read_text,
    why="Plain text or Markdown of one article, as scrapers save it, or of several with a `separator` between them; also "
    "whatever no other format recognises.",
)
