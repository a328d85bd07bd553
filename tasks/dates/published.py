"""When a record was published: the value of its field, a number or words, as UTC. What is uncertain is none."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tasks.dates.tokens import tidy_line
from tasks.dates.written import FIRST_NEWSPAPER_YEAR, LAST_YEAR, MOST_CHARS, read_written
from tasks.dates.zones import SHARED, UNKNOWN, Origin

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Epoch numbers: seconds from here (1973; a smaller number is a year, a serial number, or nothing), milliseconds from the next ...
FIRST_SECONDS = 10**8
FIRST_MILLISECONDS = 10**11
FIRST_MICROSECONDS = 10**14
FIRST_NANOSECONDS = 10**17
LAST_SURE_SECONDS = 19 * 10**8  # 2030; a later number may be a day and an hour (2026100421)
# A number that spells a day, or a day and a clock time, is that: as an epoch it would be 1970, 1976 or 2600.
COMPACT = re.compile(r"((?:1[6-9]|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?")
COMPACT_HOUR = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[01]\d|2[0-3])")
NUMBER = re.compile(r"[+-]?\d{1,19}(?:\.\d{1,9})?")
RFC = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC)")
# Stand for "unknown" in databases and spreadsheets.
NO_DATES = frozenset(
    datetime(*day, tzinfo=UTC) for day in ((1970, 1, 1), (1900, 1, 1), (1899, 12, 30), (1899, 12, 31), (1601, 1, 1))
)
# Dates that may depend on where they were written, each with languages and hosts that tell them apart.
LOW = r"(?<!\d)(?:0?[1-9]|1[0-2])[./-] ?(?:0?[1-9]|1[0-2])[./-] ?\d{4}(?!\d)"
DEPENDENT = (
    (re.compile(LOW), (Origin("de"), Origin("en", "a.us"))),
    (re.compile(r"(?<![\d:])\d\d?[./] ?\d\d?[./] ?\d\d(?![\d:])"), (Origin("de"), Origin("en", "a.us"), Origin("ko"))),
    (re.compile(r"\b(?:13|14|24|25|26)\d\d\b"), (Origin("fa"), Origin("th"))),
    (re.compile(r"(?i)listopad|\d\.? (?:lip|srp|lis)\b"), (Origin("pl"), Origin("hr"), Origin("cs"))),
    (
        re.compile(rf"\b(?:{'|'.join(SHARED)})\b"),
        (
            *map(Origin, ("he", "hi", "zh-cn")),
            *(Origin("en", f"a.{name}") for name in ["au", "bd", "cn", "ie", "my", "ph", "pk", "sa"]),
        ),
    ),
)
LEFT = frozenset(" .,/-:+()|;'acholqTw?z")  # what may stand beside a date in a field


def parse_published(value: Any, origin: Origin = UNKNOWN) -> datetime | None:
    """The time of publication, in UTC; None where `value` gives none, or leaves doubt.

    Takes ISO 8601, RFC 2822, dates in the languages of `words.toml`, compact numbers (20261004), and epoch seconds,
    milliseconds, microseconds or nanoseconds. A date alone is midnight; a time without a zone is UTC. `origin` settles dates
    such as 03/04/2024.

    >>> str(parse_published("October 5, 2026, 10:00 pm")), str(parse_published(20261004)), parse_published(2026)
    ('2026-10-05 22:00:00+00:00', '2026-10-04 00:00:00+00:00', None)
    """
    try:
        moment = parse_number(repr(value)) if is_number(value) else parse_words(str(value or "").strip(), origin)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if moment is None or moment in NO_DATES or not FIRST_NEWSPAPER_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment


def depends_on_origin(value: Any) -> bool:
    """Whether a field's words are a date that language or publisher change, by the order of its numbers, its zone, or its month.

    >>> depends_on_origin("03/04/2024"), depends_on_origin("13/04/2024"), depends_on_origin("3 Apr 2024, 10:00 IST")
    (True, False, True)
    """
    if not isinstance(value, str) or len(value) > MOST_CHARS:
        return False
    words = tidy_line(value)
    origins = [origin for pattern, origins in DEPENDENT if pattern.search(words) for origin in origins]
    moment = parse_published(value) if origins else None
    return any(parse_published(value, origin) != moment for origin in origins)


def is_number(value: Any) -> bool:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse_number(number: str) -> datetime | None:
    """The point in time that a number stands for."""
    if not NUMBER.fullmatch(number):
        number = str(int(float(number)))  # 1.7e12
    whole, _, part = number.partition(".")
    if not part.strip("0"):
        if found := COMPACT.fullmatch(whole):
            year, month, day, hour, minute, second = (int(group or 0) for group in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if COMPACT_HOUR.fullmatch(whole) and int(whole) > LAST_SURE_SECONDS:
            return None
    value = int(whole)
    if abs(value) < FIRST_SECONDS:
        return None
    limits = (FIRST_MILLISECONDS, FIRST_MICROSECONDS, FIRST_NANOSECONDS)
    scale = 1_000 ** sum(abs(value) >= limit for limit in limits)
    seconds, rest = divmod(value, scale)
    fraction = float(f"0.{part}") if part and scale == 1 else 0.0
    return EPOCH + timedelta(seconds=seconds, microseconds=round((rest / scale + fraction) * 1_000_000))


def parse_words(words: str, origin: Origin) -> datetime | None:
    """A point in time given in words; may raise ValueError where they give none."""
    if not words:
        return None
    if NUMBER.fullmatch(words):
        return parse_number(words)
    try:
        moment = datetime.fromisoformat(words)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except ValueError:
        pass
    if RFC.fullmatch(words):
        moment = parsedate_to_datetime(words)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    reading = read_written(words, origin)
    left = (token for at, token in enumerate(reading.tokens) if at not in reading.used)
    return reading.moment if all(token.code in LEFT for token in left) else None
