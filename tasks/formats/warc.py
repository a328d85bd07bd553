"""A WARC file holds what a crawler fetched: every HTML page that answered with status 200 is a record."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from tasks.formats.format import Format, ReadContext
from tasks.formats.html import read_page
from tasks.formats.record import BrokenInputError, Chunks, Found, MissingExtra, Reject, describe_exception, hash_bytes
from tasks.formats.stream import ChunkReader

HTML_TYPES = ("text/html", "application/xhtml+xml")
HTTP_OK = 200
GZIP, ZLIB = b"\x1f\x8b", b"\x78"
# zlib's number for "gzip or zlib, see for yourself".
AUTOMATIC = 47
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
CUT = "WARC: the file ends inside a record"
RECORD_ENDS = (b"\r\n\r\n", b"\n\n")


def read_warc(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every HTML response with status 200, numbered from 0; all else is passed over.

    Raises MissingExtra where the library for WARC is not installed, BrokenInputError where the file breaks.
    """
    try:
        from fastwarc.warc import ArchiveIterator
    except ImportError as error:
        raise MissingExtra(
            f"{context.uri} is a WARC file, and the library that reads WARC is missing: install copydesk[warc] and run again"
        ) from error
    stream = ChunkReader(chunks)
    records = ArchiveIterator(stream, parse_http=True, auto_decode="none")
    for number, record in enumerate(filter(is_html_response, walk_records(records, stream))):
        yield read_response(record, f"{context.uri}#{number}", stream, context.limits.record_bytes)
    if not stream.end.endswith(RECORD_ENDS):
        raise BrokenInputError("truncated", CUT, keeps=True)


def walk_records(records: Iterable[Any], stream: ChunkReader) -> Iterator[Any]:
    """The records of an archive; what ends them early is raised as BrokenInputError, whatever the library made of it."""
    try:
        yield from records
    except Exception as error:
        raise stream.failure or BrokenInputError("corrupt", f"WARC: {describe_exception(error)}", keeps=True) from error
    if stream.failure is not None:
        raise stream.failure


def is_html_response(record: Any) -> bool:
    """Whether a record is an HTML page that was found."""
    headers = record.http_headers if record.headers.get("WARC-Type") == "response" else None
    kind = (record.http_content_type or "").lower()
    return headers is not None and headers.status_code == HTTP_OK and kind in HTML_TYPES


def read_response(record: Any, uri: str, stream: ChunkReader, limit: int) -> Found:
    """The record of one response; a reject where the page is too large or does not unpack."""
    size = record.content_length
    try:
        body = record.reader.read(limit + 1)
    except Exception as error:
        raise stream.failure or BrokenInputError("corrupt", f"WARC: {describe_exception(error)}", keeps=True) from error
    if stream.failure is not None:
        raise stream.failure
    if len(body) < min(size, limit + 1):
        raise BrokenInputError("truncated", CUT, keeps=True)
    try:
        page = unpack_body(body, record.http_headers, limit + 1)
    except Exception as error:
        return Reject(
            uri, "corrupt", f"the page does not unpack: {describe_exception(error)}", raw_sha256=hash_bytes(body)
        )
    if max(len(body), len(page)) > limit:
        return Reject(uri, "record_too_large", f"a page over the limit of {limit} bytes for one record")
    return read_page(page, uri, record.http_charset, record.headers.get("WARC-Target-URI"))


def unpack_body(body: bytes, headers: Any, limit: int) -> bytes:
    """At most `limit` bytes of a body without the codings that its headers name and that it has.

    Crawlers often store the plain page and leave the headers as they were: what does not look packed is not unpacked.
    """
    codings = [*split_codings(headers.get("Transfer-Encoding")), *split_codings(headers.get("Content-Encoding"))]
    for coding in codings:
        body = unpack_coding(body, coding, limit)
    return body


def split_codings(header: str | None) -> list[str]:
    """The codings in a header, the outermost (the last that was applied) first."""
    return [coding.strip().lower() for coding in reversed((header or "").split(","))]


def unpack_coding(body: bytes, coding: str, limit: int) -> bytes:
    """A body without one coding; as it is where it does not have it."""
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    if coding == "chunked" and CHUNK_SIZE.match(body):
        return bytes(ChunkedReader(BytesIO(body)).read(limit))
    if coding in ("gzip", "x-gzip", "deflate") and (body.startswith(GZIP) or body[:1] == ZLIB):
        return zlib.decompressobj(wbits=AUTOMATIC).decompress(body, limit)
    if coding == "br" and not body.lstrip().startswith(b"<"):
        return bytes(BrotliReader(BytesIO(body)).read(limit))
    return body


WARC = Format(
    name="warc",
    extensions=(".warc",),
    recognise=lambda start: start.startswith(b"WARC/"),
    read=read_warc,
    why="Archives of crawlers: every HTML page that answered with status 200 is a record. Needs copydesk[warc].",
    holds_records=True,
    holds_text=False,
)
