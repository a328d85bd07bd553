"""A text file is one document. Its hash is the file's, which whoever opened the file knows."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.batch import Limits
from tasks.formats.decode import Undecodable, decode
from tasks.formats.record import Chunks, Found, Record, Reject
from tasks.formats.stream import read_whole


def read_text(chunks: Chunks, uri: str, limits: Limits) -> Iterator[Found]:
    """The one record of a text file, or the one reject: `binary`, `undecodable`."""
    decoded = decode(read_whole(chunks, limits.record_bytes))
    if isinstance(decoded, Undecodable):
        yield Reject(uri, decoded.reason, decoded.detail)
    else:
        yield Record(uri, decoded.text, decoded.encoding, "")
