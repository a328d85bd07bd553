"""Mail, mailboxes, posts of newsgroups and pages saved as MHTML: the newest text of each message is a document."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from typing import Any

from tasks.formats.decode import decode
from tasks.formats.fragment import render_fragment
from tasks.formats.html import read_page
from tasks.formats.mail_text import cut_mail_text, join_flowed
from tasks.formats.mapping import make_record
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Format,
    Found,
    Markup,
    ReadContext,
    Reject,
    hash_bytes,
    reject_error,
)
from tasks.formats.stream import read_whole, split_chunks
from tasks.formats.wire import FIELDS, Item, make_item, read_names

HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):(?:[ \t]|\r?$)")
# A file is mail where its first block has only headers, two of these and one of the others.
SENDERS = frozenset(
    {b"from", b"received", b"return-path", b"delivered-to", b"path", b"x-received", b"reply-to", b"sender"}
)
OTHERS = frozenset(
    {
        b"subject",
        b"message-id",
        b"mime-version",
        b"newsgroups",
        b"to",
        b"content-type",
        b"date",
        b"organization",
        b"references",
        b"lines",
    }
    | {b"nntp-posting-host", b"received-spf", b"dkim-signature", b"x-mailer"}
)
FOLD = re.compile(r"\r?\n[ \t]+")
MBOX_LINE = re.compile(rb"From \S{1,300} +(?:[A-Z][a-z]{2} ){2} ?\d{1,2} \d\d:\d\d")
POSTED = ("Newsgroups", "NNTP-Posting-Host", "Path", "Lines", "Xref")
MOST_PARTS = 1_000
SHORT_SHARE = 0.2  # a plain text with less of the HTML's letters only says that there is HTML


def starts_mail(start: bytes) -> bool:
    """Whether a file begins with the headers of a message.

    >>> starts_mail(b"From: a@b.example\\nSubject: Ferry\\n\\nIt sails.")
    True
    >>> starts_mail(b"Title: Ferry\\nDate: 2024-05-01\\n\\nIt sails.")
    False
    """
    names: list[bytes] = []
    sender = b""
    for line in start.lstrip(b"\xef\xbb\xbf\r\n").split(b"\n"):
        if not line.strip():
            break
        found = HEADER.match(line)
        if not found and not (line[:1] in b" \t" and names):
            return False
        if found:
            names.append(found[1].lower())
            sender = line if names[-1] == b"from" else sender
    known = SENDERS & set(names)
    is_addressed = b"@" in sender or b"<" in sender or len(known) > 1 or b"mime-version" in names
    return bool(known) and bool(OTHERS & set(names)) and is_addressed


def read_mail(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The document of a file with one message, and a reject for each of its attachments."""
    raw = read_whole(chunks, context.limits.record_bytes)
    yield from read_message(raw, context.uri, "")


def read_mbox(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The documents of a mailbox, numbered from 0. One message is in memory at a time."""
    limit = context.limits.record_bytes
    lines: list[bytes] = []
    size = number = 0
    is_blank = True
    for line in split_chunks(chunks, limit):
        if isinstance(line, bytes) and is_blank and MBOX_LINE.match(line):
            if lines:
                yield from read_stored(lines, size, f"{context.uri}#{number}", limit)
                number += 1
            lines, size = [], 0
            continue
        is_blank = isinstance(line, bytes) and not line.strip()
        size += line + 1 if isinstance(line, int) else len(line) + 1
        if size <= limit and isinstance(line, bytes):
            lines.append(line[1:] if line.startswith(b">From ") else line)
    if lines:
        yield from read_stored(lines, size, f"{context.uri}#{number}", limit)


def read_stored(lines: list[bytes], size: int, uri: str, limit: int) -> Iterator[Found]:
    """The document of one message of a mailbox."""
    raw = b"\n".join(lines)
    if size > limit:
        yield Reject(uri, "record_too_large", f"{size} bytes, over the limit of {limit} for one record")
        return
    digest = hash_bytes(raw)
    try:
        yield from read_message(raw, uri, digest)
    except Exception as error:  # a fault in a library or in this code costs one message
        yield reject_error(error, uri, digest)


def read_message(raw: bytes, uri: str, digest: str) -> Iterator[Found]:
    """The document of a message, and a reject for each attachment."""
    message = message_from_bytes(raw.lstrip(b"\xef\xbb\xbf\r\n"))
    parts = [part for part, _ in zip(message.walk(), range(MOST_PARTS), strict=False) if not part.is_multipart()]
    bodies = [part for part in parts if part.get_content_type().startswith("text/") and not is_attached(part)]
    page = next((part for part in bodies if part.get_content_type() == "text/html"), None)
    is_page = page is not None and (message.get("Snapshot-Content-Location") or page.get("Content-Location"))
    if page is not None and is_page:
        address = message.get("Snapshot-Content-Location") or page.get("Content-Location")
        payload = page.get_payload(decode=True)
        yield read_page(
            payload if isinstance(payload, bytes) else b"", uri, page.get_content_charset(), str(address).strip()
        )
        return
    text, markup, encoding = read_bodies(bodies)
    title = decode_words(message.get("Subject"))
    is_post = any(message.get(name) for name in POSTED)
    sender = decode_words(message.get("From"))
    values: dict[str, Any] = {
        "title": title,
        "published": decode_words(message.get("Date")),
        "authors": list(read_names(parseaddr(sender or "")[0])) if is_post else [],
        "id": (decode_words(message.get("Message-ID")) or "").strip("<>") or None,
    }
    if text.startswith("{") and (fields := read_form(text)):
        own = {} if "headline" in fields or "title" in fields else {"title": title}
        yield make_record({**values, "title": None, **own, **fields}, FIELDS, uri, encoding, digest)
    else:
        item = cut_mail_text(Item(values, text, markup))
        yield make_item(item, uri, encoding, digest)
    for number, part in enumerate(part for part in parts if is_attached(part)):
        name = decode_words(part.get_filename()) or str(number)
        detail = f"attachment {name} ({part.get_content_type()}): save it as a file to have it read"
        yield Reject(f"{uri}!{number}", "unsupported_format", detail)


def is_attached(part: Message) -> bool:
    """Whether a part is a file sent with the message, not a text or picture in it."""
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() in (
        "application",
        "audio",
        "video",
    )


def read_bodies(bodies: list[Message]) -> tuple[str, Markup, str]:
    """The text of a message, its markup and its encoding: the plain text, or the HTML where that has the words."""
    found: dict[str, tuple[str, Markup, str]] = {}
    for part in bodies:
        kind = part.get_content_type()
        kind = "text/html" if kind == "text/html" else "text/plain"
        if kind in found and found[kind][0]:
            continue
        payload = part.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")
        text, encoding = decode(raw, part.get_content_charset())
        if kind == "text/html":
            found[kind] = *render_fragment(text), encoding
        else:
            is_flowed = str(part.get_param("format", "")).lower() == "flowed"
            text = join_flowed(text, str(part.get_param("delsp", "")).lower() == "yes") if is_flowed else text
            found[kind] = text.replace("\r\n", "\n").strip("\n"), (), encoding
    plain, html = found.get("text/plain", ("", (), "utf-8")), found.get("text/html", ("", (), "utf-8"))
    return html if len(plain[0]) < SHORT_SHARE * len(html[0]) else plain


def decode_words(value: Any) -> str | None:
    """A header with its encoded words read, on one line.

    >>> decode_words("=?utf-8?q?F=C3=A4hre?=\\n nach =?iso-8859-1?q?K=F6ln?=")
    'Fähre nach Köln'
    """
    if value is None:
        return None
    pieces = []
    try:
        # A line that goes on begins with a blank; what decodes headers drops it behind an encoded word.
        for words, charset in decode_header(FOLD.sub(" ", value) if isinstance(value, str) else value):
            raw = words if isinstance(words, bytes) else words.encode("utf-8", "surrogateescape")
            pieces.append(decode(raw, charset)[0] if raw.strip() else " ")
    except (BrokenInputError, HeaderParseError, ValueError, LookupError):
        pieces = [str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")]
    return " ".join("".join(pieces).split()) or None


def read_form(text: str) -> dict[str, Any] | None:
    """The fields of a form that is sent as JSON, by their names in lower case; lists of one value are that value."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    plain = {
        key.lower(): entry[0] if isinstance(entry, list) and len(entry) == 1 else entry for key, entry in value.items()
    }
    return {{"abstract": "standfirst"}.get(key, key): entry for key, entry in plain.items()}


MAIL = Format(
    name="mail",
    extensions=(".eml", ".mht", ".mhtml", ".nws"),
    recognise=starts_mail,
    read=read_mail,
    why="A mail, a post of a newsgroup, or a page saved as MHTML: its newest text, without signature and quoted replies.",
)
MBOX = Format(
    name="mbox",
    extensions=(".mbox",),
    recognise=lambda start: MBOX_LINE.match(start) is not None,
    read=read_mbox,
    why="A mailbox: every message is a record.",
    holds_records=True,
)
