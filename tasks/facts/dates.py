"""Dates as articles write them, read or cut from a line: "13:38, 28 Jan 2025", "15.04.2026 - 15:48 Uhr", "5 gennaio 2025"."""

import re
from datetime import datetime

from tasks.dates.tokens import Token
from tasks.dates.written import read_written
from tasks.dates.zones import UNKNOWN, Origin

PUBLISHED = re.compile(
    r"publi(?:shed|kacja|é|cad)|posted|veröffentlicht|pubblicat|publisert|publicerad|опубл|公開", re.IGNORECASE
)
# A line that begins so dates a later version.
UPDATED = (
    r"(?i)^\W*(?:(?:last |zuletzt |sist |senast )?(?:updated|modified|aktualisiert|oppdatert|uppdaterad|opdateret)|mise? à jour"
    r"|actualizad[oa]|atualizad[oa]|aggiornat[oa]|modifica|bijgewerkt|aktualizacja|обновлено|оновлено|güncelleme|diperbarui|수정|更新|تحديث)"
)

AGO = re.compile(
    r"\b(?:\d{1,2}|an?|one|eine[mnr]?|un|une|una) (?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?) ago\b"
    r"|(?:\b|(?<=[a-z]))vor (?:\d{1,2}|eine[mnr]) (?:sekunden?|minuten?|stunden?|tag(?:en)?|wochen?|monat(?:en)?)"
    r"(?:\b|(?=vor \d))"
    r"|\bil y a \d{1,2} (?:minutes?|heures?|jours?)\b|\bhace \d{1,2} (?:minutos?|horas?|días?)\b"
    r"|\bfor \d{1,2} (?:minutter|timer|dager|dage) siden\b|\d{1,2}(?:분|시간|일) 전|\d{1,2}(?:分|時間|日)前",
    re.IGNORECASE,
)


# A day and a month without a year, which are a date beside a clock time.
SHORT_DAY = re.compile(r"d(?:\. ?| ?o ?| )(?:c )?m|m d(?! ?y)")
CLOCK = re.compile(r"d[:.]d")
# How long the article takes to read, and what readers did with it.
MINUTES = re.compile(
    r"\d{1,2} hours?$|\(?(?:(?:reading time|read time|lesezeit|lesedauer|temps de lecture|tiempo de lectura|tempo di lettura"
    r"|leestijd)\s*:?\s*)?"
    r"(?:(?:ca\.?|etwa|about)\s*)?\d{1,3}\s*[-–]?\s*(?:min(?:ute[ns]?|uti|utos|uten|uut)?\b\.?)(?!\s+ago\b)"
    r"(?:\s*(?:read|lesezeit|lesedauer|de lecture|de lectura|di lettura|leestijd|lesetid))?\)?",
    re.IGNORECASE,
)
COMMENTS = re.compile(
    r"\s*(?:\b\d+ (?:comments?|kommentare?|comentarios|commentaires|views|shares|reactions|replies|文字)"
    r"|(?:comments?|(?:anzahl )?kommentare?|comentarios|commentaires)\s*[:(]\s*(?:\d+\)?|noch keine)|\d+文字)",
    re.IGNORECASE,
)
# Who or where the article is from, behind a word that says so.
FROM = re.compile(
    r"(?:by|von|por|par|di|door|av|af|od|source|sources|quelle|fuente|fonte|bron|kilde|来源|來源|出典|発信地|責任編輯|责任编辑"
    r"|作者)\b ?[:：]?\s*\S+(?: \S+){0,3}",
    re.IGNORECASE,
)
# What else than a publication may have a day and an hour.
NO_LABEL_WORDS = """
der die das ein eine einen une un una les los las il lo gli
deadline closing closes expires expired ends end starts start begins begin opens opening doors due until from till before after
since born died founded built event venue tickets sale offer registration entries beginn ende frist anmeldeschluss
einsendeschluss ablauf termin eröffnung début fin inicio cierre inizio scadenza plazo fecha
"""
NO_LABELS = frozenset(NO_LABEL_WORDS.split())
MARK = "\n"  # a stroke that no line has
BETWEEN = re.compile(r"[\n@|,،、•·()\[\]/／;]| [-–—] |^[-–—]|[-–—]$")
SEPARATOR = re.compile(r"[|,،、•·()\[\]/;–—-]")
PLACE_CHARS = 30
PLACE_WORDS = 4
SECTION_WORDS = 2
HOUR = re.compile(r"\d[:.]\d\d(?![.\d])")
PLACE = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w.'’-]*|de|la|del|the|of|am|an|der|im|sur|on|upon|al|el|di|du|and|und|et|y|e|&)"
)
HAN, HAN_PLACE = re.compile(r"[\u3400-\u9fff]+"), 3  # characters of a place behind a date
HAN_WORDS = re.compile("[的了是在]")
CASELESS = re.compile(r"[\u3400-\u9fff\u30a0-\u30ff\uac00-\ud7a3]{1,8}|[\u0621-\u064a]{2,12}")


def read_date(line: str, origin: Origin = UNKNOWN) -> datetime | None:
    """The first date of a line, with its clock time where it has one, as UTC. None where none is sure.

    A date behind a word for `published` comes before one behind a word for `updated`. `origin` settles dates such as
    03/04/2024, and zones that share a name.

    >>> str(read_date("Updated: 18 Nov 2019 9:38 pm"))
    '2019-11-18 21:38:00+00:00'
    >>> str(read_date("11/20/2019"))
    '2019-11-20 00:00:00+00:00'
    >>> read_date("31 February 2026")
    """
    if re.match(UPDATED, line) and (late := PUBLISHED.search(line)):
        found = read_written(line[late.end() :], origin).moment
        if found is not None:
            return found
    return read_written(line, origin).moment


def cut_dates(line: str, stroke: str = " | ") -> tuple[str, bool]:
    """A short line with a stroke in place of dates, clock times and the words around them; whether it held a date.

    >>> cut_dates("Von Tilo Scherer 30.04.2026, 18:58")
    ('Von Tilo Scherer  | ,  | ', True)
    >>> cut_dates("Tilo Scherer")
    ('Tilo Scherer', False)
    """
    words, ago = AGO.subn(stroke, line)
    if not ago and not any(map(str.isdecimal, line)):
        return line, False
    reading = read_written(words)
    code = "".join(token.code for token in reading.tokens)
    used = set(reading.used)
    found = ago > 0 or bool(reading.days)
    if not reading.days and (hit := SHORT_DAY.search(code)) and CLOCK.search(code):
        used |= set(range(hit.start(), hit.end())) | {
            at for clock in CLOCK.finditer(code) for at in range(*clock.span())
        }
        found = True
    if not found:
        return line, False
    if not reading.tokens:
        return words, True
    labels = "lqzhw" if "l" in code else "zhw"
    used |= {at for at, char in enumerate(code) if char in labels or (char in "apN" and at - 1 in used)}
    joints = find_joints(code, used) - ({0} if words[:4].lower() == "the " else set())
    return join_rest(reading.tokens, used | joints, stroke), True


def find_joints(code: str, used: set[int]) -> set[int]:
    """Prepositions and the like right before what is cut: "on 5 May", "am Montag, den 5. Mai"."""
    joints: set[int] = set()
    for at in range(len(code) - 2, -1, -1):
        after = at + 1 + (code[at + 1] == " ")
        if code[at] in "coa" and (after in used or after in joints):
            joints.add(at)
    return joints


def join_rest(tokens: tuple[Token, ...], used: set[int], stroke: str) -> str:
    """The words of a line with a stroke for each series of used tokens."""
    parts: list[str] = []
    for at, token in enumerate(tokens):
        if at not in used:
            parts.append(token.text)
        elif at - 1 not in used:
            parts.append(stroke)
    return "".join(parts)


def is_timestamp(line: str, *, with_place: bool = True) -> bool:
    """Whether a short line is a date, a clock time, a zone, a label, and nothing else but, set apart by a sign, a place.

    >>> is_timestamp("Larkhaven, 5 May 2026"), is_timestamp("The strike of 4 May 1926"), is_timestamp("Sale ends 3 March 2031")
    (True, False, False)
    """
    words, found = cut_dates(COMMENTS.sub(MARK, MINUTES.sub(MARK, line)), MARK)
    if not found:
        return False
    rest = [piece for piece in map(tidy_piece, BETWEEN.split(words)) if piece and not FROM.fullmatch(piece)]
    if not rest:
        return True
    if not with_place or len(rest) > 1 or not is_place(rest[0]):
        return False
    at = words.find(rest[0])
    before, behind = words[:at].rstrip(" "), words[at + len(rest[0]) :].lstrip(" ")
    if before and HAN.fullmatch(rest[0]) and (len(rest[0]) > HAN_PLACE or HAN_WORDS.search(rest[0])):
        return False  # what happened that day
    if SEPARATOR.match(behind) if not before else SEPARATOR.search(before[-1:]):
        return True
    # A section or a paper right beside a day with its hour.
    parts = rest[0].lower().split()
    return bool(HOUR.search(line)) and len(parts) <= SECTION_WORDS and not NO_LABELS.intersection(parts)


def tidy_piece(piece: str) -> str:
    """A piece of a line without what stands around words."""
    return piece.strip(" \t\u00a0,;:|/•·–—-()[]*>«»\"“”.。／、،'")


def is_place(words: str) -> bool:
    """Whether words may be the name of a place or a paper: few, all but particles with a capital.

    >>> is_place("Low Mercy"), is_place("Larkhaven harbour in the fog"), is_place("北京"), is_place("橋は開通した")
    (True, False, True, False)
    """
    if CASELESS.fullmatch(words):
        return True
    parts = words.split()
    is_short = (
        len(words) <= PLACE_CHARS and len(parts) <= PLACE_WORDS and not NO_LABELS.intersection(map(str.lower, parts))
    )
    return is_short and all(map(PLACE.fullmatch, parts)) and parts[0][0].isupper()
