"""Dates, authors and hosts, in the ways in which inputs write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.values import parse_authors, parse_host, parse_published

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
    "before 1970": (-86400, datetime(1969, 12, 31, tzinfo=UTC)),
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
    "a year as a number": (2024, datetime(1970, 1, 1, 0, 33, 44, tzinfo=UTC)),
    "no such day": ("2024-02-30", None),
    "the year one": ("0001-01-01T00:00:00", None),
    "beyond all years": (1e300, None),
    "not a number": (float("nan"), None),
    "infinite": (float("inf"), None),
    "true": (True, None),
    "an object": ({"$date": 1}, None),
    "no such month": ("1 Foo 2024", None),
}


@pytest.mark.parametrize(("value", "moment"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_times_of_publication(value: Any, moment: datetime | None) -> None:
    assert parse_published(value) == moment


@given(st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.none())))
def test_any_value_is_a_time_in_utc_or_none(value: Any) -> None:
    moment = parse_published(value)
    assert moment is None or moment.tzinfo is UTC


AUTHORS = {
    "one": ("Ann Lee", ("Ann Lee",)),
    "by": ("By Ann Lee", ("Ann Lee",)),
    "BY": ("BY ANN LEE", ("ANN LEE",)),
    "two": ("Ann Lee and Bo Day", ("Ann Lee", "Bo Day")),
    "three": ("Ann Lee, Bo Day and Cy Fox", ("Ann Lee", "Bo Day", "Cy Fox")),
    "three, with a comma": ("By Ann Lee, Bo Day, and Cy Fox", ("Ann Lee", "Bo Day", "Cy Fox")),
    "ampersand": ("Ann Lee & Bo Day", ("Ann Lee", "Bo Day")),
    "and an agency": ("By Ann Lee, Associated Press", ("Ann Lee", "Associated Press")),
    "family name first": ("Lee, Ann", ("Lee, Ann",)),
    "semicolons": ("Lee, Ann; Day, Bo", ("Lee, Ann", "Day, Bo")),
    "bars": ("Ann Lee | Bo Day", ("Ann Lee", "Bo Day")),
    "junior": ("Ann Lee, Jr., and Bo Day", ("Ann Lee Jr.", "Bo Day")),
    "and in a name": ("Alexandra Sandburg", ("Alexandra Sandburg",)),
    "By is a name's start": ("Byron Lee", ("Byron Lee",)),
    "German": ("Ann Lee und Bo Day", ("Ann Lee", "Bo Day")),
    "Chinese": ("王小明", ("王小明",)),
    "list": (["Ann Lee", "By Bo Day"], ("Ann Lee", "Bo Day")),
    "list with a comma": (["Lee, Ann"], ("Lee, Ann",)),
    "objects": ([{"name": "Ann Lee"}, {"@type": "Person", "name": "Bo Day"}], ("Ann Lee", "Bo Day")),
    "an object": ({"name": "Ann Lee"}, ("Ann Lee",)),
    "names in an object": ({"name": ["Ann Lee", "Bo Day"]}, ("Ann Lee", "Bo Day")),
    "twice": (["Ann Lee", "ANN LEE", "Ann-Lee"], ("Ann Lee",)),
    "an address": (["https://example.com/ann", "Ann Lee"], ("Ann Lee",)),
    "white space": ("  Ann \n Lee ", ("Ann Lee",)),
    "blank": (" ", ()),
    "null": (None, ()),
    "a number": (7, ()),
    "nulls in a list": ([None, 3, "Ann Lee"], ("Ann Lee",)),
}


@pytest.mark.parametrize(("value", "names"), AUTHORS.values(), ids=AUTHORS.keys())
def test_names_of_authors(value: Any, names: tuple[str, ...]) -> None:
    assert parse_authors(value) == names


HOSTS = {
    "https://www.example.com/a": "example.com",
    "HTTPS://News.Example.COM:8080/": "news.example.com",
    "//example.com/a": "example.com",
    "/a/b": None,
    "example.com": None,
    "http://[bad": None,
    "": None,
}


@pytest.mark.parametrize(("url", "host"), HOSTS.items())
def test_hosts(url: str, host: str | None) -> None:
    assert parse_host(url) == host


def test_long_white_space_in_dates_and_names_is_read_in_linear_time() -> None:
    gap = " " * 100_000
    assert parse_published(f"2024-05-01{gap}noon") is None
    assert parse_published("2024-05-01 10:00  UTC") == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert parse_authors(f"Ann{gap}Lee{gap},{gap}Bo{gap}and{gap}Cy") == ("Ann Lee", "Bo", "Cy")
