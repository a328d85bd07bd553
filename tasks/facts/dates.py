"""Dates as articles write them: "13:38, 28 Jan 2025", "15.04.2026 - 15:48 Uhr", "5 gennaio 2025"."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tasks.formats.values import find_month

ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d{2})")
SHORT_YEAR = re.compile(r"(?<![\d.:/-])(\d{1,2})([./])(\d{1,2})\2(\d{2})(?![\d.:/])")
DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?,?\s+(?:de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?((?:19|20)\d{2})"
)
SHORT_DAY = re.compile(r"(?<!\d)(\d{1,2})\.?\s+([^\W\d_]{4,})")
MONTH_DAY = re.compile(r"\b([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)\d{2})")
CJK_CLOCK = re.compile(r"(\d{1,2})\s*[時时시]\s*(?:(\d{1,2})\s*[分분])?")
CLOCK = re.compile(r"\b(\d{1,2})[:.h](\d{2})(?::\d{2})?\s*([ap])?\.?m?\b\.?", re.IGNORECASE)

PUBLISHED = re.compile(
    r"publi(?:shed|kacja|é|cad)|posted|veröffentlicht|pubblicat|publisert|publicerad|опубл|公開", re.IGNORECASE
)
# A line that begins so dates a later version.
UPDATED = (
    r"(?i)^\W*(?:(?:last |zuletzt |sist |senast )?(?:updated|modified|aktualisiert|oppdatert|uppdaterad|opdateret)|mise? à jour"
    r"|actualizad[oa]|atualizad[oa]|aggiornat[oa]|modifica|bijgewerkt|aktualizacja|обновлено|оновлено|güncelleme|diperbarui|수정|更新|تحديث)"
)


def read_date(line: str) -> datetime | None:
    """The first date of a line, with its clock time where it has one, as UTC. None where none is sure.

    Numbers alone are read day first, unless only month first makes sense; a time zone is ignored.

    >>> str(read_date("Updated: 18 Nov 2019 9:38 pm"))
    '2019-11-18 21:38:00+00:00'
    >>> str(read_date("11/20/2019"))
    '2019-11-20 00:00:00+00:00'
    >>> read_date("31 February 2026")
    """
    late = re.match(UPDATED, line) and PUBLISHED.search(line)
    found = (read_day(line[late.end() :]) if late else None) or read_day(line)
    if found is None:
        return None
    year, month, day, rest = found
    hour, minute = read_clock(rest)
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def read_day(line: str) -> tuple[int, int, int, str] | None:
    """Year, month and day of the first date, and the line without it.

    >>> read_day("13:38, 28 Jan 2025")
    (2025, 1, 28, '13:38,  ')
    """
    for pattern in (ISO, CJK):
        if hit := pattern.search(line):
            return int(hit[1]), int(hit[2]), int(hit[3]), line.replace(hit[0], " ", 1)
    if (hit := DAY_MONTH.search(line)) and (month := find_month(hit[2])):
        return int(hit[3]), month, int(hit[1]), line.replace(hit[0], " ", 1)
    if (hit := MONTH_DAY.search(line)) and (month := find_month(hit[1])):
        return int(hit[3]), month, int(hit[2]), line.replace(hit[0], " ", 1)
    if hit := NUMERIC.search(line) or SHORT_YEAR.search(line):
        first, second = int(hit[1]), int(hit[3])
        day, month = (first, second) if second <= 12 else (second, first)
        return int(hit[4]) + (2000 if len(hit[4]) == 2 else 0), month, day, line.replace(hit[0], " ", 1)
    return None


def read_clock(rest: str) -> tuple[int, int]:
    """Hour and minute of the first clock time, midnight where there is none.

    >>> read_clock("at 9:38 pm"), read_clock("15.48 Uhr"), read_clock("24:00")
    ((21, 38), (15, 48), (0, 0))
    """
    hit = CLOCK.search(rest)
    if hit is None or int(hit[1]) > 23 or int(hit[2]) > 59:
        return 0, 0
    hour = int(hit[1])
    if hit[3]:
        hour = hour % 12 + (12 if hit[3].lower() == "p" else 0)
    return hour, int(hit[2])
