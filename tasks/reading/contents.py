"""The records in the bytes of a file, or of a member of an archive, by the format that the bytes or the name say."""

import zlib
from collections.abc import Iterator
from dataclasses import replace

from tasks.batch import Limits
from tasks.formats.record import Chunks, Format, Found, PassedOver, ReadContext, Reject
from tasks.formats.registry import START_BYTES, choose_format
from tasks.formats.stream import Tap, bound_chunks, find_packing, peek_chunk, unpack_chunks
from tasks.formats.unread import Unread

NESTED = "an archive inside two others; one inside another is read. Unpack it first."


def read_contents(chunks: Chunks, tap: Tap, name: str, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of these bytes. `name`: that of the file, whose extension counts; `tap`: counts the packed bytes.

    Raises BrokenInputError where the bytes break.
    """
    raw, chunks = peek_chunk(chunks)
    packing = find_packing(raw)
    if packing:
        context = replace(context, path="")  # it opens the packed bytes
    if packing and packing.name == "gzip":
        form = choose_format(context.format, name, peek_gzip(raw))
        if isinstance(form, Format) and form.reads_gzip:
            yield from form.read(
                bound_chunks(chunks, context.limits.file_bytes, "size over the limit of {} bytes"), context
            )
            return
    first, plain = peek_chunk(unpack_chunks(chunks, tap, context.limits))
    form = choose_format(context.format, name, first)
    if isinstance(form, Unread):
        yield Reject(context.uri, "unsupported_format", form.detail)
    elif form.is_archive and context.depth > 1:
        yield Reject(context.uri, "unsupported_format", f"{form.name}: {NESTED}")
    else:
        tap.has_members = form.is_archive
        yield from form.read(plain, context)


def name_contents(chunks: Chunks, name: str, declared: str, limits: Limits) -> tuple[str, str]:
    """The names of the packing, empty where there is none, and of the format. Raises BrokenInputError."""
    raw, chunks = peek_chunk(chunks)
    packing = find_packing(raw)
    first, _ = peek_chunk(unpack_chunks(chunks, Tap(len(raw)), limits))
    return packing.name if packing else "", choose_format(declared, name, first).name


def peek_gzip(raw: bytes) -> bytes:
    """The first unpacked bytes, fewer where the packed ones break."""
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, START_BYTES)
    except zlib.error:
        return b""
