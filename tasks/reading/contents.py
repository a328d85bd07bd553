"""The records in the bytes of a file, or of a member of an archive, by the format that the bytes or the name say."""

from collections.abc import Iterator
from dataclasses import replace

from tasks.formats.record import Chunks, Found, PassedOver, ReadContext, Reject
from tasks.formats.registry import choose_format
from tasks.formats.stream import Tap, find_packing, peek_chunk, unpack_chunks
from tasks.formats.unread import Unread

NESTED = "an archive inside two others; one inside another is read. Unpack it first."


def read_contents(chunks: Chunks, tap: Tap, name: str, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of these bytes. `name`: that of the file, whose extension counts; `tap`: counts the packed bytes.

    Raises BrokenInputError where the bytes break.
    """
    raw, chunks = peek_chunk(chunks)
    first, plain = peek_chunk(unpack_chunks(chunks, tap, context.limits))
    if find_packing(raw):
        context = replace(context, path="")  # it opens the packed bytes
    form = choose_format(context.format, name, first)
    if isinstance(form, Unread):
        yield Reject(context.uri, "unsupported_format", form.detail)
    elif form.is_archive and context.depth > 1:
        yield Reject(context.uri, "unsupported_format", f"{form.name}: {NESTED}")
    else:
        tap.has_members = form.is_archive
        yield from form.read(plain, context)
