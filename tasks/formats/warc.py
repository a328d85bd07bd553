"""A WARC file has what a crawler fetched: every HTML page that answered with status 200 is a record."""

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from tasks.formats.html import read_page
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Format,
    Found,
    MissingExtra,
    ReadContext,
    Reject,
    describe_exception,
    hash_bytes,
)
from tasks.formats.stream import ChunkReader

HTML_TYPES = ("text/html", "application/xhtml+xml")
HTTP_OK = 200
GZIP, ZLIB = b"\x1f\x8b", b"\x78"
# zlib's number for "gzip or zlib, by the first bytes".
AUTOMATIC = 47
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
CUT = "WARC: the file ends inside a record"
RECORD_ENDS = (b"\r\n\r\n", b"\n\n")


def read_warc(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every HTML response with status 200, numbered from 0; all else is skipped.

    Raises MissingExtra where the library for WARC is not installed, BrokenInputError where the file breaks.
    """
    try:
        from fastwarc.warc import ArchiveIterator
    except ImportError as error:
        raise MissingExtra(
            f"{context.uri} is a WARC file, and the library that reads WARC is missing: install copydesk[warc] and run again"
        ) from error
    stream = ChunkReader(chunks)
    records = iter(ArchiveIterator(stream, parse_http=True, auto_decode="none"))
    number = 0
    while (record := call_library(stream, lambda: next(records, None))) is not None:
        headers = record.http_headers if record.headers.get("WARC-Type") == "response" else None
        is_page = (record.http_content_type or "").lower() in HTML_TYPES
        if is_page and headers is not None and headers.status_code == HTTP_OK:
            yield read_response(record, f"{context.uri}#{number}", stream, context.limits.record_bytes)
            number += 1
    if not stream.end.endswith(RECORD_ENDS):
        raise BrokenInputError("truncated", CUT)


def call_library(stream: ChunkReader, call: Callable[[], Any]) -> Any:
    """What a call of the library returns. Raises the failure of the stream, which the library may swallow, first."""
    try:
        result = call()
    except Exception as error:
        raise stream.failure or BrokenInputError("corrupt", f"WARC: {describe_exception(error)}") from error
    if stream.failure is not None:
        raise stream.failure
    return result


def read_response(record: Any, uri: str, stream: ChunkReader, limit: int) -> Found:
    """The record of one response; a reject where the page is too large or does not unpack."""
    size = record.content_length
    body = call_library(stream, lambda: record.reader.read(limit + 1))
    if len(body) < min(size, limit + 1):
        raise BrokenInputError("truncated", CUT)
    try:
        page = unpack_body(body, record.http_headers, limit + 1)
    except Exception as error:
        words = f"the page does not unpack: {describe_exception(error)}"
        return Reject(uri, "corrupt", words, raw_sha256=hash_bytes(body))
    if max(len(body), len(page)) > limit:
        return Reject(uri, "record_too_large", f"a page over the limit of {limit} bytes for one record")
    try:
        return read_page(page, uri, record.http_charset, record.headers.get("WARC-Target-URI"))
    except BrokenInputError as broken:
        return Reject(uri, broken.reason, broken.detail, raw_sha256=hash_bytes(page))


def unpack_body(body: bytes, headers: Any, limit: int) -> bytes:
    """At most `limit` bytes of a body without the codings that its headers name and that it has, the outermost first.

    Crawlers often store the plain page and leave the headers as they were: what does not look packed is not unpacked.
    """
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    for header in ("Transfer-Encoding", "Content-Encoding"):
        for coding in reversed((headers.get(header) or "").lower().split(",")):
            match coding.strip():
                case "chunked" if CHUNK_SIZE.match(body):
                    body = bytes(ChunkedReader(BytesIO(body)).read(limit))
                case "gzip" | "x-gzip" | "deflate" if body.startswith(GZIP) or body[:1] == ZLIB:
                    body = zlib.decompressobj(wbits=AUTOMATIC).decompress(body, limit)
                case "br" if not body.lstrip().startswith(b"<"):
                    body = bytes(BrotliReader(BytesIO(body)).read(limit))
    return body


WARC = Format(
    name="warc",
    extensions=(".warc",),
    recognise=lambda start: start.startswith(b"WARC/"),
    read=read_warc,
    why="Archives of crawlers: every HTML page that answered with status 200 is a record. Needs copydesk[warc].",
    holds_records=True,
)
