"""Chunks of bytes are cut into lines."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tasks.formats.stream import split_chunks


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
