"""WARC files: the pages of a crawl are records."""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from pathlib import Path

import brotli
import pytest
from builders.readings import read_raw, reasons_of
from builders.web_pages import PAGE

from tasks.batch import Limits
from tasks.formats.record import MissingExtra


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
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    with pytest.raises(MissingExtra, match=r"a\.warc .* install copydesk\[warc\]"):
        read_raw(tmp_path, "a.warc", CRAWL[0])
