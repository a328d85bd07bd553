"""Bytes of a file as a stream of chunks: hashed as received, unpacked within limits, cut into lines.

Whatever the file holds, no more than a few chunks of it, or one record, is in memory at a time.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from tasks.batch import Limits
from tasks.formats.record import BrokenInputError, Chunks
from tasks.formats.remote import open_remote, read_remote

CHUNK_BYTES = 2**20
# A file that unpacks to less than this is no bomb, however well it packs.
BOMB_FLOOR_BYTES = 2**20
END_BYTES = 4

MAGIC = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass
class Tap:
    """What has flowed from a file so far: the only thing here that changes while a file is read."""

    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class Decompressor(Protocol):
    """What bz2 and lzma have in common; zlib is brought to it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def read_bytes(path: str) -> Chunks:
    """The bytes at `path`: plain `open` for local paths, fsspec for addresses with a scheme."""
    if "://" in path:
        yield from read_remote(path, CHUNK_BYTES)
        return
    with Path(path).open("rb", buffering=0) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def read_received(path: str, tap: Tap) -> Chunks:
    """The bytes of the file as received; `tap` counts and hashes them. Raises OSError as the file system does."""
    for chunk in read_bytes(path):
        tap.size += len(chunk)
        tap.digest.update(chunk)
        yield chunk


def open_bytes(path: str) -> Any:
    """A file open for reading, here or at an address. Raises as `open_remote` does."""
    return open_remote(path) if "://" in path else Path(path).open("rb", buffering=0)


def read_stretch(path: str, start: int, end: int) -> Chunks:
    """The bytes of a file from `start` up to `end`; fewer where the file ends sooner. Raises OSError."""
    with open_bytes(path) as stream:
        stream.seek(start)
        while start < end and (chunk := bytes(stream.read(min(CHUNK_BYTES, end - start)))):
            start += len(chunk)
            yield chunk


def bound_chunks(chunks: Chunks, limit: int, what: str) -> Chunks:
    """The same chunks; raises BrokenInputError `too_large` as soon as they exceed `limit` bytes."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise BrokenInputError("too_large", f"{what} over the limit of {limit} bytes", keeps=False)
        yield chunk


def unpack_chunks(chunks: Chunks, tap: Tap, limits: Limits) -> Chunks:
    """The chunks, unpacked if their first bytes are those of gzip, bzip2, xz or zstd.

    The name of the file does not decide: servers and tools unpack without renaming. Raises BrokenInputError:
    `truncated`, `corrupt` (what came before may stand), `bomb` or `too_large` (nothing may).
    """
    first, chunks = peek_chunk(chunks)
    kind = find_packing(first)
    if kind is None:
        yield from chunks
        return
    plain = unpack_zstd(chunks) if kind == "zstd" else unpack_members(chunks, kind)
    total = 0
    for chunk in bound_chunks(plain, limits.file_bytes, "unpacked size"):
        total += len(chunk)
        if total > max(BOMB_FLOOR_BYTES, tap.size * limits.unpacked_ratio):
            raise BrokenInputError(
                "bomb", f"{kind}: unpacks to more than {limits.unpacked_ratio} times its {tap.size} bytes", keeps=False
            )
        yield chunk


def find_packing(first: bytes) -> str | None:
    """How a file is packed, by its first bytes; None when it is not."""
    return next((kind for magic, kind in MAGIC.items() if first.startswith(magic)), None)


def peek_chunk(chunks: Chunks) -> tuple[bytes, Chunks]:
    """The first chunk, and all chunks with it."""
    first = next(chunks, b"")
    return first, prepend(first, chunks)


def prepend(first: bytes, chunks: Chunks) -> Chunks:
    """`first`, if there is anything in it, then the rest."""
    if first:
        yield first
    yield from chunks


class _Gzip:
    """zlib's decompressor with the names of the other two: zlib hands back what it did not take."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))


MEMBERS: dict[str, Any] = {"gzip": _Gzip, "bzip2": bz2.BZ2Decompressor, "xz": lzma.LZMADecompressor}


def unpack_members(chunks: Chunks, kind: str) -> Chunks:
    """Unpacks one packed stream or several behind each other (as `cat a.gz b.gz` or a WARC gives), padding allowed."""
    inner: Decompressor = MEMBERS[kind]()
    try:
        for chunk in chunks:
            data = chunk
            while data or not inner.needs_input:
                if inner.eof:
                    data = data.lstrip(b"\x00")
                    if not data:
                        break
                    inner = MEMBERS[kind]()
                plain = inner.decompress(data, CHUNK_BYTES)
                data = inner.unused_data if inner.eof else b""
                if plain:
                    yield plain
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
        raise BrokenInputError("corrupt", f"{kind}: {error}", keeps=True) from error
    if not inner.eof:
        raise BrokenInputError("truncated", f"{kind}: the file ends before its packed data does", keeps=True)


class Reader(io.RawIOBase):
    """Chunks as a file, for libraries that want one. Keeps the last bytes that went by, and what ended the chunks."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._rest = b""
        self._position = 0
        self.end = b""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            try:
                self._rest = next(self._chunks, b"")
            except Exception as error:
                # Libraries in C swallow exceptions of their streams: keep it for whoever asks.
                self.failure = error
                raise
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        self._position += len(taken)
        self.end = (self.end + taken[-END_BYTES:])[-END_BYTES:]
        return len(taken)


def open_chunks(chunks: Chunks) -> io.BufferedReader:
    """The chunks as a readable file."""
    return io.BufferedReader(Reader(chunks), CHUNK_BYTES)


def unpack_zstd(chunks: Chunks) -> Chunks:
    """Unpacks Zstandard with Arrow's own reader: the standard library has none before Python 3.14."""
    try:
        with pa.CompressedInputStream(pa.PythonFile(open_chunks(chunks), "r"), "zstd") as stream:
            while plain := stream.read(CHUNK_BYTES):
                yield plain
    except OSError as error:
        words = str(error)
        reason = "truncated" if "truncated" in words.lower() else "corrupt"
        raise BrokenInputError(reason, f"zstd: {words}", keeps=True) from error


def read_whole(chunks: Chunks, limit: int, reason: str = "record_too_large") -> bytes:
    """All bytes at once; raises BrokenInputError with `reason` beyond `limit`."""
    parts: list[bytes] = []
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise BrokenInputError(reason, f"over the limit of {limit} bytes for one record", keeps=False)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def split_chunks(chunks: Chunks, limit: int) -> Iterator[bytes | int]:
    """Lines without their line ends. A line over `limit` bytes is not kept: its size comes in its place."""
    rest: list[bytes] = []
    held = 0
    for chunk in chunks:
        pieces = chunk.split(b"\n")
        for piece in pieces[:-1]:
            if not rest:
                yield piece if len(piece) <= limit else len(piece)
                continue
            held += len(piece)
            yield b"".join([*rest, piece]) if held <= limit else held
            rest, held = [], 0
        tail = pieces[-1]
        if tail:
            held += len(tail)
            # Over the limit nothing is kept but the fact that a line is open.
            rest = [*rest, tail] if held <= limit else [b""]
    if rest:
        yield b"".join(rest) if held <= limit else held
