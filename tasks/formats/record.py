"""What a format is, and what reading one gives: records with canonical text, rejects, and ways in which an input can break.

Line numbers, hashes and rebuilding refer to the canonical text. The row of a format is in the module that reads it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tasks.batch import Fields, Limits
from tasks.errors import RequestError

Markup = tuple[tuple[int, str], ...]  # number and role (caption, credit, link) of lines, in order


@dataclass(frozen=True, slots=True)
class Record:
    """One document as read: `text` decoded and repaired, not yet canonical; `publisher`: only from the input.

    `dated`: its date as written, where only its language or its publisher's country says what it means. `flags`: what the reader
    notes on it, as the column `documents.flags` has it.
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
    markup: Markup = ()
    flags: tuple[str, ...] = ()
    dated: str | None = None


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


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Input that is no record on purpose, such as a request in a WARC file. `kind`: what it is, in the plural."""

    kind: str
    uri: str


Found = Record | Reject
Chunks = Iterator[bytes]
NAME = re.compile(r"[a-z0-9]+")
EXTENSION = re.compile(r"\.[a-z0-9]+")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


class BrokenInputError(Exception):
    """The bytes of a file end, break or exceed a limit. `keeps`: whether the records before that point are kept."""

    def __init__(self, reason: str, detail: str, *, keeps: bool = True) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.keeps = keeps


class MissingExtra(RequestError):
    """A format needs a library that is an extra of the distribution."""


class FormatError(RequestError):
    """A format that is incomplete, contradicts another, or is not registered."""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader gets besides the bytes of a file. `uri`: its name in the lake; `fields`: names of JSON fields.

    `format`, `separator`: as declared; `path`: opens the same bytes, where that is possible; `depth`: how many archives
    they are in; `read_contents`: reads a member of an archive by its format, as `tasks.reading.contents.read_contents`.
    """

    uri: str
    fields: Fields
    limits: Limits
    format: str = "auto"
    separator: str | None = None
    path: str = ""
    depth: int = 0
    read_contents: "Callable[[Chunks, Any, str, ReadContext], Iterator[Found | PassedOver]] | None" = None


Reader = Callable[[Chunks, ReadContext], Iterator[Found | PassedOver]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One row of the registry.

    `extensions`: in lower case, with the dot. `recognise`: whether the first bytes of a file (unpacked, at most 4 kB, byte
    order mark included, UTF-16 as UTF-8) are of this format and of no other. `resembles`: a weaker test, tried where neither
    content nor name decides. `family`: formats of one family have the same signs, and the name decides between them. `read`:
    yields the records and rejects of a file and raises BrokenInputError where its bytes break. `why`: what the format is for,
    one sentence. `holds_records`: the file has numbered records (`uri#12`) and is not one document. `is_cuttable`: whether a
    large file, by its first chunk, is JSON Lines and may be cut at line ends. `is_archive`: its members are read as files
    are, whatever format is declared for them. `reads_gzip`: its reader unpacks gzip itself, member by member.
    """

    name: str
    extensions: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    read: Reader
    why: str
    holds_records: bool = False
    resembles: Callable[[bytes], bool] | None = None
    family: str = ""
    is_archive: bool = False
    reads_gzip: bool = False
    is_cuttable: Callable[[bytes], bool] | None = None

    def __post_init__(self) -> None:
        """Raises FormatError where a part of the row is missing or wrong."""
        checks = {
            "name": isinstance(self.name, str) and NAME.fullmatch(self.name) and self.name != "auto",
            "extensions": isinstance(self.extensions, tuple) and all(map(EXTENSION.fullmatch, self.extensions)),
            "recognise": callable(self.recognise),
            "read": callable(self.read),
            "why": isinstance(self.why, str) and self.why.endswith("."),
            "is_cuttable": self.is_cuttable is None or self.holds_records,
        }
        for key, is_right in checks.items():
            if not is_right:
                raise FormatError(f"format {self.name!r}: {key} is missing or wrong: {getattr(self, key)!r}")


def canonicalize(text: str) -> str:
    """`text` with newlines as line ends and without white space at line ends. A second call changes nothing.

    White space is all of Unicode's, so a line of no-break spaces is a blank line. U+2028 and U+0085 end a line, U+2029 a
    paragraph.

    >>> canonicalize("Headline \\r\\n\\r\\n  Body\\t")
    'Headline\\n\\n  Body'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii() and any(end in text for end in "\u2028\u2029\x85"):
        text = text.replace("\u2028", "\n").replace("\x85", "\n").replace("\u2029", "\n\n")
    pieces = text.split("\n")
    stripped = [piece.rstrip() for piece in pieces]
    # rstrip returns the same object where there is nothing to remove: comparing is cheap, joining is not.
    return text if stripped == pieces else "\n".join(stripped)


def restore_breaks(text: str, joins: Sequence[int]) -> str:
    """A text with the line ends that `joins` names: each offset is of a blank in place of one, or of what follows one.

    >>> restore_breaks("The ferry to Osterholm\\n\\nsails.", [9])
    'The ferry\\nto Osterholm\\n\\nsails.'
    >>> restore_breaks("渡船今晚照常开航。", [4])
    '渡船今晚\\n照常开航。'
    """
    pieces, done = [], 0
    for at in joins:
        pieces.append(text[done:at])
        done = at + (text[at : at + 1] == " ")
    return "\n".join([*pieces, text[done:]])


def rebuild(document: Mapping[str, Any], others: Iterable[tuple[int, str]]) -> str:
    """The canonical text, rebuilt from what the lake holds.

    `document`: text, joins, body_lines (numbers of the non-blank lines of the text), line_count (lines of the canonical
    text); `others`: number and text of every line kept apart or removed. Lines named by neither are blank.
    Raises ValueError when the parts do not fit: numbers without lines, outside the text, or given twice.

    >>> document = {"text": "First.\\n\\nSecond.", "joins": [], "body_lines": [0, 3], "line_count": 4}
    >>> rebuild(document, [(2, "Advertisement")])
    'First.\\n\\nAdvertisement\\nSecond.'
    """
    body_lines, line_count = document["body_lines"], document["line_count"]
    # Rows of releases up to 0.2 have no joins.
    body = [piece for piece in restore_breaks(document["text"], document.get("joins", ())).split("\n") if piece]
    if len(body) != len(body_lines):
        raise ValueError(f"text has {len(body)} non-blank lines, body_lines names {len(body_lines)}")
    lines = [""] * line_count
    for number, line in [*zip(body_lines, body, strict=True), *others]:
        if not 0 <= number < line_count:
            raise ValueError(f"line {number} lies outside a text of {line_count} lines")
        if lines[number]:
            raise ValueError(f"line {number} is given twice")
        lines[number] = line
    return "\n".join(lines)


def hash_bytes(raw: bytes) -> str:
    """SHA-256 of `raw`, 64 hex digits."""
    return hashlib.sha256(raw).hexdigest()


def make_canonical(found: Found) -> Found:
    """A record with its canonical text, or a reject `empty` where no line has anything on it; rejects unchanged."""
    if isinstance(found, Reject):
        return found
    canonical = canonicalize(found.text)
    if canonical and not canonical.isspace():
        return found if canonical is found.text else replace(found, text=canonical)
    detail = "no bytes in it" if not found.text else f"{len(found.text)} characters, all white space"
    return reject_record(found, "empty", detail, None)


def reject_record(record: Record, reason: str, detail: str, text: str | None) -> Reject:
    """The reject that a record turns into, with what is known of it."""
    known = {name: getattr(record, name) for name in ("uri", "record_id", "publisher", "title", "encoding")}
    return Reject(reason=reason, detail=detail, text=text, raw_sha256=record.raw_sha256 or None, **known)


def find_fault(error: Exception) -> BrokenInputError:
    """How an input breaks, as an error says; `read_error` for a fault in a library or in this code."""
    return error if isinstance(error, BrokenInputError) else BrokenInputError("read_error", describe_exception(error))


def reject_error(error: Exception, uri: str, digest: str, encoding: str | None = None) -> Reject:
    """The reject of a record that an error ended: whatever it was, it costs that record only."""
    fault = find_fault(error)
    return Reject(uri, fault.reason, fault.detail, None, digest, encoding=encoding)


def describe_exception(error: BaseException) -> str:
    """Type and message of an error inside a library, without the addresses that differ from run to run.

    >>> describe_exception(ValueError("bad tag in <Page object at 0x7f3a>"))
    'ValueError: bad tag in <Page object at 0x>'
    """
    words = ADDRESS.sub("0x", " ".join(str(error).split()))[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
