"""The bytes of a file as a stream of chunks: hashed as received, unpacked within limits, cut into lines.

At most a few chunks or one record are in memory at a time.
"""

import bz2
import hashlib
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tasks.batch import Limits
from tasks.formats.record import BrokenInputError, Chunks
from tasks.formats.remote import name_failures, open_remote

CHUNK_BYTES = 2**20
WHOLE_BYTES = 256 * 2**20  # a file that is read in one piece is at most this large
END_BYTES = 4
SPOOL_BYTES = 8 * 2**20
# A file that unpacks to less than this is no bomb, however well it packs.
BOMB_FLOOR_BYTES = 2**20


@dataclass
class Tap:
    """Size and hash of the bytes that have been read from a file so far. `has_members`: whether it is an archive."""

    size: int = 0
    has_members: bool = False
    digest: Any = field(default_factory=hashlib.sha256)


def read_bytes(path: str, start: int = 0, end: int = sys.maxsize) -> Chunks:
    """The bytes of a file or address from `start` up to `end`, or up to its end. Raises OSError, AddressError."""
    with open_remote(path) if "://" in path else Path(path).open("rb", buffering=0) as stream:
        if start:
            stream.seek(start)
        while start < end:
            with name_failures("read", path):
                chunk = bytes(stream.read(min(CHUNK_BYTES, end - start)))
            if not chunk:
                return
            start += len(chunk)
            yield chunk


def read_received(path: str, tap: Tap) -> Chunks:
    """The bytes of the file as received; `tap` counts and hashes them. Raises OSError as the file system does."""
    for chunk in read_bytes(path):
        tap.size += len(chunk)
        tap.digest.update(chunk)
        yield chunk


def bound_chunks(chunks: Chunks, limit: int, words: str, reason: str = "too_large") -> Chunks:
    """The same chunks; raises BrokenInputError as soon as they exceed `limit` bytes. `words`: its detail, `{}` the limit."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise BrokenInputError(reason, words.format(limit), keeps=False)
        yield chunk


def peek_chunk(chunks: Chunks) -> tuple[bytes, Chunks]:
    """The first chunk, and all chunks with it."""
    first = next(chunks, b"")
    return first, chain([first] if first else [], chunks)


class ChunkReader(io.RawIOBase):
    """Chunks as a file, for libraries that want one. `end`: the last bytes read; `failure`: what ended the chunks."""

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
                self.failure = error  # libraries in C swallow exceptions of their streams
                raise
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        self._position += len(taken)
        self.end = (self.end + taken[-END_BYTES:])[-END_BYTES:]
        return len(taken)


def read_whole(chunks: Chunks, limit: int, reason: str = "record_too_large") -> bytes:
    """All bytes at once; raises BrokenInputError with `reason` beyond `limit`."""
    return b"".join(bound_chunks(chunks, limit, "over the limit of {} bytes for one record", reason))


def spool_chunks(chunks: Chunks) -> BinaryIO:
    """A file without a name with these bytes, in memory while it is small."""
    file = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 (the caller closes it)
    for chunk in chunks:
        file.write(chunk)
    file.seek(0)
    return cast(BinaryIO, file)


def split_chunks(chunks: Chunks, limit: int) -> Iterator[bytes | int]:
    """Lines without their line ends. A line over `limit` bytes is not kept: its size comes in its place."""
    rest: list[bytes] = []
    held = 0
    for chunk in chunks:
        *pieces, tail = chunk.split(b"\n")
        for piece in pieces:
            if not rest:
                yield piece if len(piece) <= limit else len(piece)
                continue
            held += len(piece)
            yield b"".join([*rest, piece]) if held <= limit else held
            rest, held = [], 0
        if tail:
            held += len(tail)
            # Over the limit, all that is kept is that a line is open.
            rest = [*rest, tail] if held <= limit else [b""]
    if rest:
        yield b"".join(rest) if held <= limit else held


@dataclass(frozen=True)
class Packing:
    """A way to pack files: its name, the extension of packed files, their first bytes, and what unpacks them."""

    name: str
    extension: str
    magic: bytes | tuple[bytes, ...]
    unpack: Callable[[Chunks], Chunks]


def unpack_chunks(chunks: Chunks, tap: Tap, limits: Limits) -> Chunks:
    """The chunks, unpacked if their first bytes are those of a packing; `tap` counts the packed bytes.

    The name of the file does not decide: servers and tools unpack without renaming. Raises BrokenInputError:
    `truncated`, `corrupt` (records before it are kept), `bomb` or `too_large` (none are kept).
    """
    first, chunks = peek_chunk(bound_chunks(chunks, limits.file_bytes, "size over the limit of {} bytes"))
    packing = find_packing(first)
    if packing is None:
        yield from chunks
        return
    total = 0
    for chunk in bound_chunks(packing.unpack(chunks), limits.file_bytes, "unpacked size over the limit of {} bytes"):
        total += len(chunk)
        if total > max(BOMB_FLOOR_BYTES, tap.size * limits.unpacked_ratio):
            words = f"{packing.name}: unpacks to more than {limits.unpacked_ratio} times its {tap.size} bytes"
            raise BrokenInputError("bomb", words, keeps=False)
        yield chunk


def find_packing(first: bytes) -> Packing | None:
    """How a file is packed, by its first bytes; None when it is not."""
    return next((packing for packing in PACKINGS if first.startswith(packing.magic)), None)


def unpack_members(name: str, make: Callable[[], Any], chunks: Chunks) -> Chunks:
    """Unpacks one packed stream or several in a row (as `cat a.gz b.gz` or a WARC gives), padding allowed."""
    inner = make()
    try:
        for chunk in chunks:
            data = chunk
            while data or not getattr(inner, "needs_input", True):
                if inner.eof:
                    data = data.lstrip(b"\x00")
                    if not data:
                        break
                    inner = make()
                plain = inner.decompress(data, CHUNK_BYTES)
                # zlib returns what it did not take; bz2 and lzma keep it.
                data = inner.unused_data if inner.eof else getattr(inner, "unconsumed_tail", b"")
                if plain:
                    yield plain
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
        raise BrokenInputError("corrupt", f"{name}: {error}") from error
    if not inner.eof:
        raise BrokenInputError("truncated", f"{name}: the file ends before its packed data does")


def unpack_zstd(chunks: Chunks) -> Chunks:
    """Unpacks Zstandard with Arrow's own reader: the standard library has none before Python 3.14."""
    file = io.BufferedReader(ChunkReader(chunks), CHUNK_BYTES)
    try:
        with pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd") as stream:
            while plain := stream.read(CHUNK_BYTES):
                yield plain
    except OSError as error:
        reason = "truncated" if "truncated" in str(error).lower() else "corrupt"
        raise BrokenInputError(reason, f"zstd: {error}") from error


# Frames of zstd that hold notes of programs; records are behind them.
SKIPPABLE = tuple(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))
PACKINGS = (
    Packing("gzip", ".gz", b"\x1f\x8b\x08", partial(unpack_members, "gzip", partial(zlib.decompressobj, wbits=31))),
    Packing("bzip2", ".bz2", b"BZh", partial(unpack_members, "bzip2", bz2.BZ2Decompressor)),
    Packing("xz", ".xz", b"\xfd7zXZ\x00", partial(unpack_members, "xz", lzma.LZMADecompressor)),
    Packing("zstd", ".zst", (b"\x28\xb5\x2f\xfd", *SKIPPABLE), unpack_zstd),
)
