"""What reading a format gives: records and rejects, and the ways in which an input can break."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tasks.formats.canonical import canonicalize, is_blank


@dataclass(frozen=True, slots=True)
class Record:
    """One document as read: `text` decoded and repaired, not yet canonical.

    `publisher`: only from the input; `markup`: number and role of the lines whose role markup gives, in order.
    """

    uri: str
    text: str
    encoding: str
    raw_sha256: str
    record_id: str | None = None
    publisher: str | None = None
    url: str | None = None
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    markup: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """Input that is no document. `reason`: a stable code; `detail`: the explanation; `text`: what could be read."""

    uri: str
    reason: str
    detail: str
    text: str | None = None
    raw_sha256: str | None = None
    record_id: str | None = None
    publisher: str | None = None
    title: str | None = None
    encoding: str | None = None


Found = Record | Reject
Chunks = Iterator[bytes]
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class BrokenInputError(Exception):
    """The bytes of a file end, break or exceed a limit. `keeps`: whether the records before that point are kept."""

    def __init__(self, reason: str, detail: str, *, keeps: bool) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.keeps = keeps


class MissingExtra(RuntimeError):
    """A format needs a library that is an extra of the distribution."""


def hash_bytes(raw: bytes) -> str:
    """SHA-256 of `raw`, 64 hex digits."""
    return hashlib.sha256(raw).hexdigest()


def make_canonical(found: Found) -> Found:
    """A record with its canonical text, or a reject `empty` where no line has anything on it; rejects unchanged."""
    if isinstance(found, Reject):
        return found
    canonical = canonicalize(found.text)
    if not is_blank(canonical):
        return replace(found, text=canonical)
    detail = "no bytes in it" if not found.text else f"{len(found.text)} characters, all white space"
    return reject_record(found, "empty", detail, None)


def reject_record(record: Record, reason: str, detail: str, text: str | None) -> Reject:
    """The reject that a record turns into, with what is known of it."""
    known = {name: getattr(record, name) for name in ("uri", "record_id", "publisher", "title", "encoding")}
    return Reject(reason=reason, detail=detail, text=text, raw_sha256=record.raw_sha256 or None, **known)


def describe_exception(error: BaseException) -> str:
    """Type and message of an error inside a library, without the addresses that differ from run to run.

    >>> describe_exception(ValueError("bad tag in <Page object at 0x7f3a>"))
    'ValueError: bad tag in <Page object at 0x>'
    """
    words = ADDRESS.sub("0x", " ".join(str(error).split()))[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
