"""Packed files are unpacked by their first bytes, within limits."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from tasks.batch import Limits
from tasks.formats.record import BrokenInputError, Chunks
from tasks.formats.stream import CHUNK_BYTES, ChunkReader, Tap, bound_chunks, peek_chunk

# A file that unpacks to less than this is no bomb, however well it packs.
BOMB_FLOOR_BYTES = 2**20


@dataclass(frozen=True)
class Packing:
    """A way to pack files: its name, the extension of packed files, their first bytes, and what unpacks them."""

    name: str
    extension: str
    magic: bytes
    unpack: Callable[[Chunks], Chunks]


def unpack_chunks(chunks: Chunks, tap: Tap, limits: Limits) -> Chunks:
    """The chunks, unpacked if their first bytes are those of a packing; `tap` counts the packed bytes.

    The name of the file does not decide: servers and tools unpack without renaming. Raises BrokenInputError:
    `truncated`, `corrupt` (records before it are kept), `bomb` or `too_large` (none are kept).
    """
    first, chunks = peek_chunk(chunks)
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
        raise BrokenInputError("corrupt", f"{name}: {error}", keeps=True) from error
    if not inner.eof:
        raise BrokenInputError("truncated", f"{name}: the file ends before its packed data does", keeps=True)


def unpack_zstd(chunks: Chunks) -> Chunks:
    """Unpacks Zstandard with Arrow's own reader: the standard library has none before Python 3.14."""
    file = io.BufferedReader(ChunkReader(chunks), CHUNK_BYTES)
    try:
        with pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd") as stream:
            while plain := stream.read(CHUNK_BYTES):
                yield plain
    except OSError as error:
        reason = "truncated" if "truncated" in str(error).lower() else "corrupt"
        raise BrokenInputError(reason, f"zstd: {error}", keeps=True) from error


PACKINGS = (
    Packing("gzip", ".gz", b"\x1f\x8b\x08", partial(unpack_members, "gzip", partial(zlib.decompressobj, wbits=31))),
    Packing("bzip2", ".bz2", b"BZh", partial(unpack_members, "bzip2", bz2.BZ2Decompressor)),
    Packing("xz", ".xz", b"\xfd7zXZ\x00", partial(unpack_members, "xz", lzma.LZMADecompressor)),
    Packing("zstd", ".zst", b"\x28\xb5\x2f\xfd", unpack_zstd),
)
