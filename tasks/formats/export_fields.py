"""What exports of news databases have in common: labelled fields, written days, paragraphs, and captions at the end."""

import re
from collections.abc import Iterable
from itertools import islice, pairwise

from tasks.dates.written import read_written
from tasks.formats.paragraphs import DENSE, join_paragraphs
from tasks.formats.record import Markup

CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.h]([0-5]\d)(?::([0-5]\d))?\s*(AM|PM)?\b", re.I)
RIGHTS = re.compile(
    r"\s*(?:Copyright\b|©|\(c\)|All Rights Reserved|Alle Rechte vorbehalten|Tous droits réservés"
    r"|Todos los derechos reservados|Tutti i diritti riservati|Alle rechten voorbehouden)",
    re.I,
)
WIDEST = 100  # characters of the widest line of a wrapped text
CAPTION_WORDS = 3
CAPTION_SIGNS = 8  # of a script without blanks
MOST_CAPTIONS = 200


def find_written_day(words: str | None) -> str | None:
    """The day that is written in a line, in ISO form, with the time where one is beside it; None where there is none.

    >>> find_written_day("March 4, 2014 Tuesday"), find_written_day("Mardi 4 mars 2014")
    ('2014-03-04', '2014-03-04')
    >>> find_written_day("4 de marzo de 2014 martes 10:30")
    '2014-03-04T10:30:00+00:00'
    """
    moment = read_written(" ".join((words or "").split())).moment
    if moment is None:
        return None
    return moment.isoformat() if moment.hour or moment.minute else moment.date().isoformat()


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
    text = join_paragraphs("\n".join(kept)) if is_wrapped else "\n".join(line.strip() for line in kept)
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))


def join_line(lines: Iterable[str]) -> str | None:
    """Some lines as one, without doubled white space; None where there are no words."""
    return " ".join(" ".join(lines).split()) or None


def add_graphics(text: str, captions: Iterable[str | None]) -> tuple[str, Markup]:
    """The text with the captions that an export lists below it, and their roles."""
    markup: list[tuple[int, str]] = []
    for caption in islice(captions, MOST_CAPTIONS):
        has_words = caption and (len(caption.split()) >= CAPTION_WORDS or len(DENSE.findall(caption)) >= CAPTION_SIGNS)
        if caption and has_words and text and caption not in text:
            markup.append((text.count("\n") + 2, "caption"))
            text = f"{text}\n\n{caption}"
    return text, tuple(markup)
