"""Authors and hosts, in the ways in which inputs write them."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.formats.values import parse_authors, parse_host

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


def test_long_white_space_in_names_is_read_in_linear_time() -> None:
    gap = " " * 100_000
    assert parse_authors(f"Ann{gap}Lee{gap},{gap}Bo{gap}and{gap}Cy") == ("Ann Lee", "Bo", "Cy")
