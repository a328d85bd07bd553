"""Dates as articles write them: "13:38, 28 Jan 2025", "15.04.2026 - 15:48 Uhr", "5 gennaio 2025"."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# The first letters of month names in the languages of the rules; long enough to tell them apart.
MONTHS = {
    1: "jan enero gennaio stycz янв ocak sty يناير",
    2: "feb fév fev févr lut фев şub فبراير شباط",
    3: "mar mär mrz maa мар marz مارس آذار",
    4: "apr avr abr kwi апр nis أبريل نيسان",
    5: "may mai maj mei mag мая май mayıs مايو أيار",
    6: "jun juin giu cze июн haz يونيو حزيران",
    7: "jul juil lug lip июл tem يوليو تموز",
    8: "aug aoû ago sie авг ağu agu أغسطس",
    9: "sep set wrz сен eyl سبتمبر أيلول",
    10: "oct okt ott out paź окт eki أكتوبر",
    11: "nov lis ноя kas نوفمبر",
    12: "dec dez déc dic gru дек ara des ديسمبر",
}
PREFIXES = sorted(
    ((prefix, month) for month, words in MONTHS.items() for prefix in words.split()), key=lambda p: -len(p[0])
)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
NUMERIC = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b")
DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|º|\.)?,?\s+(?:de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?(\d{4})\b")
MONTH_DAY = re.compile(r"\b([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
CLOCK = re.compile(r"\b(\d{1,2})[:.h](\d{2})(?::\d{2})?\s*([ap])?\.?m?\b\.?", re.IGNORECASE)


def read_date(line: str) -> datetime | None:
    """The first date of a line, with its clock time when one follows or leads, as UTC. None where none is sure.

    Numbers alone are read day first, unless only month first makes sense; a time zone is not looked at.
    """
    found = find_day(line)
    if found is None:
        return None
    year, month, day, rest = found
    hour, minute = find_clock(rest)
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def find_day(line: str) -> tuple[int, int, int, str] | None:
    """Year, month, day of the first date, and the line without it."""
    for pattern in (ISO, CJK):
        if hit := pattern.search(line):
            return int(hit[1]), int(hit[2]), int(hit[3]), line.replace(hit[0], " ", 1)
    if (hit := DAY_MONTH.search(line)) and (month := month_of(hit[2])):
        return int(hit[3]), month, int(hit[1]), line.replace(hit[0], " ", 1)
    if (hit := MONTH_DAY.search(line)) and (month := month_of(hit[1])):
        return int(hit[3]), month, int(hit[2]), line.replace(hit[0], " ", 1)
    if hit := NUMERIC.search(line):
        first, second = int(hit[1]), int(hit[3])
        day, month = (first, second) if second <= 12 else (second, first)
        return int(hit[4]), month, day, line.replace(hit[0], " ", 1)
    return None


def month_of(word: str) -> int | None:
    """The month that a word names, by its first letters."""
    word = word.lower()
    return next((month for prefix, month in PREFIXES if word.startswith(prefix)), None)


def find_clock(rest: str) -> tuple[int, int]:
    """Hour and minute of the first clock time, midnight where there is none."""
    hit = CLOCK.search(rest)
    if hit is None or int(hit[1]) > 23 or int(hit[2]) > 59:
        return 0, 0
    hour = int(hit[1])
    if hit[3]:
        hour = hour % 12 + (12 if hit[3].lower() == "p" else 0)
    return hour, int(hit[2])
