"""Formats and the values in them: dates, authors, fields, lines, pages, packed bytes."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import Fields, Limits
from tasks.formats.format import ReadContext
from tasks.formats.html import META_CHARSET, read_page, starts_html
from tasks.formats.jsonl import read_json, read_jsonl
from tasks.formats.packing import unpack_chunks
from tasks.formats.record import BrokenInputError, Found, Record, Reject
from tasks.formats.registry import choose_format
from tasks.formats.stream import Tap, split_chunks
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


FORMATS = {
    "text": ("a/b.txt", b"", "text"),
    "markdown": ("b.MD", b"", "text"),
    "page": ("b.htm", b"", "html"),
    "lines": ("b.ndjson", b"", "jsonl"),
    "lines, packed": ("b.jsonl.gz", b"", "jsonl"),
    "JSON": ("b.json", b"", "json"),
    "archive, packed": ("b.warc.gz", b"", "warc"),
    "an address with a query": ("s3://b/c.html?versionId=1", b"", "html"),
    "no name, a page": ("article", b"\xef\xbb\xbf <!-- x --><!DOCTYPE html><p>", "html"),
    "no name, a page below a declaration": ("article", b"<?xml version='1.0'?>\n<!-- x -->\n<HTML lang='en'>", "html"),
    "no name, words below a comment": ("article", b"<!-- <html> --> <b>words</b>", "text"),
    "no name, a comment without end": ("article", b"<!-- <html>", "text"),
    "no name, comments and words": ("article", b"<!---->" * 68 + b"words", "text"),
    "no name, comments and a page": ("article", b"<!---->" * 68 + b"<html>", "html"),
    "no name, lines": ("dump", b'{"text": 1}\n{"text": 2}', "jsonl"),
    "no name, an archive": ("dump.bin", b"WARC/1.0\r\n", "warc"),
    "no name, words": ("dump", b"{curly} words", "text"),
    "no name, packed": ("dump.gz", b"words", "text"),
}


@pytest.mark.parametrize(("path", "first", "kind"), FORMATS.values(), ids=FORMATS.keys())
def test_the_format_is_told_by_name_then_by_content(path: str, first: bytes, kind: str) -> None:
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
def test_a_start_is_scanned_in_linear_time(piece: bytes) -> None:
    assert not starts_html(piece * 100_000)
    assert choose_format("auto", "dump", piece * 100_000).name == "text"


def test_a_page_below_many_comments_is_a_page() -> None:
    assert starts_html(b"<!---->" * 100_000 + b"<html>")


def test_a_charset_is_found_in_linear_time() -> None:
    assert META_CHARSET.search(b"<meta" * 40 + b" charset=" + b" " * 100_000) is None
    assert META_CHARSET.findall(b'<meta charset =  " utf-8 ">') == [b"utf-8"]


def test_long_white_space_in_dates_and_names_is_read_in_linear_time() -> None:
    gap = " " * 100_000
    assert parse_published(f"2024-05-01{gap}noon") is None
    assert parse_published("2024-05-01 10:00  UTC") == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert parse_authors(f"Ann{gap}Lee{gap},{gap}Bo{gap}and{gap}Cy") == ("Ann Lee", "Bo", "Cy")


def test_a_declared_format_is_taken_as_it_is() -> None:
    assert choose_format("html", "a.txt", b"words").name == "html"


def lines_of(*lines: bytes, limit: int = 1000, fields: Fields | None = None) -> list[Found]:
    return list(read_jsonl(iter([b"\n".join(lines)]), ReadContext("f", fields or Fields(), Limits(record_bytes=limit))))


LINES = {
    "plain": (b'{"text": "one"}', "one", "utf-8"),
    "Windows line end": (b'{"text": "one"}\r', "one", "utf-8"),
    "white space around": (b'  {"text": "one"}  ', "one", "utf-8"),
    "byte order mark": (b'\xef\xbb\xbf{"text": "one"}', "one", "utf-8-sig"),
    "escapes": (b'{"text": "caf\\u00e9 \\ud83d\\ude00"}', "café 😀", "utf-8"),
    "half a pair": (b'{"text": "a \\ud800 b"}', "a \ufffd b", "utf-8;surrogates-replaced"),
    "a NUL": (b'{"text": "a\\u0000b"}', "ab", "utf-8;nul-removed"),
    "a raw tab": (b'{"text": "a\tb"}', "a\tb", "utf-8"),
    "Windows-1252": (b'{"text": "the \x93caf\xe9\x94 is closed"}', "the “café” is closed", "cp1252"),
    "mojibake": ('{"text": "Itâ€™s"}'.encode(), "It’s", "utf-8;mojibake-fixed"),
    "a key twice": (b'{"text": "one", "text": "two"}', "two", "utf-8"),
    "not a number": (b'{"text": "one", "score": NaN, "x": Infinity}', "one", "utf-8"),
    "second name": (b'{"text": null, "body": "one"}', "one", "utf-8"),
    "blank, then another": (b'{"text": " ", "body": "one"}', "one", "utf-8"),
}


@pytest.mark.parametrize(("line", "text", "encoding"), LINES.values(), ids=LINES.keys())
def test_a_line_is_a_record(line: bytes, text: str, encoding: str) -> None:
    (found,) = lines_of(line)
    assert isinstance(found, Record)
    assert (found.uri, found.text, found.encoding) == ("f#0", text, encoding)


BAD_LINES = {
    "not JSON": (b"{oops", "bad_json", "line 2: not JSON: Expecting property name"),
    "cut": (b'{"text": "on', "bad_json", "line 2: not JSON: Unterminated string"),
    "an array": (b"[1]", "bad_json", "line 2: a JSON array, not an object"),
    "a number": (b"7", "bad_json", "line 2: a JSON number"),
    "nested without end": (b"[" * 900, "bad_json", "line 2: not JSON"),
    "too deep": (b'{"a":' * 100_000, "bad_json", "line 2: not JSON: nested too deeply"),
    "digits without end": (b'{"a": ' + b"1" * 5000 + b"}", "bad_json", "line 2: not JSON"),
    "no text": (b'{"id": 1, "words": "x"}', "no_text", "the record has id, words"),
    "text is a list": (b'{"text": ["x"]}', "no_text", "text is a JSON array, not a string"),
    "text is null": (b'{"text": null}', "no_text", "line 2: none of the fields text, body"),
    "blank": (b'{"text": " \\n"}', "empty", "line 2: field text is blank"),
    "binary": (b"\x01\x02\x03\x04\xff\xfe", "binary", "line 2: "),
}


@pytest.mark.parametrize(("line", "reason", "words"), BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_a_reject_and_the_others_go_on(line: bytes, reason: str, words: str) -> None:
    first, bad, last = lines_of(b'{"text": "one"}', line, b"", b" ", b'{"text": "two"}', limit=10**6)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.uri == "f#2"
    assert isinstance(bad, Reject)
    assert (bad.uri, bad.reason) == ("f#1", reason)
    assert words in bad.detail


@given(st.lists(st.binary(max_size=30), max_size=8), st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_lines_are_the_same_however_the_bytes_arrive(lines: list[bytes], sizes: list[int]) -> None:
    raw = b"\n".join(lines)

    def chunks() -> Iterator[bytes]:
        start = 0
        while start < len(raw):
            for size in sizes:
                yield raw[start : start + size]
                start += size

    whole = [line if len(line) <= 10 else len(line) for line in raw.split(b"\n")]
    assert list(split_chunks(filter(None, chunks()), 10)) == (whole if raw[-1:] not in (b"\n", b"") else whole[:-1])


def test_a_line_over_the_limit_is_not_held() -> None:
    good, large, last = lines_of(b'{"text": "one"}', b'{"text": "' + b"x" * 90 + b'"}', b'{"text": "two"}', limit=50)
    assert isinstance(good, Record)
    assert isinstance(last, Record)
    assert isinstance(large, Reject)
    assert (large.uri, large.reason) == ("f#1", "record_too_large")
    assert "102 bytes" in large.detail


def test_every_field_finds_its_column() -> None:
    line = json.dumps(
        {
            "_id": 12,
            "link": "https://www.example.com/x",
            "headline": " Bridge\nclosed ",
            "summary": "Since May.",
            "byline": "By Ann Lee",
            "date": "2024-05-01",
            "site_name": {"name": "The Gazette"},
            "content": "one\ntwo",
        }
    )
    (found,) = lines_of(line.encode())
    assert isinstance(found, Record)
    assert found.text == "one\ntwo"
    assert (found.record_id, found.url, found.title) == ("12", "https://www.example.com/x", "Bridge closed")
    assert (found.standfirst, found.authors, found.publisher) == ("Since May.", ("Ann Lee",), "The Gazette")
    assert found.published_at == MIDNIGHT


def test_a_dot_steps_into_an_object() -> None:
    fields = Fields(text=("data.article.body",), title=("meta.title",), id=("a.b",))
    (found,) = lines_of(
        b'{"data": {"article": {"body": "one"}}, "meta": {"title": "T"}, "a.b": "i", "a": 3}', fields=fields
    )
    assert isinstance(found, Record)
    assert (found.text, found.title, found.record_id) == ("one", "T", "i")


def test_utf_16_lines_are_cut_where_their_lines_end() -> None:
    raw = '{"text": "größer"}\n\n{"text": "漢"}\n'.encode("utf-16")
    found = list(read_jsonl(iter([raw[:7], raw[7:]]), ReadContext("f", Fields(), Limits())))
    assert [(item.text, item.encoding) for item in found if isinstance(item, Record)] == [
        ("größer", "utf-16-le"),
        ("漢", "utf-16-le"),
    ]


WHOLE = {
    "an object": (b'{\n "text": "one"\n}', [("f", "one")]),
    "an array": (b'\xef\xbb\xbf [ {"text": "one"} ,\n{"text": "two"}]\n', [("f#0", "one"), ("f#1", "two")]),
    "lines after all": (b'{"text": "one"}\n{"text": "two"}\n', [("f#0", "one"), ("f#1", "two")]),
    "an array of other things": (
        b'[1, {"text": "one"}, {}]',
        [("f#0", "bad_json"), ("f#1", "one"), ("f#2", "no_text")],
    ),
    "an empty array": (b"[]", []),
    "blank": (b" \n", [("f", "empty")]),
    "not JSON": (b"{oops", [("f", "bad_json")]),
    "a string": (b'"text"', [("f", "bad_json")]),
}


@pytest.mark.parametrize(("raw", "expected"), WHOLE.values(), ids=WHOLE.keys())
def test_whole_json_files(raw: bytes, expected: list[tuple[str, str]]) -> None:
    found = list(read_json(iter([raw]), ReadContext("f", Fields(), Limits())))
    assert [(item.uri, item.text if isinstance(item, Record) else item.reason) for item in found] == expected


@pytest.mark.parametrize(
    ("raw", "reason"), [(b'[{"text": "one"}, {"te', "bad_json"), (b'[{"text": "one"}', "truncated")]
)
def test_an_array_that_breaks_gives_what_came_before(raw: bytes, reason: str) -> None:
    found = read_json(iter([raw]), ReadContext("f", Fields(), Limits()))
    assert isinstance(next(found), Record)
    with pytest.raises(BrokenInputError) as broken:
        next(found)
    assert (broken.value.reason, broken.value.keeps) == (reason, True)


WORDS = b"".join(b"line %d of a text that packs well\n" % number for number in range(40_000))
PACKED = {
    "gzip": gzip.compress(WORDS, mtime=0),
    "gzip twice": gzip.compress(WORDS[:1000], mtime=0) + gzip.compress(WORDS[1000:], mtime=0) + b"\0" * 512,
    "bzip2": bz2.compress(WORDS),
    "xz": lzma.compress(WORDS),
    "zstd": pa.compress(WORDS, "zstd", asbytes=True),
    "none": WORDS,
}


def unpack(raw: bytes, size: int, limits: Limits) -> bytes:
    tap = Tap()

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(raw), size):
            tap.size += len(raw[start : start + size])
            yield raw[start : start + size]

    return b"".join(unpack_chunks(chunks(), tap, limits))


@pytest.mark.parametrize("size", [100, 10_000_000])
@pytest.mark.parametrize("raw", PACKED.values(), ids=PACKED.keys())
def test_packed_bytes_are_unpacked_by_their_first_bytes(raw: bytes, size: int) -> None:
    assert unpack(raw, size, Limits()) == WORDS


BREAKS = {
    "truncated gzip": (PACKED["gzip"][:-9], Limits(), "truncated", True),
    "truncated gzip, only its check sum": (PACKED["gzip"][:-4], Limits(), "truncated", True),
    "truncated bzip2": (PACKED["bzip2"][:-9], Limits(), "truncated", True),
    "truncated xz": (PACKED["xz"][:-9], Limits(), "truncated", True),
    "truncated zstd": (PACKED["zstd"][:-9], Limits(), "truncated", True),
    "corrupt gzip": (PACKED["gzip"][:500] + b"\xff" * 40 + PACKED["gzip"][540:], Limits(), "corrupt", True),
    "gzip with a wrong check sum": (PACKED["gzip"][:-8] + b"\0" * 8, Limits(), "corrupt", True),
    "rubbish behind gzip": (PACKED["gzip"] + b"rubbish", Limits(), "corrupt", True),
    "bomb": (gzip.compress(b"a" * 10_000_000), Limits(), "bomb", False),
    "bomb by a small ratio": (PACKED["gzip"], Limits(unpacked_ratio=3), "bomb", False),
    "zstd bomb": (pa.compress(b"a" * 10_000_000, "zstd", asbytes=True), Limits(), "bomb", False),
    "too large": (PACKED["gzip"], Limits(file_bytes=1_000_000), "too_large", False),
}


@pytest.mark.parametrize(("raw", "limits", "reason", "keeps"), BREAKS.values(), ids=BREAKS.keys())
def test_bytes_that_break_say_how(raw: bytes, limits: Limits, reason: str, keeps: bool) -> None:
    with pytest.raises(BrokenInputError) as broken:
        unpack(raw, 4096, limits)
    assert (broken.value.reason, broken.value.keeps) == (reason, keeps)


PARAGRAPHS = [
    f"The {name} bridge will stay closed until the end of the year, the city's engineers said, since its cables are worn and a "
    f"repair takes longer than anyone had thought when {name} was inspected."
    for name in ("northern", "southern", "railway", "harbour")
]
LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "name": "x"},
        {
            "@type": ["NewsArticle"],
            "headline": "Four bridges &amp; a harbour",
            "description": "Closed until winter.",
            "datePublished": "2024-05-01T14:00:00+02:00",
            "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Day"}],
            "publisher": {"@type": "Organization", "name": "The Gazette"},
        },
    ],
}


def page(head: str = "", body: str | None = None) -> str:
    paragraphs = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    body = body if body is not None else f"<article><h1>Four bridges</h1>{paragraphs}</article>"
    menu = "".join(f'<li><a href="/{n}">Menu {n}</a></li>' for n in range(8))
    return f"<!DOCTYPE html><html><head><title>Four bridges | Gazette</title>{head}</head><body><nav><ul>{menu}</ul></nav>{body}</body></html>"


def read(html: str, encoding: str = "utf-8", declared: str | None = None, url: str | None = None) -> Found:
    return read_page(html.encode(encoding), "f", declared, url)


def test_a_page_gives_its_article_and_what_it_says_about_itself() -> None:
    linked = f'<script type="application/ld+json">{json.dumps(LINKED)}</script>'
    lead = "".join(f"<p>{words}</p>" for words in ("Closed until winter.", *PARAGRAPHS))
    head = linked + '<link rel="canonical" href="https://www.example.com/bridges">'
    found = read(page(head, f"<article><h1>Four bridges</h1>{lead}</article>"))
    assert isinstance(found, Record)
    assert [line for line in found.text.split("\n") if line in PARAGRAPHS] == PARAGRAPHS
    assert "Menu 3" not in found.text
    assert found.title == "Four bridges & a harbour"
    assert (found.standfirst, found.authors) == ("Closed until winter.", ("Ann Lee", "Bo Day"))
    assert (found.published_at, found.url, found.publisher) == (NOON, "https://www.example.com/bridges", "The Gazette")


def test_meta_tags_serve_where_there_is_no_linked_data() -> None:
    head = (
        '<meta property="og:title" content="Bridges"><meta name="author" content="Ann Lee">'
        '<meta property="article:published_time" content="2024-05-01T12:00:00Z"><meta property="og:site_name" content="Gazette">'
        '<script type="application/ld+json">{broken</script><meta name="description" content="Closed.">'
    )
    lead = "".join(f"<p>{words}</p>" for words in ("Closed.", *PARAGRAPHS))
    found = read(page(head, f"<article><h1>Four bridges</h1>{lead}</article>"))
    assert isinstance(found, Record)
    assert (found.title, found.authors, found.published_at) == ("Bridges", ("Ann Lee",), NOON)
    assert (found.publisher, found.standfirst) == ("Gazette", "Closed.")


def test_reading_a_page_twice_gives_the_same() -> None:
    assert read(page()) == read(page())


CHARSETS = {
    "meta": ('<meta charset="windows-1251">', "cp1251", None, "cp1251"),
    "meta, old": ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r", None, "koi8-r"),
    "header": ("", "cp1251", "windows-1251", "cp1251"),
    "byte order mark": ("", "utf-8-sig", None, "utf-8-sig"),
    "UTF-16": ("", "utf-16", None, "utf-16-le"),
    "a lie": ('<meta charset="iso-8859-5">', "utf-8", None, "utf-8"),
    "none": ("", "cp1251", None, "cp1251"),
}


@pytest.mark.parametrize(("head", "encoding", "declared", "name"), CHARSETS.values(), ids=CHARSETS.keys())
def test_the_charset_of_a_page(head: str, encoding: str, declared: str | None, name: str) -> None:
    words = "Власти города объявили, что мост через реку будет закрыт на ремонт до конца года, сообщает издание."
    found = read(page(head, f"<article>{f'<p>{words}</p>' * 3}</article>"), encoding, declared)
    assert isinstance(found, Record)
    assert words in found.text
    assert found.encoding == name


def test_mojibake_in_a_page_is_put_right_in_its_text() -> None:
    found = read(
        page(body=f"<article><p>Itâ€™s closed.</p>{''.join(f'<p>{words}</p>' for words in PARAGRAPHS)}</article>")
    )
    assert isinstance(found, Record)
    assert "It’s closed." in found.text
    assert found.encoding == "utf-8;mojibake-fixed"


NO_ARTICLE = {
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "a shell": ("<html><body><div id=app></div></body></html>", "no_article"),
    "no body": ("<html><head><title>x</title></head></html>", "no_article"),
    "tags without end": ("<div>" * 20_000, "no_article"),
}


@pytest.mark.parametrize(("html", "reason"), NO_ARTICLE.values(), ids=NO_ARTICLE.keys())
def test_a_page_without_an_article_is_a_reject(html: str, reason: str) -> None:
    found = read(html)
    assert isinstance(found, Reject)
    assert found.reason == reason


def test_a_record_with_html_and_no_text_is_read_as_a_page() -> None:
    line = json.dumps({"id": 1, "title": "Own title", "html": page(), "text": ""}).encode()
    (found,) = lines_of(line, limit=10**6)
    assert isinstance(found, Record)
    assert PARAGRAPHS[0] in found.text
    assert (found.title, found.record_id, found.uri) == ("Own title", "1", "f#0")
