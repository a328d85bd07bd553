"""Which format a file has, and rows of formats that are incomplete."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.formats.html import starts_html
from tasks.formats.record import Format, FormatError
from tasks.formats.registry import FORMATS, check_formats, check_modules, choose_format

FILES = {
    "text": ("a/b.txt", b"Words.", "text"),
    "markdown": ("b.MD", b"Words.", "text"),
    "markdown, a heading": ("a.md", b"# Ferry\n\nThe **ferry** is [late](https://a.example).", "text"),
    "page": ("b.htm", b"Words.", "html"),
    "lines": ("b.ndjson", b"", "jsonl"),
    "lines, packed": ("b.jsonl.gz", b"", "jsonl"),
    "JSON": ("b.json", b"", "json"),
    "archive, packed": ("b.warc.gz", b"", "warc"),
    "an address with a query": ("s3://b/c.html?versionId=1", b"Words.", "html"),
    "the name of a host": ("www.gazette.com", b"Words.", "text"),
    "no name, a page": ("article", b"\xef\xbb\xbf <!-- x --><!DOCTYPE html><p>", "html"),
    "no name, a page below a declaration": ("article", b"<?xml version='1.0'?>\n<!-- x -->\n<HTML lang='en'>", "html"),
    "no name, words below a comment": ("article", b"<!-- <html> --> <b>words</b>", "text"),
    "no name, a comment without end": ("article", b"<!-- <html>", "text"),
    "no name, comments and words": ("article", b"<!---->" * 68 + b"words", "text"),
    "no name, comments and a page": ("article", b"<!---->" * 68 + b"<html>", "html"),
    "no name, lines": ("dump", b'{"text": 1}\n{"text": 2}', "jsonl"),
    "no name, an archive": ("dump.bin", b"WARC/1.0\r\n", "warc"),
    "no name, words": ("dump", b"{curly} words", "text"),
    "no name, a page below 4,000 blanks": ("article", b" " * 4_000 + b"<html>", "html"),
    "no name, a page below 5,000 blanks": ("article", b" " * 5_000 + b"<html>", "text"),
    "no name, packed": ("dump.gz", b"words", "text"),
    "a page named as text": ("a.txt", b"<!DOCTYPE html><html><p>", "html"),
    "lines named as text": ("a.txt", b'{"text": 1}\n{"text": 2}', "jsonl"),
    "a page in UTF-16": ("a.txt", "<html><p>".encode("utf-16"), "html"),
    "JSON in UTF-16 without a mark": ("a.dat", '[{"text": "Words and more of them."}]'.encode("utf-16-le"), "json"),
    "JSON named as a page": ("a.html", b'{"text": "Words."}', "json"),
}


@pytest.mark.parametrize(("path", "first", "kind"), FILES.values(), ids=FILES.keys())
def test_the_format_follows_from_certain_content_then_from_the_name(path: str, first: bytes, kind: str) -> None:
    assert choose_format("auto", path, first).name == kind


HARD_STARTS = {
    "comments": b"<!---->",
    "comments opened": b"<!--",
    "declarations": b"<?xml>",
    "declarations and comments": b"<?xml?> <!-- x --> ",
    "white space": b" ",
    "brackets": b"[ ",
}


@pytest.mark.parametrize("piece", HARD_STARTS.values(), ids=HARD_STARTS.keys())
def test_the_start_of_a_file_is_recognised_in_linear_time(piece: bytes) -> None:
    assert not starts_html(piece * 100_000)
    assert choose_format("auto", "dump", piece * 100_000).name in ("text", "XML")


def test_a_page_below_many_comments_is_a_page() -> None:
    assert starts_html(b"<!---->" * 100_000 + b"<html>")


DECLARED = {
    "another name": ("html", "a.txt", b"words", "html"),
    "a backup": ("text", "a.txt~", b"words", "text"),
    "XML": ("text", "a.xml", b"<?xml version='1.0'?><ship/>", "text"),
    "no text": ("text", "a.txt", b"%PDF-1.7", "PDF"),
}


@pytest.mark.parametrize(("declared", "path", "first", "kind"), DECLARED.values(), ids=DECLARED.keys())
def test_a_declared_format_is_taken_for_all_that_can_be_text(declared: str, path: str, first: bytes, kind: str) -> None:
    assert choose_format(declared, path, first).name == kind


def test_weaker_signs_decide_where_neither_content_nor_name_does() -> None:
    row = Format(**ROW | {"recognise": lambda start: False, "resembles": lambda start: start.count(b",") > 3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tasks.formats.registry.FORMATS", (row, *FORMATS))
        assert choose_format("auto", "a.dat", b"a,b,c,d,e").name == "odt"
        assert choose_format("auto", "a.txt", b"a,b,c,d,e").name == "odt"
        assert choose_format("auto", "a.html", b"a,b,c,d,e").name == "html"
        assert choose_format("auto", "a.dat", b"a, b").name == "text"


def test_an_unknown_format_is_an_error_and_never_text() -> None:
    with pytest.raises(FormatError, match=r"format 'odt' is unknown. Choose from auto, "):
        choose_format("odt", "a.odt", b"a b\n")


ROW: dict[str, Any] = {
    "name": "odt",
    "extensions": (".odt",),
    "recognise": lambda start: start.count(b",") > 3,
    "read": lambda chunks, context: iter(()),
    "why": "Tables.",
}


@pytest.mark.parametrize("key", ROW)
def test_a_row_without_a_part_is_an_error(key: str) -> None:
    with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{key}'"):
        Format(**{name: value for name, value in ROW.items() if name != key})


HALF_ROWS = {
    "no name": ({"name": ""}, "name is missing or wrong"),
    "the name that means any": ({"name": "auto"}, "name is missing or wrong"),
    "one extension that is no list": ({"extensions": ".odt"}, "extensions is missing or wrong"),
    "an extension without a dot": ({"extensions": ("odt",)}, "extensions is missing or wrong"),
    "not recognised": ({"recognise": None}, "recognise is missing or wrong"),
    "no reader": ({"read": None}, "read is missing or wrong"),
    "no why": ({"why": ""}, "why is missing or wrong"),
    "one document that may be cut": ({"is_cuttable": lambda first: True}, "is_cuttable is missing or wrong"),
}


@pytest.mark.parametrize(("part", "message"), HALF_ROWS.values(), ids=HALF_ROWS)
def test_a_half_row_is_an_error(part: dict[str, Any], message: str) -> None:
    assert Format(**ROW)
    with pytest.raises(FormatError, match=message):
        Format(**ROW | part)


def test_a_row_that_contradicts_another_is_an_error() -> None:
    row = Format(**ROW)
    assert check_formats(row, *FORMATS) == (row, *FORMATS)
    with pytest.raises(FormatError, match="both have the name or extension 'odt'"):
        check_formats(row, Format(**ROW | {"extensions": (".tsv",)}), *FORMATS)
    with pytest.raises(FormatError, match=r"both have the name or extension '\.odt'"):
        check_formats(row, Format(**ROW | {"name": "tsv"}), *FORMATS)
    with pytest.raises(FormatError, match="the last format must recognise every content: put 'odt' before it"):
        check_formats(*FORMATS, row)


def test_a_format_of_the_package_that_is_not_registered_is_an_error() -> None:
    check_modules(FORMATS)
    with pytest.raises(FormatError, match=r"tasks/formats/html.py: add its format 'html' to FORMATS"):
        check_modules(tuple(row for row in FORMATS if row.name != "html"))
