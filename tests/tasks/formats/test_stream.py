"""Chunks of bytes are cut into lines, and packed bytes are unpacked within limits."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import Limits
from tasks.formats.record import BrokenInputError
from tasks.formats.stream import Tap, split_chunks, unpack_chunks


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


WORDS = b"".join(b"line %d of a text that packs well\n" % number for number in range(40_000))
PACKED = {
    "gzip": gzip.compress(WORDS, mtime=0),
    "gzip twice": gzip.compress(WORDS[:1000], mtime=0) + gzip.compress(WORDS[1000:], mtime=0) + b"\0" * 512,
    "bzip2": bz2.compress(WORDS),
    "xz": lzma.compress(WORDS),
    "zstd": pa.compress(WORDS, "zstd", asbytes=True),
    "zstd behind a frame to skip": b"\x5f\x2a\x4d\x18\x04\x00\x00\x00note" + pa.compress(WORDS, "zstd", asbytes=True),
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


@pytest.mark.parametrize(("size", "is_bomb"), [(2**20, False), (2**20 + 4096, True)], ids=["a mebibyte", "more"])
def test_what_unpacks_to_little_is_no_bomb(size: int, is_bomb: bool) -> None:
    packed = gzip.compress(b"a" * size, mtime=0)
    assert size > len(packed) * Limits().unpacked_ratio
    if is_bomb:
        with pytest.raises(BrokenInputError, match="unpacks to more than 200 times"):
            unpack(packed, 4096, Limits())
    else:
        assert len(unpack(packed, 4096, Limits())) == size
