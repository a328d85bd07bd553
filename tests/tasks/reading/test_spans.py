"""A large file cut into spans: the same records under the same names as when it is read whole."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from builders.lakes import ask, hash_lake, make_lake
from builders.readings import read_shard
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import InputFile, InputSeen, Limits, Shard, Source
from tasks.formats import jsonl
from tasks.reading.plan import cut_shards
from tasks.reading.read import Readings, read_parts
from tasks.reading.spans import InputChanged, cut_file
from tasks.shard import ShardLost, StagedShard, build_shard, check_complete, gather_inputs

DAY = date(2026, 10, 9)
WHOLE = Limits(record_bytes=300)


def file_at(path: Path) -> InputFile:
    return InputFile(str(path), path.name, path.stat().st_size)


def write(folder: Path, raw: bytes, name: str = "a.jsonl") -> InputFile:
    path = folder / name
    path.write_bytes(raw)
    return file_at(path)


def line(number: int, text: str = "The last ferry left the harbour at six.") -> bytes:
    return json.dumps({"id": number, "text": f"{text} Story {number}."}).encode()


def read_cut(file: InputFile, limits: Limits) -> tuple[int, Readings, list[InputSeen]]:
    """How many spans, and all that was read of them."""
    shards = cut_shards(Source("s", "x"), DAY, [file], limits)
    parts = [part for shard in shards for part in read_parts(shard, limits)]
    records, quarantine = pl.concat([part.records for part in parts]), pl.concat([part.quarantine for part in parts])
    staged = [StagedShard((), 0, part.inputs, 0, 0, 0) for part in parts]
    return sum(len(shard.files) for shard in shards), Readings(records, quarantine, ()), gather_inputs(staged)


def assert_read_alike(file: InputFile, limits: Limits) -> int:
    whole = read_shard(Shard(Source("s", "x"), DAY, 0, (file,)), limits)
    spans, cut, inputs = read_cut(file, limits)
    assert cut.records.equals(whole.records)
    assert cut.quarantine.equals(whole.quarantine)
    assert inputs == list(whole.inputs)
    return spans


RECORDS = b"\n".join(line(number) for number in range(40))
ODD_FILES = {
    "plain": RECORDS + b"\n",
    "no line end at the end": RECORDS,
    "a torn last line": RECORDS[:-20],
    "blank lines": RECORDS.replace(b"\n", b"\n\n  \n\t\n"),
    "blank lines on both ends": b"\n\n\n" + RECORDS + b"\n" * 300,
    "spaces at the end": RECORDS + b"\n" + b" " * 2000,
    "carriage returns": RECORDS.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + RECORDS,
    "byte order marks inside": RECORDS.replace(b'\n{"id": 1', b'\n\xef\xbb\xbf{"id": 1'),
    "the mark of another encoding inside": RECORDS.replace(b"\n", b"\n\xff\xfe\n"),
    "NUL bytes": RECORDS.replace(b"ferry", b"fe\x00rry").replace(b"\n", b"\n\x00\n"),
    "bytes of a packing inside": RECORDS.replace(b"\n", b"\n\x1f\x8b\x08\n%PDF-\n"),
    "bad lines": RECORDS.replace(b'"id"', b"id", 7),
    "lines over the limit": RECORDS.replace(b"ferry", b"ferry" * 100, 3),
    "blank lines over the limit": RECORDS.replace(b"\n", b"\n" + b" " * 400 + b"\n", 9),
    "Windows bytes": RECORDS.replace(b"ferry", b"ferry\x92s"),
    "other values": RECORDS.replace(b"\n", b'\n[1]\n"x"\nnull\n{}\n'),
}


@pytest.mark.parametrize("limit", [1, 600, 1_300, 2_500])
@pytest.mark.parametrize("raw", ODD_FILES.values(), ids=ODD_FILES)
def test_a_cut_changes_nothing_about_records(tmp_path: Path, raw: bytes, limit: int) -> None:
    spans = assert_read_alike(write(tmp_path, raw), replace(WHOLE, shard_bytes=limit))
    assert spans >= 2


pieces = st.one_of(
    st.sampled_from(
        [b"", b" ", b"\r", b"\t\x0b", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"{", line(1), b"x" * 301, b" " * 301]
    ),
    st.binary(max_size=12).filter(lambda raw: b"\n" not in raw),
)


@given(
    st.lists(pieces, min_size=1, max_size=30),
    st.integers(1, 4_000),
    st.sampled_from(["a.jsonl", "a.json"]),
    st.integers(1, 40),
)
@pytest.mark.slow
def test_no_bytes_and_no_cut_tell(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], limit: int, name: str, chunk: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "spans"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # Lines across chunks are as common here as they are rare in life. The first chunk tells what the file is.
        patch.setattr("tasks.formats.stream.CHUNK_BYTES", max(chunk, 8))
        assert_read_alike(write(folder, b"\n".join(parts), name), replace(WHOLE, shard_bytes=limit))


def test_spans_cover_the_file_and_end_on_line_ends(tmp_path: Path) -> None:
    file = write(tmp_path, RECORDS)
    spans = [piece.span for piece in cut_file(file, Source("s", "x"), Limits(shard_bytes=2_000))]
    assert len(spans) > 3
    assert [span.start for span in spans if span] == [0, *(span.end for span in spans[:-1] if span)]
    assert spans[-1]
    assert spans[-1].end == file.size
    for span in spans:
        assert span
        assert span.start == 0 or RECORDS[span.start - 1 : span.start] == b"\n"
        assert RECORDS[: span.start].count(b"\n") == span.line == span.record


def test_many_short_records_are_cut_by_their_number(tmp_path: Path) -> None:
    file = write(tmp_path, b'{"text":"a"}\n' * 1_000)
    limits = Limits(shard_bytes=10_000)
    assert len(cut_file(file, Source("s", "x"), limits)) == 1_000 // 20 + (1_000 % 20 > 0)


def test_a_file_is_cut_from_one_byte_over_the_size_of_a_shard(tmp_path: Path) -> None:
    file = write(tmp_path, RECORDS)
    assert cut_file(file, Source("s", "x"), Limits(shard_bytes=file.size)) == (file,)
    assert cut_file(file, Source("s", "x"), Limits(shard_bytes=file.size - 1)) != (file,)


NOT_CUT = {
    "packed.jsonl.gz": gzip.compress(RECORDS),
    "packed.jsonl": gzip.compress(RECORDS),
    "wide.jsonl": RECORDS.decode().encode("utf-16"),
    "array.json": b"[" + RECORDS.replace(b"\n", b",") + b"]",
    "page.html": b"<html>" + RECORDS,
    "words.txt": b"Words\n" + RECORDS,
    "blank.jsonl": b" \n" * 1_000,
    "drawing.jsonl": b"%PDF-" + RECORDS,
}


@pytest.mark.parametrize("name", NOT_CUT)
def test_what_is_no_plain_file_of_lines_is_left_whole(tmp_path: Path, name: str) -> None:
    file = write(tmp_path, NOT_CUT[name], name)
    limits = Limits(shard_bytes=100)
    assert cut_file(file, Source("s", "x"), limits) == (file,)
    assert_read_alike(file, limits)


def test_a_file_over_the_limit_is_left_whole_and_refused(tmp_path: Path) -> None:
    file = write(tmp_path, RECORDS)
    limits = Limits(shard_bytes=500, file_bytes=1_000)
    assert cut_file(file, Source("s", "x"), limits) == (file,)
    assert read_cut(file, limits)[1].quarantine["reasons"].to_list() == [["too_large"]]


def pack_zstd(raw: bytes) -> bytes:
    return pa.compress(raw, "zstd", asbytes=True)


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, pack_zstd], ids=["gzip", "bzip2", "xz", "zstd"]
)
@pytest.mark.parametrize("cut", [None, -30], ids=["whole", "torn"])
def test_a_packed_file_is_staged_in_parts(tmp_path: Path, pack: object, cut: int | None) -> None:
    many = b"\n".join(line(number, "Another ferry left.") for number in range(400))
    file = write(tmp_path, pack(many)[:cut])  # type: ignore[operator]
    whole = read_shard(Shard(Source("s", "x"), DAY, 0, (file,)), Limits())
    shard = Shard(Source("s", "x"), DAY, 0, (file,))
    parts = list(read_parts(shard, Limits(shard_bytes=10_000)))
    assert cut or len(parts) > 10
    assert pl.concat([part.records for part in parts]).equals(whole.records)
    assert pl.concat([part.quarantine for part in parts]).equals(whole.quarantine)
    assert [seen for part in parts for seen in part.inputs] == list(whole.inputs)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(file_bytes=200_000), "too_large"), (Limits(unpacked_ratio=5), "bomb")],
    ids=["over the limit", "bomb"],
)
def test_a_packed_file_that_goes_wrong_late_leaves_no_record(tmp_path: Path, limits: Limits, reason: str) -> None:
    many = b"\n".join(line(number, "Another ferry left." * 90) for number in range(1_000))
    shard = Shard(Source("s", "x"), DAY, 0, (write(tmp_path, line(1), "0.jsonl"), write(tmp_path, gzip.compress(many))))
    parts = list(read_parts(shard, replace(limits, shard_bytes=20_000)))
    assert pl.concat([part.records for part in parts])["uri"].to_list() == ["0.jsonl#0"]
    assert pl.concat([part.quarantine for part in parts])["reasons"].to_list() == [[reason]]


def test_a_fault_of_ours_costs_one_record_however_the_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = jsonl.make_record

    def fail(obj: dict[str, int], *rest: object) -> object:
        if obj["id"] == 7:
            raise ZeroDivisionError("seven")
        return inner(obj, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(jsonl, "make_record", fail)
    file = write(tmp_path, RECORDS)
    assert assert_read_alike(file, Limits(shard_bytes=2_000)) > 3
    _, cut, _ = read_cut(file, Limits(shard_bytes=2_000))
    assert cut.quarantine["uri"].to_list() == ["a.jsonl#7"]
    assert cut.quarantine["reasons"].to_list() == [["read_error"]]


@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw.replace(b"Story 39", b"Story 38")], ids=["cut", "other"]
)
def test_a_file_that_changes_under_the_run_stops_it(tmp_path: Path, change: object) -> None:
    file = write(tmp_path, RECORDS)
    shards = cut_shards(Source("s", "x"), DAY, [file], Limits(shard_bytes=2_000))
    Path(file.path).write_bytes(change(RECORDS))  # type: ignore[operator]
    read_shard(shards[0], Limits())
    with pytest.raises(InputChanged, match=r"a.jsonl has changed since the run looked at it"):
        read_shard(shards[-1], Limits())
    Path(file.path).unlink()
    with pytest.raises(InputChanged, match="could be read when it was cut"):
        read_shard(shards[0], Limits())


@pytest.mark.slow
def test_the_lake_is_the_same_whatever_the_cut(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    stories = [
        line(number % 90, "The last ferry of the day left the harbour of Larkhaven at six in the evening.")
        for number in range(120)
    ]
    raw = b"\n".join([*stories[:50], b"{", b"", b"x" * 900, *stories[50:]])
    (tmp_path / "in" / "a.jsonl").write_bytes(raw)
    (tmp_path / "in" / "b.jsonl.gz").write_bytes(
        gzip.compress(b"\n".join(line(n, "The tram came late again.") for n in range(200)))
    )
    lakes = []
    for size in (32 * 2**20, 30_003):
        lake = tmp_path / str(size) / "lake"
        outcome = make_lake(tmp_path, "in", lake, limits=Limits(shard_bytes=size, record_bytes=800))
        assert outcome.state == "published"
        lakes.append(hash_lake(lake))
    assert lakes[0] == lakes[1]
    ((inputs,),) = ask(lake, "SELECT inputs FROM 'LAKE/receipts/**/*.parquet'")
    assert [(seen["uri"], seen["size"], seen["records"]) for seen in inputs] == [
        ("in/a.jsonl", len(raw), 122),
        ("in/b.jsonl.gz", (tmp_path / "in" / "b.jsonl.gz").stat().st_size, 200),
    ]


@pytest.mark.slow
def test_a_span_without_records_is_staged_like_any_other(tmp_path: Path) -> None:
    file = write(tmp_path, line(1) + b"\n" + b" \n" * 500)
    limits = Limits(shard_bytes=600)
    shards = cut_shards(Source("s", "x"), DAY, [file], limits)
    assert len(shards) == 3
    staged = [build_shard(shard, limits, tmp_path / str(shard.number)) for shard in shards]
    check_complete(shards, staged)
    assert [shard.records for shard in staged] == [1] + [0] * (len(shards) - 1)


def test_a_shard_that_does_not_come_back_is_missed(tmp_path: Path) -> None:
    file = write(tmp_path, RECORDS)
    limits = Limits(shard_bytes=8_000)
    shards = cut_shards(Source("s", "x"), DAY, [file], limits)
    staged = [build_shard(shard, limits, tmp_path / str(shard.number)) for shard in shards]
    check_complete(shards, staged)
    with pytest.raises(ShardLost, match="were sent to workers, and others were returned"):
        check_complete(shards, staged[:-1])
    with pytest.raises(ShardLost, match="with other files"):
        check_complete(shards, [replace(staged[0], inputs=()), *staged[1:]])
    with pytest.raises(ShardLost, match="must have the lake under the same path"):
        check_complete(shards, [replace(staged[0], folders=(str(tmp_path / "elsewhere"),)), *staged[1:]])
