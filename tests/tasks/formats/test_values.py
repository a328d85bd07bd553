"""Hosts, missing values and markup, in the ways in which inputs write them."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.formats.values import break_written_lines, cut_mark, has_tags, is_missing, parse_host

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


MISSING = [
    None,
    "",
    " \n",
    "nan",
    "NaN",
    "None",
    "null",
    "N/A",
    "NA",
    "-",
    "[]",
    "[Removed]",
    float("nan"),
    [],
    {},
    "\\N",
]


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_what_programs_write_for_no_value_is_none(value: Any) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", ["Nan Lee", "Na", "Noneville", 0, False, ["x"], "A - B", "none of them"], ids=repr)
def test_other_values_are_values(value: Any) -> None:
    assert not is_missing(value)


MARKUP = {
    "<p>One.</p>": True,
    "One.<br>Two.": True,
    "One.<BR/>Two.": True,
    "One <b>two</b>.": True,
    "<!-- wp:paragraph -->": True,
    "a < b and c > d": False,
    "The <Harbour> prize": False,
    "Ann <ann@mail.example>": False,
    "x <3": False,
    "Press <b> to begin": False,
}


@pytest.mark.parametrize(("text", "is_html"), MARKUP.items())
def test_tags_make_html(text: str, is_html: bool) -> None:
    assert has_tags(text) is is_html


CUT = {
    "It sails at no… [+1234 chars]": "It sails at no",
    "It sails at no... [2459 chars]": "It sails at no",
    "It sails at no [...]": "It sails at no",
    "It sails at no […]\n": "It sails at no",
    "It sails [at noon]": "It sails [at noon]",
    "It sails at no...": "It sails at no...",
}


@pytest.mark.parametrize(("text", "kept"), CUT.items())
def test_marks_of_a_cut_are_no_text(text: str, kept: str) -> None:
    assert cut_mark(text) == kept


WRITTEN = {
    r"One.\n\nTwo.": "One.\n\nTwo.",
    r"One.\r\nTwo.": "One.\nTwo.",
    r"One,\n\ntwo": "One,\n\ntwo",
    r"C:\news\nord": r"C:\news\nord",
    "One.\nA line ends with \\\\n here. \\nTwo.": "One.\nA line ends with \\\\n here. \\nTwo.",
}


@pytest.mark.parametrize(("text", "lines"), WRITTEN.items())
def test_line_ends_that_are_written_out_end_lines(text: str, lines: str) -> None:
    assert break_written_lines(text) == lines
