"""A WARC file has what a crawler fetched: pages, resources and, in a WET file, the plain text of pages are records.

All else is passed over and counted by its kind: requests, responses with another status, pictures.
"""

from collections.abc import Iterator
from dataclasses import replace

from tasks.formats.decode import decode
from tasks.formats.gzip_members import unpack_separately
from tasks.formats.html import read_page
from tasks.formats.http_message import HttpMessage, parse_message, unpack_body
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Format,
    Found,
    MissingExtra,
    PassedOver,
    ReadContext,
    Record,
    Reject,
    describe_exception,
    hash_bytes,
)
from tasks.formats.stream import find_packing, peek_chunk
from tasks.formats.unread import Unread
from tasks.formats.warc_records import SIGN, WarcRecord, WarcStream, list_records

HTML_TYPES = ("text/html", "application/xhtml+xml")
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/xml", "text/xml")
HTTP_OK = 200
MOST_KINDS = 40
TRUNCATED = "truncated"
WAT = "metadata records of WAT"


def read_warc(chunks: Chunks, context: ReadContext) -> Iterator[Found | PassedOver]:
    """Records and rejects, numbered from 0, and what is passed over. `chunks` may be packed with gzip, record by record.

    Raises BrokenInputError where the file ends inside a record.
    """
    first, chunks = peek_chunk(chunks)
    packing = find_packing(first)
    is_packed = packing is not None and packing.name == "gzip"
    items = unpack_separately(chunks, SIGN, context.limits.unpacked_ratio) if is_packed else chunks
    number, kinds = 0, set[str]()
    for record in list_records(WarcStream(items), context.limits.record_bytes):
        uri = f"{context.uri}#{number}"
        if isinstance(record, BrokenInputError):
            found: Iterator[Found | PassedOver] = iter((Reject(uri, record.reason, record.detail),))
        else:
            found = read_warc_record(record, replace(context, uri=uri, path=""))
        is_record = False
        for item in found:
            if isinstance(item, PassedOver):
                kind = item.kind if item.kind in kinds or len(kinds) < MOST_KINDS else "records of other kinds"
                kinds.add(kind)
                yield PassedOver(
                    kind, record.header.get("warc-record-id", uri) if isinstance(record, WarcRecord) else uri
                )
            else:
                is_record = True
                yield item
        number += is_record
    if not number and WAT in kinds:
        yield Reject(
            context.uri, "unsupported_format", "WAT (metadata of WARC files): read the WARC or WET files instead."
        )


def read_warc_record(record: WarcRecord, context: ReadContext) -> Iterator[Found | PassedOver]:
    """What one record is."""
    kind = record.header.get("warc-type", "").lower() or "untyped"
    content = record.content
    try:
        if kind == "response" and content is not None and (message := parse_message(content)):
            found = read_response(record, message, context)
        elif kind in ("resource", "conversion"):
            found = read_resource(record, kind, context)
        elif kind == "metadata" and content is not None and b'"Envelope"' in content[:200_000]:
            found = iter((PassedOver(WAT, context.uri),))
        elif kind == "response" and content is None:
            found = iter((refuse_large(record.size, context),))
        else:
            found = iter(
                (PassedOver(f"{kind} records" if kind != "response" else "responses without HTTP", context.uri),)
            )
        for item in found:
            yield finish_record(item, record)
    except MissingExtra as error:
        raise MissingExtra(f"{context.uri}: {error}") from error
    except BrokenInputError as broken:
        yield Reject(context.uri, broken.reason, broken.detail, raw_sha256=hash_bytes(content or b""))


def finish_record(item: Found | PassedOver, record: WarcRecord) -> Found | PassedOver:
    """A record with its address and, where the crawler cut it, with the flag that says so."""
    if not isinstance(item, Record):
        return item
    flags = (
        (*item.flags, TRUNCATED) if "warc-truncated" in record.header and TRUNCATED not in item.flags else item.flags
    )
    return replace(item, url=item.url or find_target(record), flags=flags)


def find_target(record: WarcRecord) -> str | None:
    """The address of a record, which old writers put into angle brackets."""
    return record.header.get("warc-target-uri", "").strip().removeprefix("<").removesuffix(">") or None


def refuse_large(size: int, context: ReadContext) -> Reject:
    """The reject of a record over the limit."""
    words = f"a page of {size} bytes, over the limit of {context.limits.record_bytes} for one record"
    return Reject(context.uri, "record_too_large", words)


def read_response(record: WarcRecord, message: HttpMessage, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of a response."""
    if message.status != HTTP_OK:
        yield PassedOver(f"responses with status {message.status}", context.uri)
        return
    if message.kind and message.kind not in (*HTML_TYPES, *FEED_TYPES):
        yield PassedOver(f"responses of type {name_type(message.kind)}", context.uri)
        return
    limit = context.limits.record_bytes
    try:
        page, is_whole = unpack_body(message.body, message.header, limit + 1)
    except (MissingExtra, MemoryError):
        raise
    except Exception as error:
        words = f"the page does not unpack: {describe_exception(error)}"
        yield Reject(context.uri, "corrupt", words, raw_sha256=hash_bytes(message.body))
        return
    if len(page) > limit:
        yield refuse_large(len(page), context)
        return
    is_cut = message.is_cut or not is_whole
    for item in read_payload(page, message.kind, message.charset, record, context):
        yield replace(item, flags=(*item.flags, TRUNCATED)) if is_cut and isinstance(item, Record) else item


def read_resource(record: WarcRecord, kind: str, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of a resource, or of the text of a page in a WET file."""
    if record.content is None:
        yield refuse_large(record.size, context)
        return
    own = record.header.get("content-type", "").partition(";")[0].strip().lower()
    if own == "text/plain":
        text, encoding = decode(record.content)
        yield Record(context.uri, text, encoding, hash_bytes(record.content))
    elif own.startswith(("image/", "audio/", "video/", "font/")) or own == "text/css":
        yield PassedOver(f"{kind} records of type {name_type(own)}", context.uri)
    else:
        yield from read_payload(record.content, own, None, record, context)


def read_payload(
    body: bytes, kind: str, charset: str | None, record: WarcRecord, context: ReadContext
) -> Iterator[Found | PassedOver]:
    """The records of a page, or of whatever the bytes are where no type is stated."""
    from tasks.formats.registry import choose_format  # which knows all formats, this one too

    address = find_target(record)
    form = choose_format("auto", (address or "").partition("?")[0].partition("#")[0], body)
    if kind in HTML_TYPES or (not isinstance(form, Unread) and form.name == "html"):
        yield read_page(body, context.uri, charset, address)
    elif isinstance(form, Unread) or form.is_archive:
        yield PassedOver(f"records that are {form.name}", context.uri)
    else:
        for item in form.read(iter((body,)), context):
            yield (
                replace(item, raw_sha256=hash_bytes(body)) if isinstance(item, Record) and not item.raw_sha256 else item
            )


def name_type(kind: str) -> str:
    """A content type, of pictures and sound only the first part.

    >>> name_type("image/png"), name_type("application/json")
    ('image/*', 'application/json')
    """
    first = kind.partition("/")[0]
    return f"{first}/*" if first in ("image", "audio", "video", "font") else kind[:60]


WARC = Format(
    name="warc",
    extensions=(".warc", ".wet"),
    recognise=lambda start: start.startswith(SIGN),
    read=read_warc,
    why="Archives of crawlers: every HTML page that answered with status 200, every resource and, in WET files, every text is a "
    "record. What is passed over is counted.",
    holds_records=True,
    reads_gzip=True,
)
