"""A text file is one document."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.formats.decode import Undecodable, decode
from tasks.formats.format import Format, ReadContext
from tasks.formats.record import Chunks, Found, Record, Reject
from tasks.formats.stream import read_whole


def read_text(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The one record of a text file, or the one reject: `binary`, `undecodable`. The caller knows the hash of the file."""
    decoded = decode(read_whole(chunks, context.limits.record_bytes))
    if isinstance(decoded, Undecodable):
        yield Reject(context.uri, decoded.reason, decoded.detail)
    else:
        yield Record(context.uri, decoded.text, decoded.encoding, "")


TEXT = Format(
    name="text",
    extensions=(".txt", ".text", ".md"),
    recognise=lambda start: True,
    read=read_text,
    why="Plain text of one article, as scrapers save it; also whatever no other format recognises.",
)
