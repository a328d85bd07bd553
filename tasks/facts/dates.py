"""Dates as articles write them, read or cut from a line: "13:38, 28 Jan 2025", "15.04.2026 - 15:48 Uhr", "5 gennaio 2025"."""

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

# Words that stand around a date and say nothing more.
AROUND = re.compile(
    r"\b(?:(?:first |originally |story |article )*published|erschienen(?: am)?|geschrieben(?: am)?|zuerst|publikacja|posted"
    r"|updated|last updated|last modified|modified|created|publi(?:shed)? on|date|datum|stand|aktualisiert(?: am)?"
    r"|artikel veröffentlicht am|veröffentlicht(?: am)?|erstellt(?: am)?|zuletzt (?:aktualisiert|geändert)(?: am)?|geändert am"
    r"|publié(?:e)?(?: le)?"
    r"|mis(?:e)? à jour(?: le)?|modifié(?: le)?|publicad[oa](?: el| em)?|actualizad[oa](?: a las| el)?|atualizad[oa](?: em)?"
    r"|pubblicat[oa](?: il)?|aggiornat[oa](?: il)?|modifica il|gepubliceerd(?: op)?|bijgewerkt|publicerad|uppdaterad|publisert"
    r"|sist oppdatert|oppdatert|offentliggjort|publiceret|opdateret|opublikowano|aktualizacja|data publikacji|опубликовано"
    r"|обновлено|оновлено|опубліковано|yayınlanma|yayın tarihi|güncelleme|giriş|diterbitkan|diperbarui|uhr|heute|today|gestern"
    r"|yesterday|at|um|kl\.?|klo|ore|alle|h|hrs|wib|gmt|utc|bst|cest|cet|est|edt|pst|pdt|cdt|cst|et|pt|ist|sast|jst|kst|a\.?m\.?"
    r"|p\.?m\.?|on|am|à|a las|le|el|il|om|den"
    r"|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch|sonnabend|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado"
    r"|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag"
    r"|zondag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|måndag|tisdag|lördag|söndag|poniedziałek|wtorek|środa"
    r"|czwartek|piątek|sobota|niedziela|senin|selasa|rabu|kamis|jumat|sabtu|minggu|pazartesi|salı|çarşamba|perşembe|cuma"
    r"|cumartesi|pazar)(?:[:.,]|\b)|입력|수정|등록|公開日|更新日|更新|公開|発信|午前|午後|(?-i:\b[A-Z]{2,3}T\b)",
    re.IGNORECASE,
)
AGO = re.compile(
    r"\b(?:\d{1,2}|an?|one|eine[mnr]?|un|une|una) (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?) ago\b"
    r"|\bvor (?:\d{1,2}|eine[mnr]) (?:sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?)\b"
    r"|\bil y a \d{1,2} (?:minutes?|heures?|jours?)\b|\bhace \d{1,2} (?:minutos?|horas?|días?)\b"
    r"|\bfor \d{1,2} (?:minutter|timer|dager|dage) siden\b|\d{1,2}(?:분|시간|일) 전|\d{1,2}(?:分|時間|日)前",
    re.IGNORECASE,
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
    for pattern, named, numbered in ((DAY_MONTH, 2, 1), (MONTH_DAY, 1, 2)):
        if (hit := pattern.search(line)) and (month := find_month(hit[named])):
            return int(hit[3]), month, int(hit[numbered]), line.replace(hit[0], " ", 1)
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


def cut_dates(line: str) -> tuple[str, bool]:
    """A short line with a stroke in place of dates, clock times and the words around them; whether it held a date.

    >>> cut_dates("Von Tilo Scherer 30.04.2026, 18:58")
    ('Von Tilo Scherer  | ,  | ', True)
    >>> cut_dates("Tilo Scherer")
    ('Tilo Scherer', False)
    """
    words, found = AGO.subn(" | ", line)
    for pattern in (ISO, CJK, NUMERIC, SHORT_YEAR):
        words, hits = pattern.subn(" | ", words)
        found += hits
    for pattern, named in ((DAY_MONTH, 2), (MONTH_DAY, 1)):
        for hit in pattern.finditer(words):
            if find_month(hit[named]):
                words, found = words.replace(hit[0], " | "), found + 1
    clock = CLOCK.search(words)
    for hit in SHORT_DAY.finditer(words) if clock and not found else ():
        if find_month(hit[2]):
            words, found = words.replace(hit[0], " | "), found + 1
    if found:
        words = AROUND.sub(" | ", CLOCK.sub(" | ", CJK_CLOCK.sub(" | ", words)))
    return words, found > 0
