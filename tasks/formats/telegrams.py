"""Telegrams of news agencies, IPTC 7901 and ANPA 1312: control characters part head, text and trailer."""

import re
from collections.abc import Iterator
from typing import Any

from tasks.dates.words import find_month
from tasks.dates.zones import find_offset
from tasks.formats.decode import decode
from tasks.formats.paragraphs import join_paragraphs
from tasks.formats.record import Chunks, Format, Found, ReadContext, hash_bytes, reject_error
from tasks.formats.stream import read_whole
from tasks.formats.wire import (
    BY,
    EMBARGOED,
    Item,
    cut_editors_part,
    drop_sign_off,
    is_embargo,
    is_kill,
    make_item,
    read_all_names,
    read_names,
    reject_item,
    reject_killed,
)

SOH, STX, ETX = b"\x01", b"\x02", b"\x03"
START = re.compile(rb"[\x00\x16\x1b\x7f\s]{0,40}\x01[^\x02\x03]{1,1000}\x02")
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
NOTE = re.compile(
    r"\(?(?:Eds?|Editors?|Note|Achtung|Attention|Repeat|Update[sd]?|Adds?|Corrects?|AP Photos?|With AP|Photos?|Video|Graphic)\b"
    r"\.?(?:\s*[:)]|\s+[A-Z0-9(].*|.*\)$)|\(.{1,200}\)$|[A-Z]{2}\d{3}\b"
)
SLUG = re.compile(r"(?:(?:AM|PM|BC|AP|US|EU)-|[A-Z]{2,3}--).{1,100}")
LISTS = re.compile(
    r"\b(?:news ?digest|(?:news|sports|entertainment|feature|business) budget|headlines|daybook|lineup)\b|\badvisory\b",
    re.I,
)
NOTICE = re.compile(r"copyright|©|impressum", re.I)
NOTICE_CHARS = 800
AGENCY_LINE = re.compile(
    r"(?:(?:The )?Associated Press|AP(?: [A-Z]\w+){1,3}|Press Association|Agence France-Presse|Reuters|dpa)=?", re.I
)
TRAILER_DATE = re.compile(
    r"(?<!\d)(\d\d)([0-2]\d)([0-5]\d)\s*([A-Za-z]{1,4})?\s+([A-Za-zäéû]{3,9})\.?\s+(\d\d(?:\d\d)?)(?!\d)"
)
ANPA_DATE = re.compile(r"-(\d\d)-(\d\d)-(\d\d)\s+([0-2]\d)([0-5]\d)\s*([A-Z]{1,4})?")
HEAD_LINES = 8
TERMINAL_WIDTH = 66  # a word that does not fit is on the next line
STANDFIRST_CHARS = 100


def read_telegrams(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every telegram of a file, numbered from 0."""
    raw = read_whole(chunks, context.limits.record_bytes)
    pieces = [piece for piece in raw.split(SOH) if STX in piece]
    for number, piece in enumerate(pieces):
        uri, digest = f"{context.uri}#{number}", hash_bytes(SOH + piece)
        try:
            yield read_telegram(piece, uri, digest)
        except Exception as error:  # a fault in a library or in this code costs one telegram
            yield reject_error(error, uri, digest)


def read_telegram(raw: bytes, uri: str, digest: str) -> Found:
    """The record of one telegram; the reject `killed`, or `no_article` for notices and lists."""
    head, _, rest = raw.partition(STX)
    inside, _, end = rest.partition(ETX)
    parts = b"\x00".join(CONTROLS.sub(b"", part) for part in (head, inside, end)).replace(b"\x00", b"\n\x0b\n")
    text, encoding = decode(parts)
    _, inside_text, end_text, *_ = [*text.replace("\r", "").split("\n\x0b\n"), "", ""]
    is_anpa = any(line.startswith("^") for line in inside_text.split("\n"))
    item, notes = read_anpa(inside_text, end_text) if is_anpa else read_iptc(inside_text, end_text)
    title = item.values["title"]
    if is_kill(title, *notes):
        return reject_killed(item, title, uri, digest)
    if any(LISTS.search(note) for note in notes[:1]):
        return reject_item(item, "no_article", f"a list or an advisory of the agency: {notes[0]}", uri, digest)
    if len(item.text) < NOTICE_CHARS and len(NOTICE.findall(f"{title} {item.text}")) > 1:
        return reject_item(item, "no_article", "a copyright notice of the agency", uri, digest)
    flags = (EMBARGOED,) if is_embargo(*notes) else ()
    return make_item(Item(item.values, item.text, item.markup, flags), uri, encoding, digest)


def read_iptc(inside: str, end: str) -> tuple[Item, list[str]]:
    """Item and notes of an IPTC 7901 telegram. Its headline ends with an equals sign, behind the byline where it has one."""
    lines = inside.strip("\n").split("\n")
    last = next((number for number, line in enumerate(lines[:HEAD_LINES]) if line.rstrip().endswith("=")), None)
    if last is None:
        last = next((number - 1 for number, line in enumerate(lines[:HEAD_LINES]) if number and not line.strip()), 0)
    head = [" ".join(line.rstrip().removesuffix("=").split()) for line in lines[: last + 1]]
    notes = [line for line in head if NOTE.match(line) or is_embargo(line)]
    others = [line for line in head if line and line not in notes]
    bylines = [line for line in others if BY.match(line) and read_names(line)]
    title, rest = join_headline([line for line in others if line not in bylines])
    body = cut_editors_part("\n".join(lines[last + 1 :]))
    values: dict[str, Any] = {
        "title": title,
        "standfirst": rest,
        "authors": read_all_names(bylines),
        "published": find_trailer_date(end) or find_trailer_date(inside[-400:]),
    }
    return Item(values, drop_sign_off(drop_breaks(join_paragraphs(body)))), ["", *notes]


def join_headline(lines: list[str]) -> tuple[str | None, str | None]:
    """The headline in the lines of a head, and what stands below it: a line that would have had room is one of its own.

    >>> join_headline(["Old pier of Venn opens after ten years, and the whole town", "comes to see it"])
    ('Old pier of Venn opens after ten years, and the whole town comes to see it', None)
    >>> join_headline(["Old pier opens", "Venn has waited for ten years"])
    ('Old pier opens', 'Venn has waited for ten years')
    """
    if not lines:
        return None, None
    end = 1
    while end < len(lines):
        word = lines[end].split(" ", 1)[0]
        if len(lines[end - 1]) + 1 + len(word) <= TERMINAL_WIDTH and not word[:1].islower():
            break
        end += 1
    return " ".join(lines[:end]), " ".join(lines[end:]) or None


def drop_breaks(text: str) -> str:
    """A text without rules of stars at its end."""
    return re.sub(r"(?:\n+[*\s_=-]+)+$", "", text)


def read_anpa(inside: str, end: str) -> tuple[Item, list[str]]:
    """Item and notes of an ANPA 1312 telegram: lines that begin with `^` are its head, indented ones its text."""
    heads: list[str] = []
    body: list[str] = []
    for line in inside.split("\n"):
        if line.startswith("^") and not body:
            heads.append(" ".join(line.strip("^ \t").rstrip("<= ").split()))
        elif heads and not body and line.strip() and not line.startswith(("\t", "  ")):
            heads[-1] = f"{heads[-1]} {' '.join(line.rstrip('<= ').split())}"
        elif line.strip("^< \t"):
            body.append("   " + line.strip("^ \t").rstrip("<").rstrip())
    slug = next((line for line in heads if SLUG.match(line)), "")
    notes = [line for line in heads if NOTE.match(line) and line != slug]
    others = [line for line in heads if line not in notes and line != slug and not AGENCY_LINE.fullmatch(line)]
    bylines = [line for line in others if BY.match(line) and read_names(line)]
    titles = [line for line in others if line not in bylines]
    values: dict[str, Any] = {
        "title": titles[0] if titles else None,
        "standfirst": next((line for line in titles[1:] if len(line) >= STANDFIRST_CHARS), None),
        "authors": read_all_names(bylines),
        "published": find_anpa_date(end),
    }
    text = "\n\n".join(" ".join(line.split()) for line in body).replace("``", '"').replace("''", '"')
    return Item(values, drop_sign_off(text)), [slug, *notes]


def find_trailer_date(words: str) -> str | None:
    """The date of an IPTC 7901 trailer: day, hour, minute, zone, month, year.

    >>> find_trailer_date("131137 GMT Nov 13"), find_trailer_date("211259 Nov 18")
    ('2013-11-13T11:37:00+00:00', '2018-11-21T12:59:00+00:00')
    """
    for day, hour, minute, zone, month, year in TRAILER_DATE.findall(words):
        if number := find_month(month):
            full = year if len(year) == 4 else write_year(year)
            return f"{full}-{number:02}-{day}T{hour}:{minute}:00{write_offset(zone)}"
    return None


def find_anpa_date(words: str) -> str | None:
    """The date of an ANPA trailer: month, day, year, time, zone.

    >>> find_anpa_date("AP-WF-11-13-13 1509GMT")
    '2013-11-13T15:09:00+00:00'
    """
    if found := ANPA_DATE.search(words):
        month, day, year, hour, minute, zone = found.groups()
        return f"{write_year(year)}-{month}-{day}T{hour}:{minute}:00{write_offset(zone or '')}"
    return None


def write_year(year: str) -> str:
    """The year of two digits, from 1961 to 2060."""
    return f"{'19' if int(year) > 60 else '20'}{year}"


def write_offset(zone: str) -> str:
    """The offset of a zone, as ISO 8601 has it; that of UTC for a name that is none.

    >>> write_offset("MEZ"), write_offset("EDT"), write_offset("")
    ('+01:00', '-04:00', '+00:00')
    """
    minutes = find_offset(zone.upper()) or 0
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


TELEGRAM = Format(
    name="telegram",
    extensions=(".iptc", ".anpa", ".tst"),
    recognise=lambda start: START.match(start) is not None,
    read=read_telegrams,
    why="Telegrams of news agencies, IPTC 7901 or ANPA 1312: one record each, without the agency's head and trailer.",
    holds_records=True,
)
