"""A run of twelve words is found in whatever holds it, and nowhere else."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from tasks.erasing.runs import hash_twelves
from tasks.erasing.sketch import Sketch, read_sketch, sketch_texts, write_sketch
from tasks.erasing.unpack import unpack_texts
from tasks.erasing.verify import scan_files_of
from tasks.errors import RequestError

TEXT = "Die Fähre fährt um sechs, eine Stunde später als geplant, sagte der Hafenmeister am Montag in Larkhaven."
OTHER = "Nobody in the town hall wanted to say who had decided it, or when, but the timetable had been printed."


def write_parquet(text: str) -> bytes:
    rows = pl.DataFrame(
        {"id": [1, 2], "captions": [[{"text": OTHER, "credit": None}], [{"text": text, "credit": "x"}]]}
    )
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def write_database(text: str) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE said (text TEXT)")
    base.execute("INSERT INTO said VALUES (?)", [text])
    base.commit()
    return base.serialize()


HOLDERS = {
    "plain.txt": str.encode,
    "table.parquet": write_parquet,
    "table.parquet.gz": lambda text: gzip.compress(write_parquet(text)),
    "packed.gz": lambda text: gzip.compress(gzip.compress(text.encode())),
    "page.html": lambda text: text.replace(" ", " <b>").replace("ä", "&auml;").encode(),
    "row.json": lambda text: json.dumps({"a": [{"b": text}]}).encode(),
    "rows.jsonl": lambda text: (json.dumps({"a": 1}) + "\n" + json.dumps([text]) + "\n").encode(),
    "catalog.db": write_database,
}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_text_is_found_in_what_holds_it(name: str) -> None:
    sketch = sketch_texts([TEXT], 5)
    assert [hit[0] for hit in scan_files_of("x", [(name, HOLDERS[name](TEXT))], sketch).hits] == [name]
    assert scan_files_of("x", [(name, HOLDERS[name](OTHER))], sketch).hits == ()


def test_zstd_is_unpacked() -> None:
    packed = pa.compress(TEXT.encode(), "zstd", asbytes=True)
    assert TEXT in [text for some in unpack_texts("a.zst", packed, []) for text in some]


def test_damaged_files_are_scanned_as_they_are() -> None:
    for head in (b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"SQLite format 3\0", b"Obj\x01"):
        place = scan_files_of("x", [("a.json", head + TEXT.encode())], sketch_texts([TEXT]))
        assert [name for name, _ in place.hits] == ["a.json"]
        assert place.unread == ("a.json",)


def test_one_wrong_line_hides_no_other_and_is_reported() -> None:
    lines = "\n".join([json.dumps({"t": TEXT}), "{", json.dumps({"t": OTHER})]).encode()
    place = scan_files_of("x", [("a.jsonl", lines)], sketch_texts([OTHER]))
    assert ([name for name, _ in place.hits], place.unread) == (["a.jsonl"], ("a.jsonl",))
    whole = scan_files_of("x", [("a.jsonl", lines.replace(b"{\n", b"")), ("gone.json", b"")], sketch_texts([OTHER]))
    assert whole.unread == ()


def test_what_is_packed_too_deep_is_reported() -> None:
    packed = TEXT.encode()
    for _ in range(6):
        packed = gzip.compress(packed)
    assert scan_files_of("x", [("a.gz", packed)], sketch_texts([TEXT])).unread


def test_eleven_words_are_no_run_and_twelve_are() -> None:
    words = TEXT.split()
    assert len(hash_twelves([" ".join(words[:11])])) == 0
    assert len(hash_twelves([" ".join(words[:12])])) == 1
    # Runs do not go from one text into the next.
    assert len(hash_twelves([" ".join(words[:6]), " ".join(words[6:12])])) == 0


def test_a_sketch_is_read_back_and_says_no_word(tmp_path: Path) -> None:
    made = sketch_texts([TEXT, OTHER], 2**62 + 1)
    write_sketch(tmp_path / "runs", made)
    read = read_sketch(tmp_path / "runs")
    assert (read.runs.tolist(), read.salt) == (made.runs.tolist(), made.salt)
    assert b"Hafenmeister" not in (tmp_path / "runs").read_bytes()
    assert sketch_texts([TEXT], 1).runs.tolist() != sketch_texts([TEXT], 2).runs.tolist()
    (tmp_path / "cut").write_bytes((tmp_path / "runs").read_bytes()[:-3])
    for name in ("cut", "missing"):
        with pytest.raises(RequestError, match="no sketch"):
            read_sketch(tmp_path / name)
    assert isinstance(read, Sketch)
