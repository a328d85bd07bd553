"""Packed bytes whose gzip members are separate pieces: what is wrong with one does not end the others."""

import zlib
from collections.abc import Iterator

from tasks.formats.record import BrokenInputError, Chunks
from tasks.formats.stream import BOMB_FLOOR_BYTES, CHUNK_BYTES

MAGIC = b"\x1f\x8b\x08"
GZIP_BITS = 31


PIECE_BYTES = 2**14  # what is left of a piece is copied once for each member in it


class MemberStart:
    """Stands in the bytes where a member begins."""


def unpack_separately(chunks: Chunks, begins: bytes, ratio: int) -> Iterator[bytes | MemberStart | BrokenInputError]:
    """The bytes of all members, with a mark where each begins and an error where one breaks or the file ends inside it.

    Behind an error, reading continues at the next member whose first bytes are `begins`. Raises BrokenInputError (`bomb`) where
    all of it unpacks to more than `ratio` times its bytes.
    """
    data, inner, is_searching, packed, plain = b"", zlib.decompressobj(wbits=GZIP_BITS), False, 0, 0
    yield MemberStart()
    for chunk in cut_chunks(chunks):
        data, packed = data + chunk, packed + len(chunk)
        while data:
            if is_searching:
                found = data.find(MAGIC)
                if found < 0:
                    data = data[-len(MAGIC) + 1 :]
                    break
                data, inner = data[found:], zlib.decompressobj(wbits=GZIP_BITS)
            elif inner.eof:
                data = data.lstrip(b"\x00")
                if not data:
                    break
                inner = zlib.decompressobj(wbits=GZIP_BITS)
                yield MemberStart()
            try:
                piece = inner.decompress(data, CHUNK_BYTES)
            except zlib.error as error:
                if not is_searching:
                    yield BrokenInputError("corrupt", f"gzip: {error}")
                data, is_searching = data[1:] if is_searching else data, True
                continue
            if is_searching:
                if not piece and not inner.eof and len(data) < 4 * PIECE_BYTES:
                    break  # too little of it is here to know what it is
                if not piece.startswith(begins):
                    data = data[1:]
                    continue
                is_searching = False
                yield MemberStart()
            data = inner.unused_data if inner.eof else inner.unconsumed_tail
            plain += len(piece)
            if plain > max(BOMB_FLOOR_BYTES, packed * ratio):
                raise BrokenInputError(
                    "bomb", f"gzip: unpacks to more than {ratio} times its {packed} bytes", keeps=False
                )
            if piece:
                yield piece
    if not inner.eof or is_searching:
        yield BrokenInputError("truncated", "gzip: the file ends before its packed data does")


def cut_chunks(chunks: Chunks) -> Chunks:
    """The same bytes in small pieces."""
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            yield chunk[start : start + PIECE_BYTES]
