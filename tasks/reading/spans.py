"""A large file of lines is cut into spans, so that one file can be the work of many tasks.

Spans begin and end on line ends and follow from the file alone. Each carries the numbers of its first record and line, so
that its records are called what they would be called if the file were read whole. That costs one look at every byte; the
hash of the whole file, which no span could give, is taken on the way.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.batch import InputFile, Limits, Source, Span
from tasks.formats.decode import name_magic
from tasks.formats.jsonl import WIDE_MARKS, is_lines
from tasks.formats.record import Chunks
from tasks.formats.sniff import choose_format
from tasks.formats.stream import Tap, find_packing, peek_chunk, read_received

# What a record weighs beside its bytes: a shard of very short records is bound by their number.
RECORD_BYTES = 500


@dataclass(frozen=True)
class Mark:
    """A line end where a file may be cut: the byte behind it, records and lines before it, CRC-32 since the last mark."""

    byte: int
    records: int
    lines: int
    crc32: int


def cut_file(file: InputFile, source: Source, limits: Limits) -> tuple[InputFile, ...]:
    """The spans of a file; the file itself where it is small, packed, no file of lines, or not to be read at all."""
    if not limits.shard_bytes < file.size <= limits.file_bytes:
        return (file,)
    tap = Tap()
    try:
        first, chunks = peek_chunk(read_received(file.path, tap))
        if not holds_lines(first, file, source):
            return (file,)
        marks = [Mark(0, 0, 0, 0), *find_marks(chunks, limits)]
    except OSError:
        return (file,)  # whoever reads it says what is wrong with it
    if not marks[-1].records:
        return (file,)
    digest = tap.digest.hexdigest()
    spans = (
        Span(begin.byte, end.byte, begin.records, begin.lines, end.crc32, digest) for begin, end in pairwise(marks)
    )
    return tuple(replace(file, size=tap.size, span=span) for span in spans)


def holds_lines(first: bytes, file: InputFile, source: Source) -> bool:
    """Whether a file, by its first chunk, is JSON Lines whose lines can be told by their bytes alone."""
    if find_packing(first) or name_magic(first) or first[:2] in WIDE_MARKS:
        return False
    kind = choose_format(source.format, file.path, first)
    return kind == "jsonl" or (kind == "json" and is_lines(first))


def find_marks(chunks: Chunks, limits: Limits) -> Iterator[Mark]:
    """The line ends at which to cut: the first ones at which a span weighs `limits.shard_bytes`, and the end of the file.

    Lines and records are told as `read_jsonl` tells them: a record is a line with anything on it, or one over the limit.
    """
    byte = lines = records = weight = crc = length = 0
    is_blank = True
    for chunk in chunks:
        view, done, at = memoryview(chunk), 0, 0
        pieces = chunk.split(b"\n")
        for number, piece in enumerate(pieces, 1):
            is_blank = is_blank and (not piece or piece.isspace())
            length, at = length + len(piece), at + len(piece) + 1
            if number == len(pieces):
                break
            is_record = not is_blank or length > limits.record_bytes
            lines, records = lines + 1, records + is_record
            weight += length + 1 + RECORD_BYTES * is_record
            length, is_blank = 0, True
            if weight >= limits.shard_bytes:
                yield Mark(byte + at, records, lines, zlib.crc32(view[done:at], crc))
                done, weight, crc = at, 0, 0
        crc = zlib.crc32(view[done:], crc)
        byte += len(chunk)
    if weight or length:
        records += not is_blank or length > limits.record_bytes
        yield Mark(byte, records, lines + bool(length), crc)
