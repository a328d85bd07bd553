"""An HTTP response as crawlers store it: status, header, and the body without the codings that the header names."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from tasks.formats.record import BrokenInputError, MissingExtra
from tasks.formats.stream import CHUNK_BYTES, unpack_zstd
from tasks.formats.warc_records import HEADER_END, parse_header_fields

STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b")
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)
GZIP, ZLIB, ZSTD = b"\x1f\x8b", b"\x78", b"\x28\xb5\x2f\xfd"
# zlib's number for "gzip or zlib, by the first bytes".
AUTOMATIC = 47
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r?\n")


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A response. `kind`: its content type in lower case, empty where it has none; `is_cut`: whether the body is not whole."""

    status: int
    header: dict[str, str]
    kind: str
    charset: str | None
    body: bytes
    is_cut: bool = False


def parse_message(raw: bytes) -> HttpMessage | None:
    """The response with its body as it is stored; None for what is no response."""
    status = STATUS.match(raw)
    if status is None:
        return None
    end = HEADER_END.search(raw)
    header = parse_header_fields(raw[: end.start()] if end else raw)
    body = raw[end.end() :] if end else b""
    kind, _, more = header.get("content-type", "").partition(";")
    charset = CHARSET.search(more)
    length = header.get("content-length", "")
    is_cut = end is None or (length.isdecimal() and len(length) < 16 and int(length) > len(body))
    return HttpMessage(int(status[1]), header, kind.strip().lower(), charset[1] if charset else None, body, is_cut)


def unpack_body(body: bytes, header: dict[str, str], limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes of a body without its codings, the outermost undone first, and whether it is whole.

    Crawlers often store the plain page and leave the header as it was: what does not look packed is not unpacked. Raises
    zlib.error, BrokenInputError, or what the library for Brotli raises.
    """
    is_whole = True
    for name in ("transfer-encoding", "content-encoding"):
        for coding in reversed(header.get(name, "").lower().split(",")):
            if unpack := find_coding(coding.strip(), body):
                body, is_end = unpack(body, limit)
                is_whole = is_whole and (is_end or len(body) >= limit)
    return body, is_whole


def find_coding(coding: str, body: bytes) -> Callable[[bytes, int], tuple[bytes, bool]] | None:
    """What undoes a coding that the body has."""
    match coding:
        case "chunked" if CHUNK_SIZE.match(body):
            return join_pieces
        case "gzip" | "x-gzip" | "deflate" if body.startswith(GZIP) or body[:1] == ZLIB:
            return unpack_zlib
        case "zstd" if body.startswith(ZSTD):
            return unpack_zstd_body
        case "br" if not body.lstrip().startswith(b"<"):
            return unpack_brotli
    return None


def join_pieces(body: bytes, limit: int) -> tuple[bytes, bool]:
    """The chunks of a body joined; those after a broken one are lost.

    >>> join_pieces(b"5\\r\\nGulls\\r\\n0\\r\\n\\r\\n", 100), join_pieces(b"5\\r\\nGul", 100)
    ((b'Gulls', True), (b'Gul', False))
    """
    pieces: list[bytes] = []
    position = held = 0
    while held < limit and (size := CHUNK_SIZE.match(body, position)):
        length = int(size[1], 16)
        if not length:
            return b"".join(pieces), True
        piece = body[size.end() : size.end() + length]
        pieces.append(piece)
        held += len(piece)
        position = size.end() + length
        position += 2 if body.startswith(b"\r\n", position) else body.startswith(b"\n", position)
    return b"".join(pieces)[:limit], held >= limit


def unpack_zlib(body: bytes, limit: int) -> tuple[bytes, bool]:
    """A body in gzip or zlib; what comes before a fault is kept. Raises zlib.error where that is nothing."""
    inner, held, data = zlib.decompressobj(wbits=AUTOMATIC), 0, body
    pieces: list[bytes] = []
    try:
        while data and held < limit and not inner.eof:
            pieces.append(inner.decompress(data, min(CHUNK_BYTES, limit - held)))
            held += len(pieces[-1])
            data = inner.unconsumed_tail
    except zlib.error:
        if not held:
            raise
    return b"".join(pieces), inner.eof


def unpack_zstd_body(body: bytes, limit: int) -> tuple[bytes, bool]:
    """A body in Zstandard; what comes before a fault is kept. Raises BrokenInputError where that is nothing."""
    pieces, held = [], 0
    try:
        for piece in unpack_zstd(iter((body,))):
            pieces.append(piece)
            held += len(piece)
            if held >= limit:
                break
    except BrokenInputError:
        if not held:
            raise
        return b"".join(pieces), False
    return b"".join(pieces)[:limit], True


def unpack_brotli(body: bytes, limit: int) -> tuple[bytes, bool]:
    """A body in Brotli. Raises MissingExtra where its library is not installed."""
    try:
        from fastwarc.stream_io import BrotliReader
    except ImportError as error:
        raise MissingExtra("a page is packed with Brotli: install copydesk[warc] and run again") from error
    return bytes(BrotliReader(BytesIO(body)).read(limit)), True
