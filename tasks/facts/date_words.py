"""Dates cut from a line, so that the other words of a byline remain: "Von Tilo Scherer 30.04.2026, 18:58"."""

from __future__ import annotations

import re

from tasks.facts.dates import CJK, CJK_CLOCK, CLOCK, DAY_MONTH, ISO, MONTH_DAY, NUMERIC, SHORT_DAY, SHORT_YEAR
from tasks.formats.values import find_month

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
