"""WARC files: the pages of a crawl are records."""

from __future__ import annotations

import gzip
import hashlib
import sys
import tempfile
import time
import zlib
from pathlib import Path

import brotli
import pyarrow as pa
import pytest
from builders.readings import read_raw, reasons_of
from builders.web_pages import PAGE
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.batch import Limits
from tasks.formats.record import MissingExtra
from tasks.reading.read import Readings


def respond(url: str, body: bytes, kind: str = "text/html", status: str = "200 OK", header: str = "") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{header}Content-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T12:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{hashlib.md5(url.encode()).hexdigest()}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


CRAWL = (
    respond("https://www.example.com/1", PAGE.encode("latin-1"), "text/html; charset=ISO-8859-1"),
    respond("https://www.example.com/x.png", b"\x89PNG", "image/png"),
    respond("https://www.example.com/gone", PAGE.encode(), status="404 Not Found"),
    respond("https://www.example.com/2", gzip.compress(PAGE.encode(), mtime=0), header="Content-Encoding: gzip\r\n"),
    respond("https://www.example.com/3", b"<html></html>"),
)


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed a record"])
def test_pages_of_a_crawl_are_records(tmp_path: Path, is_packed: bool) -> None:
    raw = b"".join(gzip.compress(part, mtime=0) if is_packed else part for part in CRAWL)
    readings = read_raw(tmp_path, "a.warc.gz" if is_packed else "a.warc", raw)
    name = readings.inputs[0].uri
    assert readings.records["uri"].to_list() == [f"{name}#0", f"{name}#1"]
    assert readings.records["url"].to_list() == ["https://www.example.com/1", "https://www.example.com/2"]
    assert readings.records["encoding"].to_list() == ["cp1252", "utf-8"]
    assert readings.records["publisher"].to_list() == ["example.com"] * 2
    assert readings.records["canonical"].str.contains("0 Zoë said", literal=True).all()
    assert readings.records["raw_sha256"][0] == hashlib.sha256(PAGE.encode("latin-1")).hexdigest()
    assert reasons_of(readings) == [(f"{name}#2", "no_article")]


def test_a_crawl_cut_off_keeps_its_whole_pages(tmp_path: Path) -> None:
    members = [gzip.compress(part, mtime=0) for part in CRAWL]
    readings = read_raw(tmp_path, "a.warc.gz", members[0] + members[3] + members[3][:-20])
    assert len(readings.records) == 2
    assert reasons_of(readings) == [("a.warc.gz#2", "truncated")]


@pytest.mark.parametrize(("cut", "whole"), [(1, 2), (20, 1), (300, 1), (900, 1)])
def test_a_plain_crawl_cut_off_keeps_its_whole_pages(tmp_path: Path, cut: int, whole: int) -> None:
    readings = read_raw(tmp_path, "a.warc", (CRAWL[0] + CRAWL[0])[:-cut])
    assert readings.records["uri"].to_list() == [f"a.warc#{n}" for n in range(whole)]
    assert len(readings.quarantine) == 1
    assert reasons_of(readings)[0][0] == f"a.warc#{whole}"


def test_a_page_that_does_not_unpack_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    broken = respond("https://www.example.com/4", b"\x1f\x8b\x08 no gzip at all", header="Content-Encoding: gzip\r\n")
    readings = read_raw(tmp_path, "a.warc", broken + CRAWL[0])
    assert readings.records["uri"].to_list() == ["a.warc#1"]
    assert reasons_of(readings) == [("a.warc#0", "corrupt")]


CHUNKED = (
    b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PAGE[:50].encode(), PAGE[50:].encode())) + b"0\r\n\r\n"
)
CODINGS = {
    "chunked": ("Transfer-Encoding: chunked", CHUNKED),
    "deflate": ("Content-Encoding: deflate", zlib.compress(PAGE.encode())),
    "brotli": ("Content-Encoding: br", brotli.compress(PAGE.encode())),
    "gzip twice": ("Content-Encoding: gzip, gzip", gzip.compress(gzip.compress(PAGE.encode()))),
    "gzip that is none": ("Content-Encoding: gzip", PAGE.encode()),
    "brotli that is none": ("Content-Encoding: br", PAGE.encode()),
    "chunked that is not": ("Transfer-Encoding: chunked", PAGE.encode()),
}


@pytest.mark.parametrize(("header", "body"), CODINGS.values(), ids=CODINGS.keys())
def test_codings_of_a_page_are_undone(tmp_path: Path, header: str, body: bytes) -> None:
    readings = read_raw(tmp_path, "a.warc", respond("https://www.example.com/5", body, header=f"{header}\r\n"))
    assert readings.records["canonical"].str.contains("0 Zoë said", literal=True).to_list() == [True]


def test_a_page_of_a_crawl_over_the_limit_is_refused(tmp_path: Path) -> None:
    readings = read_raw(tmp_path, "a.warc", CRAWL[0] + CRAWL[4], Limits(record_bytes=300))
    assert reasons_of(readings) == [("a.warc#0", "record_too_large"), ("a.warc#1", "no_article")]


def test_a_missing_library_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastwarc.stream_io", None)
    assert len(read_raw(tmp_path, "a.warc", CRAWL[0]).records) == 1
    page = respond("https://www.example.com/5", brotli.compress(PAGE.encode()), header="Content-Encoding: br\r\n")
    with pytest.raises(MissingExtra, match=r"a\.warc#0: .* install copydesk\[warc\]"):
        read_raw(tmp_path, "a.warc", page)


def store(kind: str, body: bytes, header: str = "", length: int | None = None) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\n{header}Content-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def name_results(readings: Readings) -> list[str]:
    """The address of every record, and the reason of every reject, in the order of their numbers."""
    rows = [(uri, url) for uri, url in readings.records.select("uri", "url").iter_rows()] + reasons_of(readings)
    return [word for _, word in sorted(rows)]


FIRST, SECOND, THIRD = (
    respond(f"https://www.example.com/{number}", PAGE.replace("0 Zoë", f"{number} Zoë").encode()) for number in range(3)
)
LENGTH = b"Content-Length: %d" % (len(SECOND) - SECOND.index(b"HTTP/") - 4)
assert LENGTH in SECOND
BROKEN = {
    "a length too short": SECOND.replace(LENGTH, b"Content-Length: %d" % (int(LENGTH[16:]) - 1)),
    "a length much too short": SECOND.replace(LENGTH, b"Content-Length: 20"),
    "a length over the next record": SECOND.replace(LENGTH, b"Content-Length: %d" % (int(LENGTH[16:]) + 900)),
    "a length over the end": SECOND.replace(LENGTH, b"Content-Length: 99999999"),
    "no length": SECOND.replace(LENGTH + b"\r\n", b"", 1),
    "a length of words": SECOND.replace(LENGTH, b"Content-Length: some"),
    "no record": b"Words that are no record.\r\n" * 30,
    "no version": SECOND.replace(b"WARC/1.0", b"WORC/1.0"),
}


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed a record"])
@pytest.mark.parametrize("name", BROKEN)
def test_behind_a_broken_record_reading_goes_on(tmp_path: Path, name: str, is_packed: bool) -> None:
    raw = b"".join(gzip.compress(part, mtime=0) if is_packed else part for part in (FIRST, BROKEN[name], THIRD))
    readings = read_raw(tmp_path, "a.warc.gz", raw)
    assert name_results(readings) == ["https://www.example.com/0", "corrupt", "https://www.example.com/2"]


def test_a_length_one_too_long_loses_nothing(tmp_path: Path) -> None:
    longer = SECOND.replace(LENGTH, b"Content-Length: %d" % (int(LENGTH[16:]) + 1))
    assert len(read_raw(tmp_path, "a.warc", FIRST + longer + THIRD).records) == 3


@pytest.mark.parametrize("place", ["the middle", "the checksum", "the start"])
def test_behind_a_broken_member_reading_goes_on(tmp_path: Path, place: str) -> None:
    members = [gzip.compress(part, mtime=0) for part in (FIRST, SECOND, THIRD)]
    broken = bytearray(members[1])
    at = {"the middle": len(broken) // 2, "the checksum": len(broken) - 7, "the start": 12}[place]
    broken[at : at + 3] = bytes(byte ^ 0xFF for byte in broken[at : at + 3])
    readings = read_raw(tmp_path, "a.warc.gz", b"".join([members[0], bytes(broken), members[2], members[2]]))
    assert len(readings.quarantine) == 1
    assert reasons_of(readings) == [("a.warc.gz#1", "corrupt")]
    assert readings.records["url"].to_list() == [f"https://www.example.com/{number}" for number in (0, 2, 2)]


def test_a_crawl_packed_as_one_piece_or_in_blocks_is_read(tmp_path: Path) -> None:
    raw = b"".join(CRAWL)
    whole = read_raw(tmp_path, "a.warc.gz", gzip.compress(raw)).records
    blocks = b"".join(gzip.compress(raw[start : start + 700]) for start in range(0, len(raw), 700))
    assert read_raw(tmp_path, "a.warc.gz", blocks).records.equals(whole)
    assert whole.height == 2


def test_what_is_no_page_is_passed_over_and_counted(tmp_path: Path) -> None:
    parts = [
        store("warcinfo", b"software: x\r\n"),
        store("request", b"GET / HTTP/1.1\r\n\r\n"),
        *CRAWL,
        respond("https://www.example.com/gone-2", b"", status="404 Not Found"),
        store("revisit", b"HTTP/1.1 200 OK\r\n\r\n"),
        store("resource", b"\x89PNG\r\n\x1a\n", "Content-Type: application/octet-stream\r\n"),
    ]
    (seen,) = read_raw(tmp_path, "a.warc", b"".join(parts)).inputs
    assert {own.kind: own.count for own in seen.passed_over} == {
        "request records": 1,
        "responses of type image/*": 1,
        "responses with status 404": 2,
        "revisit records": 1,
        "warcinfo records": 1,
        "records that are PNG image": 1,
    }
    assert seen.records == 3


WORDS = "Gull sleeps on the ferry\n\nA gull has slept on the night ferry for a week, and no one has woken it.\n"
JSON_LINES = b'{"text": "One ferry is late."}\n{"text": "Two ferries are late."}\n'


def test_texts_and_resources_are_records(tmp_path: Path) -> None:
    address = "WARC-Target-URI: <https://www.example.com/{}>\r\nWARC-Date: 2024-05-01T12:00:00Z\r\n"
    parts = [
        store("conversion", WORDS.encode(), address.format("wet") + "Content-Type: text/plain\r\n"),
        store("resource", PAGE.encode(), address.format("page") + "Content-Type: text/html\r\n"),
        store("resource", PAGE.encode(), address.format("sniffed")),
        store("resource", JSON_LINES, address.format("lines")),
        respond("https://www.example.com/typeless", PAGE.encode(), ""),
    ]
    records = read_raw(tmp_path, "x.warc.wet", b"".join(parts)).records
    names = ["wet", "page", "sniffed", "lines", "lines", "typeless"]
    assert records["url"].to_list() == [f"https://www.example.com/{name}" for name in names]
    assert records["uri"].to_list() == [f"x.warc.wet#{uri}" for uri in ("0", "1", "2", "3#0", "3#1", "4")]
    assert records["canonical"][0] == WORDS
    assert records["published_at"][0] is None
    assert records["publisher"].to_list() == ["example.com"] * 6


def test_wat_is_named(tmp_path: Path) -> None:
    raw = store("warcinfo", b"") + store(
        "metadata", b'{"Container": {}, "Envelope": {}}', "Content-Type: application/json\r\n"
    )
    readings = read_raw(tmp_path, "a", raw)
    assert reasons_of(readings) == [("a", "unsupported_format")]
    assert readings.quarantine["detail"][0].startswith("WAT")


PACKED_PAGE = gzip.compress(PAGE.encode() * 3)
CUT_PAGES = {
    "by its header": respond("https://www.example.com/1", PAGE.encode()).replace(
        b"WARC-Date", b"WARC-Truncated: length\r\nWARC-Date", 1
    ),
    "by its length": respond("https://www.example.com/1", PAGE.encode(), header="Content-Length: 99999\r\n"),
    "in its packing": respond("https://www.example.com/1", PACKED_PAGE[:-30], header="Content-Encoding: gzip\r\n"),
    "in its pieces": respond("https://www.example.com/1", CHUNKED[:-8], header="Transfer-Encoding: chunked\r\n"),
}


@pytest.mark.parametrize("name", CUT_PAGES)
def test_a_page_that_was_cut_is_flagged(tmp_path: Path, name: str) -> None:
    assert read_raw(tmp_path, "a.warc", CUT_PAGES[name]).records["flags"].to_list() == [["truncated"]]


def test_zstandard_is_undone(tmp_path: Path) -> None:
    body = pa.compress(PAGE.encode(), "zstd", asbytes=True)
    readings = read_raw(
        tmp_path, "a.warc", respond("https://www.example.com/5", body, header="Content-Encoding: zstd\r\n")
    )
    assert readings.records["canonical"].str.contains("0 Zoë said", literal=True).to_list() == [True]


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=5), st.integers(0, 400))
def test_whatever_is_wrong_with_a_crawl_is_rows(is_packed: bool, flips: list[tuple[int, int]], cut: int) -> None:
    raw = bytearray(b"".join(gzip.compress(part, mtime=0) if is_packed else part for part in (*CRAWL, FIRST)))
    for at, byte in flips:
        raw[at % len(raw)] = byte
    with tempfile.TemporaryDirectory() as folder:
        read_raw(Path(folder), "a.warc.gz", bytes(raw[: len(raw) - cut]))


@pytest.mark.parametrize(
    "piece", [b"\x1f\x8b\x08", b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: 9000000\r\n\r\n", b"\r\n", b"\x00"]
)
def test_hostile_bytes_cost_time_in_proportion(tmp_path: Path, piece: bytes) -> None:
    times = []
    for size in (2**17, 2**19):
        start = time.process_time()
        read_raw(
            tmp_path,
            "a.warc.gz",
            gzip.compress(b"WARC/1.0\r\n") + piece * (size // len(piece)),
            Limits(unpacked_ratio=10**6),
        )
        read_raw(tmp_path, "a.warc", b"WARC/1.0\r\n" + piece * (size // len(piece)))
        times.append(time.process_time() - start)
    assert times[1] < 10 * times[0] + 0.5
