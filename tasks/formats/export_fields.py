"""What exports of news databases have in common: labelled fields, written days, paragraphs, and captions at the end."""

import re
from collections.abc import Iterable
from itertools import pairwise

from tasks.formats.record import Markup
from tasks.formats.values import find_month
from tasks.formats.wrapped import join_wrapped

WEEKDAYS = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\b(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b"
    r"|\b(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)\b|\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b"
    r"|\b(?:segunda|terça|quarta|quinta|sexta)-feira\b",
    re.I,
)
WORD = r"[^\W\d_]{3,12}"
MONTH_FIRST = re.compile(rf"\b({WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:1[6-9]|20)\d\d)\b")
DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+|d')?({WORD})\.?,?\s+(?:de\s+|del\s+)?((?:1[6-9]|20)\d\d)\b"
)
ISO = re.compile(r"\b((?:1[6-9]|20)\d\d)-(\d\d)-(\d\d)\b")
CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)(?::([0-5]\d))?\s*(AM|PM)?\b", re.I)
CJK_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
RIGHTS = re.compile(
    r"\s*(?:Copyright\b|©|\(c\)|All Rights Reserved|Alle Rechte vorbehalten|Tous droits réservés"
    r"|Todos los derechos reservados|Tutti i diritti riservati|Alle rechten voorbehouden)",
    re.I,
)
WIDEST = 100  # characters of the widest line of a wrapped text
CAPTION_WORDS = 3


def find_written_day(words: str | None) -> str | None:
    """The day that is written in a line, in ISO form, with the time where one is beside it; None where there is none.

    >>> find_written_day("March 4, 2014 Tuesday"), find_written_day("Mardi 4 mars 2014")
    ('2014-03-04', '2014-03-04')
    >>> find_written_day("4 de marzo de 2014 martes 10:30")
    '2014-03-04T10:30:00'
    """
    words = WEEKDAYS.sub(" ", words or "")
    found: tuple[str, int, str] | None = None
    end = 0
    for match in MONTH_FIRST.finditer(words):
        if month := find_month(match[1]):
            found, end = (match[3], month, match[2]), match.end()
            break
    for match in () if found else DAY_FIRST.finditer(words):
        if month := find_month(match[2]):
            found, end = (match[3], month, match[1]), match.end()
            break
    if found is None and (numbers := ISO.search(words) or CJK_DAY.search(words)):
        found, end = (numbers[1], int(numbers[2]), numbers[3]), numbers.end()
    if found is None or not 1 <= int(found[2]) <= 31:
        return None
    day = f"{found[0]}-{found[1]:02}-{int(found[2]):02}"
    return day + (find_clock(words[end:]) or "")


def find_clock(words: str) -> str | None:
    """The time in words, as the end of an ISO date."""
    match = CLOCK.search(words)
    if match is None:
        return None
    hour = int(match[1]) % 12 + 12 * (match[4].upper() == "PM") if match[4] else int(match[1])
    return f"T{hour:02}:{match[2]}:{match[3] or '00'}"


def join_body(lines: Iterable[str]) -> str:
    """The body in some lines: paragraphs of their own, or joined where the lines are wrapped."""
    kept = [line.rstrip() for line in lines]
    wide = max((len(line) for line in kept), default=0)
    follows = sum(bool(line.strip() and below.strip()) for line, below in pairwise(kept))
    is_wrapped = wide <= WIDEST and follows > len([line for line in kept if line.strip()]) / 3
    text = join_wrapped("\n".join(kept)) if is_wrapped else "\n".join(line.strip() for line in kept)
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))


def join_line(lines: Iterable[str]) -> str | None:
    """Some lines as one, without doubled white space; None where there are no words."""
    return " ".join(" ".join(lines).split()) or None


def add_graphics(text: str, captions: Iterable[str | None]) -> tuple[str, Markup]:
    """The text with the captions that an export lists below it, and their roles."""
    markup: list[tuple[int, str]] = []
    for caption in captions:
        if caption and text and len(caption.split()) >= CAPTION_WORDS and caption not in text:
            markup.append((text.count("\n") + 2, "caption"))
            text = f"{text}\n\n{caption}"
    return text, tuple(markup)
