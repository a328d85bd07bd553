"""The values of fields that say when a record was published."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dates.published import parse_published

NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)

PUBLISHED = {
    "ISO with Z": ("2024-05-01T12:00:00Z", NOON),
    "ISO with an offset": ("2024-05-01T14:00:00+02:00", NOON),
    "ISO with a short offset": ("2024-05-01T14:00:00+0200", NOON),
    "ISO with milliseconds": ("2024-05-01T12:00:00.000Z", NOON),
    "ISO with nanoseconds": ("2024-05-01T12:00:00.000000000Z", NOON),
    "ISO with a space": ("2024-05-01 12:00:00", NOON),
    "ISO with a space and offset": ("2024-05-01 14:00:00 +0200", NOON),
    "ISO with a zone in words": ("2024-05-01 12:00:00 UTC", NOON),
    "no seconds, no zone": ("2024-05-01T12:00", NOON),
    "basic form": ("20240501T120000Z", NOON),
    "a date": ("2024-05-01", MIDNIGHT),
    "a date in one": ("20240501", MIDNIGHT),
    "a zone that moves the day": ("2024-05-01T01:00:00+02:00", datetime(2024, 4, 30, 23, tzinfo=UTC)),
    "RFC 2822": ("Wed, 01 May 2024 14:00:00 +0200", NOON),
    "RFC 2822, GMT": ("Wed, 01 May 2024 12:00:00 GMT", NOON),
    "RFC 2822 without a day": ("1 May 2024 12:00:00 -0000", NOON),
    "seconds": (1714564800, NOON),
    "seconds with a fraction": (1714564800.5, NOON.replace(microsecond=500_000)),
    "milliseconds": (1714564800000, NOON),
    "microseconds": (1714564800000000, NOON),
    "seconds in words": ("1714564800", NOON),
    "milliseconds in words": ("1714564800000", NOON),
    "before 1970": (-200_000_000, datetime(1963, 8, 31, 4, 26, 40, tzinfo=UTC)),
    "a small number": (-86400, None),
    "the last number of seconds": (99_999_999_999, datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
    "the first number of milliseconds": (100_000_000_000, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
    "the last number of milliseconds": (99_999_999_999_000, datetime(5138, 11, 16, 9, 46, 39, tzinfo=UTC)),
    "the first number of microseconds": (100_000_000_000_000, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
    "the first newspaper year": ("1605-01-01", datetime(1605, 1, 1, tzinfo=UTC)),
    "the year before": ("1604-12-31", None),
    "English": ("May 1, 2024", MIDNIGHT),
    "English, short": ("1 May 2024", MIDNIGHT),
    "English, ordinal": ("1st May 2024", MIDNIGHT),
    "spaces around": (" 2024-05-01 ", MIDNIGHT),
    "null": (None, None),
    "blank": ("  ", None),
    "words": ("yesterday", None),
    "a year": ("2024", None),
    "a year as a number": (2024, None),
    "no such day": ("2024-02-30", None),
    "the year one": ("0001-01-01T00:00:00", None),
    "beyond all years": (1e300, None),
    "not a number": (float("nan"), None),
    "infinite": (float("inf"), None),
    "true": (True, None),
    "an object": ({"$date": 1}, None),
    "a compact number": (20240501, MIDNIGHT),
    "a compact number with a point": (20240501.0, MIDNIGHT),
    "a compact number of minutes": (202405011200, NOON),
    "a compact number of seconds": (20240501120000, NOON),
    "a compact number of seconds in words": ("20240501120000", NOON),
    "a number that may be a day and an hour": (2034050112, None),
    "no such compact day": (20240231, None),
    "nanoseconds": (1714564800000000000, NOON),
    "a serial number of a spreadsheet": (45413, None),
    "zero": (0, None),
    "the first second of the epoch": ("1970-01-01T00:00:00Z", None),
    "the first day of spreadsheets": ("1899-12-30 00:00:00", None),
    "the year 1900 for unknown": ("1900-01-01", None),
    "a month": ("May 2024", None),
    "a day without a year": ("May 1", None),
    "a sentence": ("The bridge was closed on May 1, 2024", None),
    "a label": ("Published: May 1, 2024 at 12:00 pm", NOON),
    "a clock time of the evening": ("May 1, 2024, 10:00 pm", datetime(2024, 5, 1, 22, tzinfo=UTC)),
    "day or month first": ("03/04/2024", None),
    "no such month": ("1 Foo 2024", None),
}


@pytest.mark.parametrize(("value", "moment"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_times_of_publication(value: Any, moment: datetime | None) -> None:
    assert parse_published(value) == moment


@given(st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.none())))
def test_any_value_is_a_time_in_utc_or_none(value: Any) -> None:
    moment = parse_published(value)
    assert moment is None or moment.tzinfo is UTC


def test_long_white_space_is_read_in_linear_time() -> None:
    gap = " " * 100_000
    assert parse_published(f"2024-05-01{gap}noon") is None
    assert parse_published("2024-05-01 10:00  UTC") == datetime(2024, 5, 1, 10, tzinfo=UTC)
