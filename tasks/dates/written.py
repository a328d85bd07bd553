"""Written dates: the first date of a line, with its clock time and zone, as UTC. What is uncertain is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from tasks.dates.calendars import BUDDHIST, BUDDHIST_YEARS, JALALI_YEARS, read_jalali
from tasks.dates.tokens import Token, cut_tokens, tidy_line
from tasks.dates.words import load_date_words
from tasks.dates.zones import MOST_MINUTES, UNKNOWN, Origin, find_offset, move_to_utc

FIRST_NEWSPAPER_YEAR = 1605
LAST_YEAR = 9999
NIGHTFALL = 5  # the first hour that is called night before midnight
MOST_CHARS = 240  # a longer line is no date
# What stands between the parts of a date with a named month.
SEP = "[ .,/'-]{0,3}"
OF = f"(?:c{SEP}){{0,2}}"
DATES = {
    "named": re.compile(
        f"(?P<d>d){SEP}(?:o{SEP})?{OF}(?P<m>[mj]){SEP}{OF}(?P<y>y)"
        f"|(?P<d2>d)([ /-])(?P<m2>m)\\.?\\5(?P<y2>d)(?![:.]?d)"
        f"|(?P<m3>[mj]){SEP}{OF}(?P<d3>d){SEP}(?:o{SEP})?{OF}(?P<y3>y)"
        f"|(?P<y4>y){SEP}{OF}(?P<m4>[mj]){SEP}(?P<d4>d)"
        f"|(?P<y5>y){SEP}{OF}(?P<d5>d){SEP}(?P<m5>m)"
    ),
    "units": re.compile("(?:(?P<e>e) ?(?P<f>x ?)?)?(?P<y>[ydn]) ?Y ?(?P<m>d) ?M ?(?P<d>d) ?D?"),
    "numbers": re.compile(
        r"(?P<y>y)(?P<s>[./-]) ?(?P<m>d)(?P=s) ?(?P<d>d)(?![./-]?[dyn])"
        r"|(?<![dyn][./-])(?<![dyn][./-] )(?P<a>d)(?P<s2>[./-]) ?(?P<b>d)(?P=s2) ?(?P<y2>y)(?![./-][dyn])"
        r"|(?<![dyn][./:-])(?P<a3>d)(?P<s3>[./])(?P<b3>d)(?P=s3)(?P<c3>d)(?![./:-][dyn])"
    ),
    "unhyphenated": re.compile("(?P<y6>y)(?P<md>y)T"),
}
CLOCK = re.compile(
    r"(?:(?P<pre>[apN]) ?)?(?:(?P<h>d):(?P<i>d)(?P<rest>(?::(?P<s>d))?(?:[.,][dyn])?)"
    r"|(?P<h4>d) ?H(?: ?(?P<i4>d) ?I(?: ?(?P<s4>d) ?S)?|(?P<half>B))?"
    r"|(?<![d.])(?P<h2>d)\.(?P<i2>d)(?![.d/-])"
    r"|(?P<h3>d) ?h ?(?P<i3>d)?(?![./-]))"
    r"(?: ?h(?![ ]?d))?(?:[ ,]?(?P<post>[apN])(?!x))?"
    r"|(?P<h5>d) ?(?P<post5>[apN])(?!x)"
)
ZONE = re.compile(
    r" ?[(\[]?(?:(?P<z>z)(?: ?(?P<zs>[+-]) ?(?P<zh>[dy])(?::(?P<zi>d))?)?|(?P<s>[+-])(?P<h>d):(?P<i>d)"
    r"|(?P<s2>[+-])(?P<hhmm>y)|(?P<s3>[+-])(?P<h3>d)(?![ ]?[dmyn./:-]))[)\]]?"
)
ZONE_BEFORE = re.compile("(?P<z>z) ?l? ?$")
# As C and Unix print a moment: the year is behind the clock time.
YEAR_LAST = re.compile(
    r"^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d(?::\d\d)?)( [A-Z]{2,4}| [+-]\d{4})? (\d{4})$"
)
AMERICAN = frozenset(["ET", "CT", "MT", "PT", "EDT", "CDT", "MDT", "PDT", "AKDT", "AKST"])


@dataclass(frozen=True)
class WrittenDay:
    """A day that a line writes. `moment`: the day, None where it is uncertain or none; `begin`, `end`: its tokens."""

    day: date | None
    begin: int
    end: int


@dataclass(frozen=True)
class Clock:
    """A clock time that a line writes: `minutes` from midnight and `seconds`; `zone`: tokens of the zone behind it."""

    minutes: int
    seconds: int
    begin: int
    end: int
    zone: re.Match[str] | None


@dataclass(frozen=True)
class Reading:
    """What a line says of dates. `moment`: the first date as UTC, None where it is uncertain.

    `tokens`: all of the tidy line; `used`: indices of those that are a date, a clock time, a zone or a weekday.
    """

    moment: datetime | None
    days: tuple[WrittenDay, ...]
    tokens: tuple[Token, ...]
    used: frozenset[int]


@lru_cache(maxsize=1024)
def read_written(line: str, origin: Origin = UNKNOWN) -> Reading:
    """Reads the dates of a line.

    >>> str(read_written("Updated: 18 Nov 2019 9:38 pm EST").moment)
    '2019-11-19 02:38:00+00:00'
    >>> read_written("03/04/2024").moment, str(read_written("03/04/2024", Origin("de")).moment)
    (None, '2024-04-03 00:00:00+00:00')
    """
    if len(line) > MOST_CHARS:
        return Reading(None, (), (), frozenset())
    tokens = tuple(cut_tokens(YEAR_LAST.sub(r"\2 \1 \5 \3\4", tidy_line(line)), origin))
    code = "".join(token.code for token in tokens)
    clues = [token.value for token in tokens if token.code == "w" and token.value >= 0]
    days = tuple(find_written_days(code, tokens, origin, clues))
    # What belongs to a date is no clock time.
    masked = code
    for day in days:
        masked = masked[: day.begin] + "#" * (day.end - day.begin) + masked[day.end :]
    clocks = list(find_clocks(masked, tokens)) if days else []
    spans = [(found.begin, found.end) for found in days] + [(found.begin, found.end) for found in clocks]
    used = {at for begin, end in spans for at in range(begin, end)}
    used |= {at for at, char in enumerate(code) if char == "w" or (char == "T" and at - 1 in used)}
    moment = None
    if days and days[0].day is not None:
        clock = choose_clock(days, clocks, masked)
        moment = make_moment(days[0].day, clock, tokens, origin)
    return Reading(moment, days, tokens, frozenset(used))


def find_written_days(code: str, tokens: tuple[Token, ...], origin: Origin, clues: list[int]) -> Iterator[WrittenDay]:
    """The days in order; those that overlap an earlier one are skipped. `clues`: weekdays that the line names."""
    hits = sorted(
        ((hit.start(), -hit.end(), kind, hit) for kind, pattern in DATES.items() for hit in pattern.finditer(code)),
        key=lambda found: found[:2],
    )
    reached = 0
    for begin, end, kind, hit in hits:
        if begin < reached:
            continue
        part = {name.rstrip("23456"): tokens[hit.start(name)] for name, text in hit.groupdict().items() if text}
        try:
            day = read_day(kind, part, origin, clues, tokens)
        except (ValueError, OverflowError):
            day = None
        reached = -end - (code[-end - 1] == "T")
        yield WrittenDay(day, begin, reached)


def read_day(
    kind: str, part: dict[str, Token], origin: Origin, clues: list[int], tokens: tuple[Token, ...]
) -> date | None:
    """The day that the parts of a date give; None where it is uncertain. Raises ValueError where there is no such day."""
    if "md" in part:
        return check_day(date(part["y"].value, part["md"].value // 100, part["md"].value % 100))
    if "y" not in part and "c" in part:
        return read_short_day([part[name].value for name in "abc"], part["s"].code, origin, clues)
    if "a" in part:
        return read_numbers(part["y"].value, part["a"].value, part["b"].value, part["s"].code, origin, clues, tokens)
    year, month, number = part["y"].value, part["m"].value, part["d"].value
    if part["m"].code == "j":
        return read_jalali(year, month, number)
    if kind == "units" and len(part["y"].text) != 4:
        return check_day(date(part["e"].value + year, month, number)) if "e" in part else None
    if len(part["y"].text) == 2:
        is_thai = any("\u0e00" <= char <= "\u0e7f" for char in part["m"].text)
        year += 2500 if is_thai else 2000 if year < 69 else 1900
    return convert_day(year, month, number, origin, tokens)


def convert_day(year: int, month: int, number: int, origin: Origin, tokens: tuple[Token, ...]) -> date:
    """A day whose year may be Iranian or Thai. Raises ValueError where there is no such day."""
    if year in JALALI_YEARS:
        if origin.language == "fa" or any("\u0600" <= char <= "\u06ff" for token in tokens for char in token.text):
            return read_jalali(year, month, number)
        raise ValueError("older than newspapers")
    if year in BUDDHIST_YEARS and (
        origin.language == "th" or any("\u0e00" <= char <= "\u0e7f" for token in tokens for char in token.text)
    ):
        year -= BUDDHIST
    return check_day(date(year, month, number))


def check_day(day: date) -> date:
    """The day; raises ValueError where it is older than newspapers."""
    if day.year < FIRST_NEWSPAPER_YEAR:
        raise ValueError("older than newspapers")
    return day


def read_numbers(
    year: int, first: int, second: int, sign: str, origin: Origin, clues: list[int], tokens: tuple[Token, ...]
) -> date | None:
    """The day of two numbers and a year: by their size, a weekday, points, or where the date was written."""
    ways = {(first, second), (second, first)} if first != second else {(first, second)}
    days = []
    for number, month in sorted(ways, key=lambda way: way != (first, second)):
        try:
            days.append(convert_day(year, month, number, origin, tokens))
        except ValueError:
            continue
    if not days:
        raise ValueError("no such day")
    if len(days) == 1:
        return days[0]
    if fitting := [day for day in days if day.weekday() in clues]:
        return fitting[0] if len(fitting) == 1 else None
    is_day_first = sign == "." or is_written_day_first(origin, tokens)
    return None if is_day_first is None else days[0] if is_day_first else days[1]


def is_written_day_first(origin: Origin, tokens: tuple[Token, ...] = ()) -> bool | None:
    """Whether the day stands before the month where a date was written; None where that is not known."""
    words = load_date_words()
    if origin.country in words.day_first:
        return True
    if origin.country in words.month_first:
        return False
    names = {token.text for token in tokens if token.code == "z"}
    if names & AMERICAN or any((find_offset(name, origin) or 0) < 0 for name in names & {"EST", "CST", "MST", "PST"}):
        return False
    return True if origin.language in words.day_first else None


def read_short_day(numbers: list[int], sign: str, origin: Origin, clues: list[int]) -> date | None:
    """The day of three numbers of two digits: where the language writes the year first, or last."""
    language = origin.language
    if language in load_date_words().year_first:
        year, month, number = numbers
        return date(2000 + year if year < 69 else 1900 + year, month, number)
    if language in (None, "und") and sign == ".":
        return None
    first, second, year = numbers
    return read_numbers(2000 + year if year < 69 else 1900 + year, first, second, sign, origin, clues, ())


def find_clocks(code: str, tokens: tuple[Token, ...]) -> Iterator[Clock]:
    """The clock times in order."""
    for hit in CLOCK.finditer(code):
        part = {name.rstrip("2345"): tokens[hit.start(name)] for name, text in hit.groupdict().items() if text}
        hour, minute = part["h"].value, part["i"].value if "i" in part else 0
        half = next((part[name].code for name in ("pre", "post") if name in part), None)
        if half and hour <= 12:
            hour = hour % 12 + 12 * (half == "p" or (half == "N" and NIGHTFALL <= hour < 12))
        minute = 30 if hit["half"] else minute
        second = part["s"].value if "s" in part else 0
        is_short = "i" in part and len(part["i"].text) < 2 and "H" not in hit[0]
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute) or is_short:
            continue
        zone = ZONE.match(code, hit.end())
        if zone and not is_offset(zone, hit, tokens):
            zone = None
        zone = zone or ZONE_BEFORE.search(code, max(hit.start() - 4, 0), hit.start())
        yield Clock(hour * 60 + minute, min(second, 59), hit.start(), max(zone.end() if zone else 0, hit.end()), zone)


def is_offset(zone: re.Match[str], clock: re.Match[str], tokens: tuple[Token, ...]) -> bool:
    """Whether what looks like an offset is one, and not the end of a span of time (19:00-20:30)."""
    if zone["z"]:
        return True
    is_apart = zone[0].startswith(" ") or bool(clock.groupdict().get("s"))
    is_dated = clock.start() > 0 and tokens[clock.start() - 1].code == "T"
    is_plus = "+" in zone[0]
    return is_plus or is_apart or is_dated


def choose_clock(days: tuple[WrittenDay, ...], clocks: list[Clock], masked: str) -> Clock | None:
    """The clock time of the first day: right before it, else the first behind it that belongs to no other day."""
    first = days[0]
    before = [clock for clock in clocks if clock.end <= first.begin]
    if before and not re.search("[x?m]", masked[before[-1].end : first.begin]):
        return before[-1]
    others = [day.begin for day in days[1:] if day.day != first.day]
    end = min(others, default=len(masked))
    behind = [clock for clock in clocks if first.end <= clock.begin < end]
    # "4 March 2024 | 14:08, 5 March 2024": a clock time right before another day is that day's.
    if behind and others and behind[0].end <= end and not re.search("[x?l|]", masked[behind[0].end : end]):
        gap = masked[first.end : behind[0].begin]
        if re.search("[x?l|]", gap):
            return before[-1] if before else None
    return behind[0] if behind else before[-1] if before else None


def make_moment(day: date, clock: Clock | None, tokens: tuple[Token, ...], origin: Origin) -> datetime | None:
    """WrittenDay and clock time as UTC."""
    midnight = datetime(day.year, day.month, day.day)
    if clock is None:
        return move_to_utc(midnight, None)
    local = midnight + timedelta(minutes=clock.minutes, seconds=clock.seconds)
    try:
        return move_to_utc(local, read_offset(clock.zone, tokens, origin, day) if clock.zone else None)
    except OverflowError:
        return None


def read_offset(zone: re.Match[str], tokens: tuple[Token, ...], origin: Origin, day: date) -> int | None:
    """Minutes from UTC of the zone behind a clock time."""
    part = {name: tokens[zone.start(name)] for name, text in zone.groupdict().items() if text}
    named = find_offset(part["z"].text, origin, day) if "z" in part else 0
    sign = next((part[name].code for name in ("zs", "s", "s2", "s3") if name in part), None)
    if sign is None:
        return named
    hours = next(part[name] for name in ("zh", "h", "hhmm", "h3") if name in part)
    minutes = next((part[name].value for name in ("zi", "i") if name in part), 0)
    total = hours.value // 100 * 60 + hours.value % 100 if hours.code == "y" else hours.value * 60 + minutes
    if total > MOST_MINUTES or total % 15:
        return None
    return (named or 0) + (total if sign == "+" else -total)
