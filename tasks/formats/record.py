"""What a format hands on: records and rejects, and the ways in which an input can break."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Record:
    """One document as read: `text` decoded and repaired, not yet canonical. `publisher`: only what the input says;
    `markup`: number and role of the lines whose role the input's markup says, in order."""

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
    """What came in and is no document: `reason` a stable code, `detail` the words, `text` as far as it could be read."""

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
    """The bytes of a file end, break or outgrow a limit. `keeps` says whether what was read before may stand."""

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


def reject_record(record: Record, reason: str, detail: str, text: str | None) -> Reject:
    """The reject that a record turns into, with what is known of it."""
    return Reject(
        record.uri,
        reason,
        detail,
        text,
        record.raw_sha256 or None,
        record.record_id,
        record.publisher,
        record.title,
        record.encoding,
    )


def describe_exception(error: BaseException) -> str:
    """What went wrong inside a library, without the addresses that differ from run to run."""
    words = ADDRESS.sub("0x", " ".join(str(error).split()))[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
