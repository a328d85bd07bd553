"""Files to rows: whatever comes in is in exactly one of the two frames, and the run goes on."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import fsspec
import polars as pl
import pytest
from builders.readings import read_raw, read_shard, reasons_of, shard_of
from builders.web_pages import PAGE
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.formats import registry, stream
from tasks.formats.record import Chunks, FormatError, ReadContext, Record, Reject, canonicalize
from tasks.formats.remote import AddressError
from tasks.reading.read import frame_records, frame_rejects, read_file
from tasks.reading.records import RECORDS
from tasks.schema import QUARANTINE

STORY = "The bridge will stay closed until the end of the year, the city said.\n\nIts cables are worn.\n"
RECORDS_JSONL = b"".join(json.dumps({"id": n, "text": f"Story {n}. {STORY}"}).encode() + b"\n" for n in range(40))


def test_both_frames_have_the_declared_columns(tmp_path: Path) -> None:
    full = read_raw(tmp_path, "a.jsonl", RECORDS_JSONL + b"{bad\n")
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
    row = read_raw(tmp_path, name.decode(), raw).quarantine.row(0, named=True)
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


def test_half_a_pair_in_the_metadata_of_a_page_is_replaced(tmp_path: Path) -> None:
    said = '{"@type": "NewsArticle", "headline": "Bridge \\ud800 closed"}'
    page = (
        f"<html><head><script type='application/ld+json'>{said}</script></head><body><p>{STORY * 9}</p></body></html>"
    )
    (row,) = read_raw(tmp_path, "a.html", page.encode()).records.iter_rows(named=True)
    assert row["title"] == "Bridge \ufffd closed"


def test_a_text_file_is_one_document(tmp_path: Path) -> None:
    raw = "Überschrift \r\n\r\n  Zoë’s “café”\t\r\n".encode("cp1252")
    (row,) = read_raw(tmp_path, "a.txt", raw).records.iter_rows(named=True)
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
        "dated": None,
        "markup": [],
        "flags": [],
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
    (row,) = read_raw(tmp_path, "a.jsonl", b"\n" + line + b"\r\n").records.iter_rows(named=True)
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
def test_the_publisher(tmp_path: Path, fields: dict[str, str], publisher: str | None, expected: str) -> None:
    line = json.dumps({"text": "x", **fields}).encode()
    assert read_raw(tmp_path, "a.jsonl", line, publisher=publisher).records["publisher"].to_list() == [expected]


WRONG = {
    "empty": ("a.txt", b"", "empty"),
    "white space only": ("a.txt", b" \n\t\r\n\xc2\xa0", "empty"),
    "only a byte order mark": ("a.txt", b"\xef\xbb\xbf", "empty"),
    "only NULs": ("a.txt", b"\0" * 100, "binary"),
    "a picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unsupported_format"),
    "a picture named as lines": ("a.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unsupported_format"),
    "a picture named as a page": ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unsupported_format"),
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
def test_unreadable_input_is_one_row_of_quarantine(tmp_path: Path, name: str, raw: bytes, reason: str) -> None:
    readings = read_raw(tmp_path, name, raw)
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
    assert reasons_of(read_raw(tmp_path, "a.txt", STORY.encode(), Limits(record_bytes=50))) == [
        ("a.txt", "record_too_large")
    ]


def test_records_before_a_break_are_kept(tmp_path: Path) -> None:
    raw = gzip.compress(
        b"".join(hashlib.sha256(b"%d" % n).hexdigest().join(['{"text": "', '"}\n']).encode() for n in range(900))
    )
    readings = read_raw(tmp_path, "a.jsonl.gz", raw[:-500])
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
    readings = read_raw(tmp_path, "a.jsonl", b"\n".join(lines), Limits(excerpt_chars=3))
    assert readings.records["uri"].to_list() == ["a.jsonl#0", "a.jsonl#4"]
    assert reasons_of(readings) == [("a.jsonl#1", "bad_json"), ("a.jsonl#2", "no_text"), ("a.jsonl#3", "empty")]
    bad, no_text, _ = readings.quarantine.iter_rows(named=True)
    assert (bad["excerpt"], bad["raw_sha256"]) == ("{oo", hashlib.sha256(lines[1]).hexdigest())
    assert (no_text["record_id"], no_text["title"], no_text["publisher"]) == ("7", "T", "P")
    assert readings.quarantine["detail"].str.starts_with("line ").all()


def test_rows_are_in_the_order_of_files_and_records(tmp_path: Path) -> None:
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
    readings = read_raw(folder, name, b"\n".join(parts))
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
    readings = read_raw(tmp_path, "a.txt", b"words")
    assert reasons_of(readings) == [("a.txt", "read_error")]
    assert readings.quarantine["detail"][0] == "ZeroDivisionError: in <object object at 0x>"


def test_files_elsewhere_are_read_through_fsspec() -> None:
    fsspec.filesystem("memory").pipe("/in/a.jsonl.gz", gzip.compress(RECORDS_JSONL))
    files = (InputFile("memory://in/a.jsonl.gz", "a.jsonl.gz", 1), InputFile("memory://in/none.txt", "none.txt", 1))
    readings = read_shard(Shard(Source("gazette", "x"), date(2024, 5, 2), 0, files), Limits())
    assert len(readings.records) == 40
    assert reasons_of(readings) == [("none.txt", "unreadable")]


def test_reading_logs_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for number, raw in enumerate(
        (b"", b"<html>", b"<p>" * 5000, PAGE.encode(), b"<?xml version='1.0' encoding='x'?><html><body>x")
    ):
        read_raw(tmp_path, f"{number}.html", raw)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_memory_is_bounded_by_the_record_not_by_the_file(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(b'{"text": "one"}\n{"text": "')
        for number in range(300):
            file.write(hashlib.sha512(b"%d" % number).hexdigest().encode() * 300)
        file.write(b'"}\n{"text": "two"}\n')
    readings = read_raw(tmp_path, "a.jsonl.gz", packed.getvalue(), Limits(record_bytes=10_000))
    assert readings.records["canonical"].to_list() == ["one", "two"]
    assert reasons_of(readings) == [("a.jsonl.gz#1", "record_too_large")]


class SilentAddress:
    """A file at an address that stops answering."""

    def __enter__(self) -> SilentAddress:
        return self

    def __exit__(self, *_: object) -> None: ...

    def read(self, size: int) -> bytes:
        raise RuntimeError("no answer")


def test_an_address_that_does_not_answer_ends_the_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "open_remote", lambda path: SilentAddress())
    shard = Shard(Source("gazette", "x"), date(2024, 5, 2), 0, (InputFile("s3://in/a.txt", "a.txt", 1),))
    with pytest.raises(AddressError, match=r"cannot read s3://in/a.txt: RuntimeError: no answer"):
        read_shard(shard, Limits())


def test_an_unknown_format_ends_the_shard(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="format 'avro' is unknown"):
        read_raw(tmp_path, "a.txt", b"words", format="avro")


def test_a_format_that_gives_several_records_one_uri_loses_none_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_blocks(chunks: Chunks, context: ReadContext) -> Iterator[Record]:
        for block in b"".join(chunks).decode().split("\n\n"):
            yield Record(context.uri, block, "utf-8", "")

    monkeypatch.setattr(
        "tasks.reading.read.read_contents", lambda chunks, tap, path, context: read_blocks(chunks, context)
    )
    (tmp_path / "a.txt").write_text("One.\n\nTwo.")
    file = InputFile(str(tmp_path / "a.txt"), "in/a.txt", 10)
    with pytest.raises(FormatError, match=r"in/a\.txt: its format gives several records the uri of the file"):
        list(read_file(file, Source("s", "in"), Limits()))
