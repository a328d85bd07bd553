"""Articles as text: front matter, telegrams, exports of news databases, mail; and these in RTF, Word and HTML."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import format_datetime
from html import escape

import docx

from builders.stories import Story
from builders.written_markup import wrap_paragraphs, write_page

Writer = Callable[[Sequence[Story]], bytes]
RULE = "_" * 60 + "\n\n"


def write_text(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return story.text.encode()


def write_front_matter(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    authors = "".join(f'  - "{name}"\n' for name in story.authors)
    return (
        f'---\ntitle: "{story.title}"\nauthors:\n{authors}date: {story.published_at.isoformat()}\nurl: {story.url}\n---\n\n{story.text}\n'
    ).encode()


def write_pairs(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return (
        f"Title: {story.title}\nAuthor: {', '.join(story.authors)}\nDate: {story.published_at.isoformat()}\nURL: {story.url}\n\n{story.text}\n"
    ).encode()


def write_iptc(stories: Sequence[Story]) -> bytes:
    return "".join(
        f"\x01vec{story.number:03} 4 i 211 vec   ven {story.number:03}\r\n\nVenn-pier/\r\n\x02{story.title}\r\n"
        f"By {' and '.join(story.authors)} =\r\n\n"
        + wrap_paragraphs(story, "   ").replace("\n", "\r\n")
        + f"\r\n\n\x03{story.published_at.astimezone(UTC):%d%H%M} GMT {story.published_at.astimezone(UTC):%b %y} \r\n\x7f\n\x7f\x04"
        for story in stories
    ).encode()


def write_anpa(stories: Sequence[Story]) -> bytes:
    return "".join(
        f"\x16\x16\x01z{story.number:04}\x1f_-----\nr z\x13\x11 BC-VE--Pier\r\n\x02^BC-VE--Pier<\r\n^{story.title}<\r\n"
        f"^By {' and '.join(story.authors)}=\r\n"
        + "".join(f"\t   {paragraph} \r\n\r\n" for paragraph in story.paragraphs)
        + f"\t   \x03AP-WF-{story.published_at.astimezone(UTC):%m-%d-%y %H%M}GMT<\r\n\x0c\n\x04"
        for story in stories
    ).encode()


def write_nexis_old(stories: Sequence[Story]) -> bytes:
    def write(at: int, story: Story) -> str:
        graphic = f"GRAPHIC: PHOTO: {story.picture.caption}\n\n" if story.picture else ""
        return (
            f"\n\n                               {at} of {len(stories)} DOCUMENTS\n\n\n                             The Venn Courier\n\n"
            f"                             {story.published_at:%B} {story.published_at.day}, {story.published_at:%Y %A}\n\n"
            f"{story.title}\n\nBYLINE: {'; '.join(story.authors)}\n\nSECTION: NEWS; Pg. 4\n\nLENGTH: 118 words\n\n\n{story.text}\n\n"
            f"LOAD-DATE: January 6, 2026\n\nLANGUAGE: ENGLISH\n\n{graphic}PUBLICATION-TYPE: Newspaper\n\n\n"
            "                    Copyright 2014 Venn Newspapers Ltd.\n                              All Rights Reserved\n"
        )

    return "".join(write(at, story) for at, story in enumerate(stories, 1)).encode()


def list_nexis(stories: Sequence[Story]) -> list[str]:
    lines = []
    for story in stories:
        lines += [
            story.title,
            "The Venn Courier",
            f"{story.published_at:%B} {story.published_at.day}, {story.published_at:%Y %A}",
        ]
        lines += [
            "",
            "Copyright 2014 Venn Newspapers Ltd. All Rights Reserved",
            "Section: NEWS; Pg. 4",
            "Length: 118 words",
        ]
        lines += [f"Byline: {'; '.join(story.authors)}", "Body", "", *story.text.split("\n"), ""]
        lines += ["Graphic", "", f"Photo: {story.picture.caption}"] if story.picture else []
        lines += [
            "Classification",
            "",
            "Language: ENGLISH",
            "",
            "Load-Date: January 6, 2026",
            "",
            "End of Document",
            "",
        ]
    return lines


def list_factiva(stories: Sequence[Story]) -> list[str]:
    lines = []
    for story in stories:
        lines += ["SE  News", f"HD  {story.title}", f"BY  By {' and '.join(story.authors)}", "WC  118 words"]
        lines += [
            f"PD  {story.published_at.day} {story.published_at:%B %Y}",
            "SN  The Venn Courier",
            "SC  VENNC",
            "LA  English",
        ]
        lines += ["CY  (c) 2024 Venn Newspapers Ltd.", "", "LP", "", story.paragraphs[0], "", "TD"]
        lines += [line for paragraph in story.paragraphs[1:] for line in ("", paragraph)]
        lines += ["", f"ART {story.picture.caption}"] if story.picture else [""]
        lines += [
            "NS  gtrans : Transport",
            "PUB Venn Newspapers Ltd.",
            f"AN  Document VENNC0002024{story.number:04}ek340001u",
            "",
            "",
        ]
    return lines


def list_proquest(stories: Sequence[Story]) -> list[str]:
    lines = [RULE.strip(), "", "Report Information from ProQuest", "March 12 2024 14:04", RULE.strip(), ""]
    for at, story in enumerate(stories, 1):
        day = f"{story.published_at:%b} {story.published_at.day}, {story.published_at:%Y}"
        lines += [f"Document {at} of {len(stories)}", "", story.title, "", f"Author: {'; '.join(story.authors)}", ""]
        lines += [f"Publication info: The Venn Courier ; Venn [Venn] {story.published_at:%d %b %Y}: A.4.", ""]
        lines += [
            f"Full text: {story.paragraphs[0]}",
            *(line for more in story.paragraphs[1:] for line in ("", more)),
            "",
        ]
        lines += [
            "Subject: Piers; Harbors",
            "",
            "Publication title: The Venn Courier; Venn",
            "",
            f"Publication date: {day}",
            "",
        ]
        lines += [
            f"ProQuest document ID: 12345{story.number:05}",
            "",
            "Database: News Collection",
            "",
            RULE.strip(),
            "",
        ]
    return [*lines, "Contact ProQuest", "", "Copyright 2024 ProQuest LLC. All rights reserved."]


Lines = Callable[[Sequence[Story]], list[str]]


def write_as_text(lines: Lines) -> Writer:
    return lambda stories: ("\n".join(lines(stories)) + "\n").encode()


def write_as_rtf(lines: Lines) -> Writer:
    def write(stories: Sequence[Story]) -> bytes:
        words = "\\par\n".join(lines(stories))
        coded = "".join(
            char
            if char.isascii()
            else "".join(f"\\u{int.from_bytes(unit, 'little', signed=True)}?" for unit in cut_units(char))
            for char in words
        )
        return ("{\\rtf1\\ansi\\ansicpg1252\\uc1 {\\fonttbl{\\f0 Arial;}}\n" + coded + "}").encode("ascii")

    return write


def cut_units(char: str) -> list[bytes]:
    """The units of a character in UTF-16."""
    raw = char.encode("utf-16-le")
    return [raw[at : at + 2] for at in range(0, len(raw), 2)]


def write_as_docx(lines: Lines) -> Writer:
    def write(stories: Sequence[Story]) -> bytes:
        document, target = docx.Document(), io.BytesIO()
        for line in lines(stories):
            document.add_paragraph(line)
        document.save(target)
        return target.getvalue()

    return write


def write_line(line: str) -> str:
    """A line in HTML; a code and its value are cells of a table."""
    code, blanks, value = line.partition("  ")
    if blanks and code.isupper() and len(code) < 4:
        return f"<table><tr><td><b>{code}</b></td><td>{escape(value)}</td></tr></table>"
    return f"<p>{escape(line)}</p>"


def write_as_html(lines: Lines) -> Writer:
    def write(stories: Sequence[Story]) -> bytes:
        body = "".join(map(write_line, filter(None, lines(stories))))
        title = {list_nexis: "LexisNexis", list_factiva: "Factiva", list_proquest: "ProQuest"}[lines]
        return f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'.encode()

    return write


def list_paragraphs(stories: Sequence[Story]) -> list[str]:
    (story,) = stories
    return list(story.paragraphs)


def make_message(story: Story) -> Message:
    message = MIMEText(story.text, "plain", "utf-8")
    message["From"] = "desk@venn-courier.example"
    message["To"] = "all@venn-courier.example"
    message["Subject"] = Header(story.title, "utf-8")
    message["Date"] = format_datetime(story.published_at)
    message["Message-ID"] = f"<{story.number}@venn-courier.example>"
    return message


def write_eml(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return make_message(story).as_bytes()


def write_mbox(stories: Sequence[Story]) -> bytes:
    line = b"From desk@venn-courier.example Tue Mar  5 10:00:00 2024\n"
    return b"".join(line + make_message(story).as_bytes() + b"\n" for story in stories)


def write_mhtml(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    part = EmailMessage()
    part.set_content(write_page(story), subtype="html", cte="quoted-printable")
    part["Content-Location"] = story.url
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = story.url
    message["Subject"] = story.title
    message["Date"] = "Thu, 1 Jan 2026 00:00:00 -0000"
    message["MIME-Version"] = "1.0"
    message.make_related()
    message.attach(part)
    return message.as_bytes()
