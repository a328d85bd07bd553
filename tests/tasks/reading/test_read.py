"""Files to rows: whatever comes in is in exactly one of the two frames, and the run goes on."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import brotli
import fsspec
import polars as pl
import pytest
from builders.readings import read_shard
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.formats import registry
from tasks.formats.canonical import canonicalize
from tasks.formats.record import MissingExtra, Record, Reject
from tasks.reading.frame import frame_records, frame_rejects
from tasks.reading.read import Readings
from tasks.schema import QUARANTINE, RECORDS

STORY = "The bridge will stay closed until the end of the year, the city said.\n\nIts cables are worn.\n"
RECORDS_JSONL = b"".join(json.dumps({"id": n, "text": f"Story {n}. {STORY}"}).encode() + b"\n" for n in range(40))


def shard_of(*paths: Path, sizes: dict[str, int] | None = None, **source: Any) -> Shard:
    files = tuple(
        InputFile(str(path), path.name, (sizes or {}).get(path.name, path.stat().st_size if path.is_file() else 0))
        for path in paths
    )
    return Shard(Source("gazette", "in/*", **source), date(2024, 5, 2), 0, files)


def read_bytes(folder: Path, name: str, raw: bytes, limits: Limits | None = None, **source: Any) -> Readings:
    path = folder / name
    path.write_bytes(raw)
    readings = read_shard(shard_of(path, **source), limits or Limits())
    assert readings.inputs[0].sha256 == hashlib.sha256(raw).hexdigest()
    assert readings.inputs[0].size == len(raw)
    assert readings.inputs[0].records == len(readings.records) + len(readings.quarantine)
    return readings


def reasons_of(readings: Readings) -> list[tuple[str, str]]:
    return [(row["uri"], *row["reasons"]) for row in readings.quarantine.iter_rows(named=True)]


def test_both_frames_have_the_declared_columns(tmp_path: Path) -> None:
    full = read_bytes(tmp_path, "a.jsonl", RECORDS_JSONL + b"{bad\n")
    empty = read_shard(shard_of(), Limits())
    for readings in (full, empty):
        for frame, schema in ((readings.records, RECORDS), (readings.quarantine, QUARANTINE)):
            declared = pl.from_arrow(schema.empty_table())
            assert isinstance(declared, pl.DataFrame)
            assert frame.schema == declared.schema
    assert empty.inputs == ()


LONE = b'{"\\ud800": 1}'
SURROGATES = {
    "a key": (b"a.jsonl", LONE, "no_text", "none of the fields text, body"),
    "a broken line": (b"a.jsonl", b'"\xed\xa0\x80', "bad_json", "line 1: not JSON"),
    "a file of one record": (b"a.json", LONE, "no_text", "the record has \ufffd"),
    "an array": (b"a.json", b"[" + LONE + b"]", "no_text", "the record has \ufffd"),
    "a broken array": (b"a.json", b'["\\ud800", x', "bad_json", "a JSON string, not an object"),
}


@pytest.mark.parametrize(("name", "raw", "reason", "words"), SURROGATES.values(), ids=SURROGATES.keys())
def test_half_a_pair_of_surrogates_costs_one_record(
    tmp_path: Path, name: bytes, raw: bytes, reason: str, words: str
) -> None:
    row = read_bytes(tmp_path, name.decode(), raw).quarantine.row(0, named=True)
    assert row["reasons"] == [reason]
    assert words in row["detail"]


def test_every_string_of_a_record_is_utf8(tmp_path: Path) -> None:
    half = "\ud800"
    record = Record(
        f"u{half}", f"Text {half}", "utf-8", "", f"r{half}", f"p{half}", f"https://h/{half}", f"t{half}", f"s{half}",
        (f"a{half}",), None, ((0, f"m{half}"),),
    )  # fmt: skip
    reject = Reject(f"u{half}", "no_text", f"d{half}", f"x{half}", None, f"r{half}", f"p{half}", f"t{half}")
    (row,) = frame_records([record], shard_of()).to_dicts()
    for name, text in (("uri", "u"), ("record_id", "r"), ("publisher", "p"), ("title", "t"), ("standfirst", "s")):
        assert row[name] == f"{text}\ufffd"
    assert row["authors"] == ["a\ufffd"]
    assert row["canonical"] == "Text \ufffd"
    assert row["canonical_sha256"] == hashlib.sha256("Text \ufffd".encode()).hexdigest()
    (row,) = frame_rejects([reject], shard_of(), Limits()).to_dicts()
    for name, text in (("uri", "u"), ("detail", "d"), ("excerpt", "x"), ("record_id", "r"), ("title", "t")):
        assert row[name] == f"{text}\ufffd"


def test_half_a_pair_in_what_a_page_says_is_replaced(tmp_path: Path) -> None:
    said = '{"@type": "NewsArticle", "headline": "Bridge \\ud800 closed"}'
    page = (
        f"<html><head><script type='application/ld+json'>{said}</script></head><body><p>{STORY * 9}</p></body></html>"
    )
    (row,) = read_bytes(tmp_path, "a.html", page.encode()).records.iter_rows(named=True)
    assert row["title"] == "Bridge \ufffd closed"


def test_a_text_file_is_one_document(tmp_path: Path) -> None:
    raw = "Überschrift \r\n\r\n  Zoë’s “café”\t\r\n".encode("cp1252")
    (row,) = read_bytes(tmp_path, "a.txt", raw).records.iter_rows(named=True)
    canonical = "Überschrift\n\n  Zoë’s “café”\n"
    assert row == {
        "uri": "a.txt",
        "record_id": None,
        "publisher": "gazette",
        "url": None,
        "title": None,
        "standfirst": None,
        "authors": [],
        "published_at": None,
        "markup": [],
        "canonical": canonical,
        "raw_sha256": hashlib.sha256(raw).hexdigest(),
        "canonical_sha256": hashlib.sha256(canonical.encode()).hexdigest(),
        "encoding": "cp1252",
    }


def test_a_record_carries_its_line_and_its_fields(tmp_path: Path) -> None:
    line = json.dumps(
        {
            "id": "x1",
            "text": "One\r\ntwo ",
            "title": "T",
            "authors": "By Ann Lee and Bo Day",
            "published": 1714564800,
            "url": "https://www.example.com/1",
            "description": "S",
        }
    ).encode()
    (row,) = read_bytes(tmp_path, "a.jsonl", b"\n" + line + b"\r\n").records.iter_rows(named=True)
    assert row["uri"] == "a.jsonl#0"
    assert row["raw_sha256"] == hashlib.sha256(line).hexdigest()
    assert row["canonical"] == "One\ntwo"
    assert (row["record_id"], row["title"], row["standfirst"]) == ("x1", "T", "S")
    assert (row["authors"], row["publisher"]) == (["Ann Lee", "Bo Day"], "example.com")
    assert row["published_at"] == datetime(2024, 5, 1, 12, tzinfo=UTC)


PUBLISHERS = {
    "its own": ({"publisher": "P", "url": "https://h.example/"}, "S", "P"),
    "the host": ({"url": "https://www.h.example/"}, "S", "h.example"),
    "the source's": ({"url": "/relative"}, "S", "S"),
    "the source's name": ({"url": "/relative"}, None, "gazette"),
}


@pytest.mark.parametrize(("fields", "publisher", "expected"), PUBLISHERS.values(), ids=PUBLISHERS.keys())
def test_who_published_it(tmp_path: Path, fields: dict[str, str], publisher: str | None, expected: str) -> None:
    line = json.dumps({"text": "x", **fields}).encode()
    assert read_bytes(tmp_path, "a.jsonl", line, publisher=publisher).records["publisher"].to_list() == [expected]


WRONG = {
    "empty": ("a.txt", b"", "empty"),
    "white space only": ("a.txt", b" \n\t\r\n\xc2\xa0", "empty"),
    "only a byte order mark": ("a.txt", b"\xef\xbb\xbf", "empty"),
    "only NULs": ("a.txt", b"\0" * 100, "binary"),
    "a picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
    "a picture named as lines": ("a.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
    "a picture named as a page": ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
    "no language": ("a.txt", bytes(128 + (n * 89 + n * n * 31) % 128 for n in range(600)), "undecodable"),
    "a blank page": ("a.html", b"  ", "empty"),
    "a page without an article": ("a.html", b"<html><body><div></div></body></html>", "no_article"),
    "no lines": ("a.jsonl", b"\n \n", "empty"),
    "no JSON": ("a.json", b"{oops", "bad_json"),
    "a packed text cut off": ("a.txt.gz", gzip.compress(STORY.encode() * 50)[:-10], "truncated"),
    "packed lines cut off at once": ("a.jsonl.gz", gzip.compress(RECORDS_JSONL)[:12], "truncated"),
    "a bomb": ("a.txt.gz", gzip.compress(b"\0" * 20_000_000), "bomb"),
    "a bomb of lines": ("a.jsonl.gz", gzip.compress(b'{"text": "one"}\n' * 300_000), "bomb"),
    "packed nothing": ("a.txt.gz", gzip.compress(b""), "empty"),
}


@pytest.mark.parametrize(("name", "raw", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_read_is_one_row_of_quarantine(tmp_path: Path, name: str, raw: bytes, reason: str) -> None:
    readings = read_bytes(tmp_path, name, raw)
    assert readings.records.is_empty()
    (row,) = readings.quarantine.iter_rows(named=True)
    assert (row["uri"], row["reasons"], row["stage"]) == (name, [reason], "read")
    assert (row["source"], row["logical_date"]) == ("gazette", date(2024, 5, 2))
    assert row["raw_sha256"] == hashlib.sha256(raw).hexdigest()
    assert row["detail"]
    assert str(tmp_path) not in row["detail"]


@pytest.mark.parametrize("name", ["missing.txt", "missing.jsonl.gz", "folder"])
def test_a_file_that_does_not_open_is_a_row_too(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    readings = read_shard(shard_of(tmp_path / name), Limits())
    assert reasons_of(readings) == [(name, "unreadable")]
    assert readings.quarantine["detail"][0] in ("No such file or directory", "Is a directory")
    assert (readings.inputs[0].records, readings.inputs[0].sha256) == (1, "")


def test_a_file_over_the_limit_is_hashed_and_not_read(tmp_path: Path) -> None:
    for size in (len(RECORDS_JSONL), 10):  # what the plan saw, and a file that has grown since
        (tmp_path / "a.jsonl").write_bytes(RECORDS_JSONL)
        readings = read_shard(shard_of(tmp_path / "a.jsonl", sizes={"a.jsonl": size}), Limits(file_bytes=1000))
        assert reasons_of(readings) == [("a.jsonl", "too_large")]
        assert readings.inputs[0].sha256 == hashlib.sha256(RECORDS_JSONL).hexdigest()
        assert readings.inputs[0].size == len(RECORDS_JSONL)


def test_a_text_over_the_limit_for_a_record_is_refused(tmp_path: Path) -> None:
    assert reasons_of(read_bytes(tmp_path, "a.txt", STORY.encode(), Limits(record_bytes=50))) == [
        ("a.txt", "record_too_large")
    ]


def test_records_before_a_break_are_kept(tmp_path: Path) -> None:
    raw = gzip.compress(
        b"".join(hashlib.sha256(b"%d" % n).hexdigest().join(['{"text": "', '"}\n']).encode() for n in range(900))
    )
    readings = read_bytes(tmp_path, "a.jsonl.gz", raw[:-500])
    kept = len(readings.records)
    assert 700 < kept < 900
    assert readings.records["uri"].to_list() == [f"a.jsonl.gz#{n}" for n in range(kept)]
    assert reasons_of(readings) == [(f"a.jsonl.gz#{kept}", "truncated")]
    assert f"after {kept} records" in readings.quarantine["detail"][0]


def test_a_bad_record_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    lines = [
        b'{"text": "one"}',
        b"{oops",
        b'{"id": 7, "title": "T", "publisher": "P"}',
        b'{"text": "\\u2003"}',
        b'{"text": "two"}',
    ]
    readings = read_bytes(tmp_path, "a.jsonl", b"\n".join(lines), Limits(excerpt_chars=3))
    assert readings.records["uri"].to_list() == ["a.jsonl#0", "a.jsonl#4"]
    assert reasons_of(readings) == [("a.jsonl#1", "bad_json"), ("a.jsonl#2", "no_text"), ("a.jsonl#3", "empty")]
    bad, no_text, _ = readings.quarantine.iter_rows(named=True)
    assert (bad["excerpt"], bad["raw_sha256"]) == ("{oo", hashlib.sha256(lines[1]).hexdigest())
    assert (no_text["record_id"], no_text["title"], no_text["publisher"]) == ("7", "T", "P")
    assert readings.quarantine["detail"].str.starts_with("line ").all()


def test_rows_stand_in_the_order_of_files_and_records(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(RECORDS_JSONL)
    (tmp_path / "a.txt").write_text(STORY)
    (tmp_path / "c.txt").write_bytes(b"")
    shard = shard_of(tmp_path / "b.jsonl", tmp_path / "a.txt", tmp_path / "c.txt")
    readings = read_shard(shard, Limits())
    assert readings.records["uri"].to_list() == [f"b.jsonl#{n}" for n in range(40)] + ["a.txt"]
    assert [(seen.uri, seen.records) for seen in readings.inputs] == [("b.jsonl", 40), ("a.txt", 1), ("c.txt", 1)]
    again = read_shard(shard, Limits())
    assert again.records.equals(readings.records)
    assert again.quarantine.equals(readings.quarantine)


lines = st.one_of(
    st.binary(max_size=20).filter(lambda raw: b"\n" not in raw),
    st.fixed_dictionaries({"text": st.text(max_size=9) | st.none()}).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(lines, max_size=9), st.sampled_from(["a.jsonl", "a.txt", "a.html", "a.json"]))
def test_every_record_is_in_exactly_one_frame(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], name: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "every"
    folder.mkdir(exist_ok=True)
    readings = read_bytes(folder, name, b"\n".join(parts))
    assert readings.inputs[0].records >= 1
    uris = readings.records["uri"].to_list() + readings.quarantine["uri"].to_list()
    assert len(set(uris)) == len(uris)
    for text in readings.records["canonical"]:
        assert canonicalize(text) == text
        assert text.strip("\n")
    assert not any("read_error" in reasons for reasons in readings.quarantine["reasons"])


def test_a_fault_in_a_reader_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError(f"in {object()}")

    monkeypatch.setitem(registry.BY_EXTENSION, ".txt", replace(registry.BY_NAME["text"], read=fail))
    readings = read_bytes(tmp_path, "a.txt", b"words")
    assert reasons_of(readings) == [("a.txt", "read_error")]
    assert readings.quarantine["detail"][0] == "ZeroDivisionError: in <object object at 0x>"


def test_files_elsewhere_are_read_through_fsspec() -> None:
    fsspec.filesystem("memory").pipe("/in/a.jsonl.gz", gzip.compress(RECORDS_JSONL))
    files = (InputFile("memory://in/a.jsonl.gz", "a.jsonl.gz", 1), InputFile("memory://in/none.txt", "none.txt", 1))
    readings = read_shard(Shard(Source("gazette", "x"), date(2024, 5, 2), 0, files), Limits())
    assert len(readings.records) == 40
    assert reasons_of(readings) == [("none.txt", "unreadable")]


PAGE = (
    "<html><head><title>Bridge closed</title></head><body><article><h1>Bridge closed</h1>"
    + "".join(
        f"<p>{n} Zoë said that the bridge will stay closed until the end of the year, since its cables are worn.</p>"
        for n in range(5)
    )
    + "</article></body></html>"
)


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
    readings = read_bytes(tmp_path, "a.warc.gz" if is_packed else "a.warc", raw)
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
    readings = read_bytes(tmp_path, "a.warc.gz", members[0] + members[3] + members[3][:-20])
    assert len(readings.records) == 2
    assert reasons_of(readings) == [("a.warc.gz#2", "truncated")]


@pytest.mark.parametrize(("cut", "whole"), [(1, 2), (20, 1), (300, 1), (900, 1)])
def test_a_plain_crawl_cut_off_keeps_its_whole_pages(tmp_path: Path, cut: int, whole: int) -> None:
    readings = read_bytes(tmp_path, "a.warc", (CRAWL[0] + CRAWL[0])[:-cut])
    assert readings.records["uri"].to_list() == [f"a.warc#{n}" for n in range(whole)]
    assert len(readings.quarantine) == 1
    assert reasons_of(readings)[0][0] == f"a.warc#{whole}"


def test_a_page_that_does_not_unpack_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    broken = respond("https://www.example.com/4", b"\x1f\x8b\x08 no gzip at all", header="Content-Encoding: gzip\r\n")
    readings = read_bytes(tmp_path, "a.warc", broken + CRAWL[0])
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
    readings = read_bytes(tmp_path, "a.warc", respond("https://www.example.com/5", body, header=f"{header}\r\n"))
    assert readings.records["canonical"].str.contains("0 Zoë said", literal=True).to_list() == [True]


def test_a_page_of_a_crawl_over_the_limit_is_refused(tmp_path: Path) -> None:
    readings = read_bytes(tmp_path, "a.warc", CRAWL[0] + CRAWL[4], Limits(record_bytes=300))
    assert reasons_of(readings) == [("a.warc#0", "record_too_large"), ("a.warc#1", "no_article")]


def test_a_missing_library_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastwarc.warc", None)
    with pytest.raises(MissingExtra, match=r"a\.warc .* install copydesk\[warc\]"):
        read_bytes(tmp_path, "a.warc", CRAWL[0])


def test_reading_says_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for number, raw in enumerate(
        (b"", b"<html>", b"<p>" * 5000, PAGE.encode(), b"<?xml version='1.0' encoding='x'?><html><body>x")
    ):
        read_bytes(tmp_path, f"{number}.html", raw)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_memory_is_bounded_by_the_record_not_by_the_file(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(b'{"text": "one"}\n{"text": "')
        for number in range(300):
            file.write(hashlib.sha512(b"%d" % number).hexdigest().encode() * 300)
        file.write(b'"}\n{"text": "two"}\n')
    readings = read_bytes(tmp_path, "a.jsonl.gz", packed.getvalue(), Limits(record_bytes=10_000))
    assert readings.records["canonical"].to_list() == ["one", "two"]
    assert reasons_of(readings) == [("a.jsonl.gz#1", "record_too_large")]
