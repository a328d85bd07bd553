"""Files whose bytes are damaged, packed, in odd encodings, or no text at all."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from builders.languages import ARTICLES

RANDOM = random.Random(7).randbytes(120_000)
SIGNATURES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "gif": b"GIF89a",
    "mp3": b"ID3\x03\x00",
    "elf": b"\x7fELF\x02\x01\x01",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "tif": b"II*\x00",
    "pickle": b"\x80\x04\x95",
}


def write_article(number: int, language: str = "en") -> str:
    """An article that no other number has."""
    return f"Report number {number} from Emberwick\n\n{ARTICLES[language]}\n\nThis was report number {number}.\n"


def write_record(number: int, **fields: object) -> str:
    """A JSON record of such an article."""
    return json.dumps({"id": f"r{number}", "title": f"Report {number}", "text": write_article(number)} | fields)


def pack_zstd(raw: bytes) -> bytes:
    """Bytes packed with Zstandard."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return bytes(sink.getvalue())


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda raw: gzip.compress(raw, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": pack_zstd,
}


def damage_packed() -> Iterator[tuple[str, bytes]]:
    """Packed files that end early, are changed inside, are packed twice, or have another name."""
    records = "\n".join(write_record(number) for number in range(1_000, 1_040)).encode()
    for name, pack in PACKERS.items():
        packed = pack(records)
        middle = len(packed) // 2
        yield f"records-whole.jsonl.{name}", packed
        yield f"records-half.jsonl.{name}", packed[:middle]
        yield f"records-without-end.jsonl.{name}", packed[:-3]
        yield f"records-flipped.jsonl.{name}", packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]
        yield f"records-head.jsonl.{name}", packed[:6]
        yield f"records-and-rubbish.jsonl.{name}", packed + RANDOM[:500]
        yield f"nothing.txt.{name}", pack(b"")
        yield f"nothing-at-all.txt.{name}", b""
        yield f"twice.txt.{name}", pack(pack(write_article(1_100).encode()))
        yield f"packed-as-{name}.txt", pack(write_article(1_101).encode())
        yield f"not-packed.txt.{name}", write_article(1_102).encode()
        yield f"zeros.txt.{name}", pack(bytes(30_000_000))
        yield f"blanks.txt.{name}", pack(b" \n" * 2_000_000)


def make_containers() -> Iterator[tuple[str, bytes]]:
    """Archives and binary files, whole and broken, under their own names and as text."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(zipfile.ZipInfo("../outside.txt"), write_article(1_200))
        opened.writestr(zipfile.ZipInfo("a.txt"), write_article(1_201))
    zipped = archive.getvalue()
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w") as members:
        member = tarfile.TarInfo("a.txt")
        member.size = len(content := write_article(1_202).encode())
        members.addfile(member, io.BytesIO(content))
    table = io.BytesIO()
    pq.write_table(pa.table({"text": [write_article(1_203)]}), table)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "a.db"
        with sqlite3.connect(base) as connection:
            connection.execute("CREATE TABLE news (text TEXT)")
        connection.close()
        stored = base.read_bytes()
    whole = {"zip": zipped, "tar": tape.getvalue(), "parquet": table.getvalue(), "sqlite": stored}
    for name, raw in whole.items():
        yield f"whole.{name}", raw
        yield f"cut.{name}", raw[: len(raw) // 3]
        yield f"{name}-as.txt", raw
        yield f"{name}-as.jsonl", raw
    yield "bad-sum.zip", zipped.replace(zipped[60:64], b"\x00\x01\x02\x03", 1)
    for name, start in SIGNATURES.items():
        yield f"binary.{name}", start + RANDOM[:2_000]
        yield f"binary-{name}.txt", start + RANDOM[2_000:4_000]


def make_encodings() -> Iterator[tuple[str, bytes]]:
    """Text in odd, wrong, broken and mixed encodings."""
    plain = write_article(1_300)
    for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7"):
        yield f"in-{name}.txt", write_article(1_301 + len(name), "fr").encode(name)
    halves = (
        ("ru", "utf-8", "ru", "cp1251"),
        ("ru", "cp1251", "ru", "koi8_r"),
        ("ja", "utf-8", "ja", "shift_jis"),
        ("zh", "gb18030", "zh", "utf-8"),
        ("en", "utf-8", "en", "utf-16-le"),
        ("ru", "utf-16", "ru", "utf-8"),
    )
    for at, (first, one, second, other) in enumerate(halves):
        raw = (ARTICLES[first] + "\n\n").encode(one, "ignore") * 4 + (ARTICLES[second] + "\n\n").encode(
            other, "ignore"
        ) * 4
        yield f"mixed-{at}.txt", raw
        yield f"mixed-{at}.html", b"<html><body><p>" + raw.replace(b"\n\n", b"</p><p>") + b"</p></body></html>"
    yield "odd-utf16.txt", plain.encode("utf-16")[:-1]
    yield "mark-only.txt", b"\xef\xbb\xbf"
    yield "mark-16.txt", b"\xff\xfe"
    yield "mark-and-random.txt", b"\xff\xfe" + RANDOM[:50_000]
    yield "two-marks.txt", b"\xef\xbb\xbf\xef\xbb\xbf" + write_article(1_302).encode()
    yield "overlong.txt", write_article(1_303).encode() + b"\xc0\xaf\xe0\x80\xaf" * 9
    yield "surrogates.txt", write_article(1_304).encode() + b"\xed\xa0\x80 \xed\xb0\x80"
    yield "cut-letter.txt", (write_article(1_305) + "é").encode()[:-1]
    yield "nul-everywhere.txt", "\x00".join(write_article(1_306)).encode()
    yield "nul-end.txt", write_article(1_307).encode() + bytes(5_000)
    yield "nul-some.txt", write_article(1_308).replace("plan", "pl\x00an").encode()
    yield "nul-only.txt", bytes(4_096)


def make_garbage() -> Iterator[tuple[str, bytes]]:
    """What is no text at all."""
    for size in (1, 2, 10, 100, 1_000, 100_000):
        yield f"random-{size}.txt", RANDOM[:size]
        yield f"random-{size}.dat", RANDOM[-size:]
    signs = random.Random(8)
    yield "base64.txt", base64.encodebytes(RANDOM)
    yield "base64-one-line.txt", base64.b64encode(RANDOM)
    yield "base85.txt", base64.b85encode(RANDOM)
    yield "hexadecimal.txt", RANDOM.hex().encode()
    yield "signs.txt", "".join(signs.choices([chr(code) for code in range(32, 127)], k=50_000)).encode()
    yield "high-bytes.txt", bytes(signs.choices(range(128, 256), k=50_000))
    yield "latin-bytes.txt", RANDOM[:50_000].decode("latin-1").encode()
    yield "private-use.txt", ("\ue000\uf8ff" * 400).encode()
