"""Archives in SGML with many records per file: Reuters-21578, and the documents of TREC and the newswire collections."""

import re
from collections.abc import Iterator
from html import unescape

from tasks.dates.words import find_month
from tasks.formats.decode import decode
from tasks.formats.paragraphs import join_paragraphs
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Reject, hash_bytes, reject_error
from tasks.formats.wire import Item, make_item, read_all_names

START = re.compile(
    rb"\s*(?:<!DOCTYPE\s[^<>]{0,200}>\s*|<!--[^>]{0,500}-->\s*|<\?xml[^<>]{0,200}\?>\s*)*<(?:REUTERS\s[^<>]{0,400}>|DOC(?:\s[^<>]{0,1000})?>)",
    re.I,
)
OPENING = re.compile(rb"<(REUTERS|DOC)(?=[\s>])", re.I)
ENDS = {b"reuters": re.compile(rb"</REUTERS\s*>", re.I), b"doc": re.compile(rb"</DOC\s*>", re.I)}
TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
PARAGRAPH = re.compile(r"</?(?:P|PARA|PARAGRAPH|LP|BR)(?:\s[^<>]{0,100})?/?>", re.I)
ATTRIBUTE = re.compile(r"([A-Za-z_][\w-]{0,40})\s*=\s*(?:\"([^\"<>]{0,2000})\"|'([^'<>]{0,2000})'|([^\s<>\"']{1,200}))")
CONTROL = re.compile(r"&#(?:[0-8]|1[124-9]|2\d|3[01]|127);|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
REUTERS_DATE = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?")
DAY_IN_ID = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\.|$|[-_])")
TITLES = ("HEADLINE", "TITLE", "HEAD", "HL", "TI", "TTL", "H3", "HT")
DATES = ("DATE_TIME", "DATETIME", "DATE", "PUBDATE", "DATE1", "DD")
BODIES = ("BODY", "TEXT", "CONTENT")
# Fields that stand in the text's element.
HEAD_FIELD = re.compile(r"<(TITLE|DATELINE|AUTHOR|HEADLINE)>[^<]*</\1\s*>", re.I)
SIGNED = re.compile(r"\s*(?:REUTER(?:S)?|Reuter(?:s)?)\s*(?:\.{3}|;)?\s*$")


def read_sgml(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every element of a file, numbered from 0. Raises BrokenInputError where the last is cut."""
    rest, number, limit = b"", 0, context.limits.record_bytes
    for chunk in chunks:
        rest += chunk
        position = 0
        while opening := OPENING.search(rest, position):
            end = ENDS[opening[1].lower()].search(rest, opening.end())
            if end is None:
                break
            yield read_element(rest[opening.start() : end.end()], f"{context.uri}#{number}", limit)
            position, number = end.end(), number + 1
        rest = rest[opening.start() if opening else max(position, len(rest) - 20) :]
        if len(rest) > limit:
            raise BrokenInputError("record_too_large", f"an element over the limit of {limit} bytes for one record")
    if OPENING.search(rest):
        raise BrokenInputError("truncated", "the last element is not closed")


def read_element(raw: bytes, uri: str, limit: int) -> Found:
    """The record of one element."""
    digest = hash_bytes(raw)
    if len(raw) > limit:
        return Reject(
            uri, "record_too_large", f"{len(raw)} bytes, over the limit of {limit} for one record", raw_sha256=digest
        )
    try:
        text, encoding = decode(CONTROL_BYTES.sub(b"", raw))
        return make_item(read_sgml_fields(text), uri, encoding, digest)
    except Exception as error:  # a fault in a library or in this code costs one record
        return reject_error(error, uri, digest)


CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_sgml_fields(text: str) -> Item:
    """Metadata and text of one element."""
    head, _, inside = CONTROL.sub("", text).partition(">")
    own = {name.lower(): next(filter(None, values), "") for name, *values in ATTRIBUTE.findall(head)}
    found = {
        name: find_field(inside, name)
        for name in (
            *TITLES,
            *DATES,
            *BODIES,
            "DOCNO",
            "DOCID",
            "URL",
            "LP",
            "LEADPARA",
            "AUTHOR",
            "BYLINE",
            "BY",
            "DATELINE",
        )
    }
    body = found["BODY"] or HEAD_FIELD.sub("", found["TEXT"] or "") or found["CONTENT"]
    identity = found["DOCNO"] or found["DOCID"] or own.get("newid") or own.get("id")
    title = write_field(next(filter(None, (found[name] for name in TITLES)), None)) or own.get("title")
    lead = found["LP"] or found["LEADPARA"]
    if body is None and not any(found.values()):
        body = inside.rpartition("</")[0]  # the text stands in the element itself
    text = render_body(body or "")
    if lead and "<LP" not in (body or ""):
        text = f"{render_body(lead)}\n\n{text}"
    if title and text.startswith(f"{title}\n"):
        text = text[len(title) :].lstrip()
    dateline = write_field(found["DATELINE"])
    if dateline and not text.startswith(dateline[:12]):
        text = f"{dateline if dateline.endswith(('-', '–', '—', ':')) else dateline + ' -'} {text}" if text else ""
    published = next(filter(None, (write_field(found[name]) for name in DATES)), None)
    values = {
        "title": title,
        "authors": read_all_names(write_field(found[field]) for field in ("BYLINE", "AUTHOR", "BY")),
        "published": write_date(published) or find_identifier_day(identity),
        "id": write_field(identity),
        "url": write_field(found["URL"]) or own.get("url"),
    }
    return Item(values, text)


def find_field(text: str, name: str) -> str | None:
    """What is inside the first element of a name; up to the next element where it has no end."""
    opening = re.search(rf"<{name}(?:\s[^<>]{{0,300}})?>", text, re.IGNORECASE)
    if opening is None:
        return None
    closing = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, opening.end())
    end = closing.start() if closing else text.find("<", opening.end())
    return text[opening.end() : end if end >= 0 else len(text)] or None


def write_field(field: str | None) -> str | None:
    """A field on one line, without elements and references."""
    return " ".join(unescape(TAG.sub(" ", field or "")).split()) or None


def render_body(body: str) -> str:
    """The paragraphs of a body."""
    paragraphs = PARAGRAPH.split(body)
    text = "\n\n".join(
        join_paragraphs(unescape(TAG.sub("", paragraph))) for paragraph in paragraphs if paragraph.strip()
    )
    return SIGNED.sub("", text).rstrip() if "\n" in text or len(text) > 40 else text


def write_date(words: str | None) -> str | None:
    """The date of Reuters-21578 in ISO form; other dates unchanged.

    >>> write_date("26-FEB-1987 15:01:01.79"), write_date("2004-05-01")
    ('1987-02-26T15:01:01', '2004-05-01')
    """
    match = REUTERS_DATE.search(words or "")
    if match is None or (month := find_month(match[2])) is None:
        return words
    day = f"{match[3]}-{month:02}-{int(match[1]):02}"
    return f"{day}T{int(match[4]):02}:{match[5]}:{match[6] or '00'}" if match[4] else day


def find_identifier_day(identity: str | None) -> str | None:
    """The day in an identifier such as XIN_ENG_20040501.0012."""
    match = DAY_IN_ID.search(identity or "")
    return f"{match[1]}-{match[2]}-{match[3]}" if match else None


SGML = Format(
    name="sgml",
    extensions=(".sgm", ".sgml"),
    recognise=lambda start: START.match(start) is not None,
    read=read_sgml,
    why="Collections in SGML: every <REUTERS> of Reuters-21578 and every <DOC> of TREC or a newswire is a record.",
    holds_records=True,
)
