"""Reads bytes with a reader of a format, as a file of that name."""

from __future__ import annotations

from tasks.batch import Fields, Limits
from tasks.formats.record import Found, ReadContext, Reader, Record, Reject


def read_all(reader: Reader, content: bytes | str, uri: str = "a", limits: Limits | None = None) -> list[Found]:
    raw = content.encode() if isinstance(content, str) else content
    return list(reader(iter([raw]), ReadContext(uri, Fields(), limits or Limits())))


def read_records(reader: Reader, content: bytes | str) -> list[Record]:
    found = read_all(reader, content)
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == len(found), found
    return records


def read_reject(reader: Reader, content: bytes | str) -> Reject:
    (found,) = read_all(reader, content)
    assert isinstance(found, Reject), found
    return found
