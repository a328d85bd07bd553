"""A large file of lines is cut into spans, so that several tasks read one file.

Spans begin and end on line ends and depend on the file alone. Each has the numbers of its first record and line, so that
its records get the names that they get when the file is read whole. That costs one look at every byte, which also gives
the hash of the whole file.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.batch import FileSpan, InputFile, InputSeen, Limits, Source
from tasks.errors import RunFailed
from tasks.formats.jsonl import read_numbered_lines
from tasks.formats.record import Chunks, Found, ReadContext, make_canonical
from tasks.formats.registry import choose_format
from tasks.formats.stream import Tap, find_packing, peek_chunk, read_bytes, read_received
from tasks.formats.unread import Unread

# What a record weighs beside its bytes: a shard of very short records is bound by their number.
RECORD_BYTES = 500


class InputChanged(RunFailed):
    """A file is not what it was when it was cut. One line."""


@dataclass(frozen=True)
class Mark:
    """A line end where a file may be cut: the byte behind it, records and lines before it, CRC-32 since the last mark."""

    byte: int
    records: int
    lines: int
    crc32: int


def cut_file(file: InputFile, source: Source, limits: Limits) -> tuple[InputFile, ...]:
    """The spans of a file; the file itself where it is small, packed, no file of lines, or cannot be read."""
    return cut_lines(file, source, limits) if limits.shard_bytes < file.size <= limits.file_bytes else (file,)


def divide_file(file: InputFile, source: Source, limits: Limits, parts: int) -> tuple[InputFile, ...]:
    """A file, or a span of one, in about so many spans; itself where it cannot be cut, or is one record."""
    bounds = (file.span.start, file.span.end) if file.span else ()
    try:
        weight = sum(len(chunk) + RECORD_BYTES * chunk.count(b"\n") for chunk in read_bytes(file.path, *bounds))
    except OSError:
        return (file,)
    smaller = replace(limits, shard_bytes=1 + weight // parts)
    if file.span is None:
        return cut_lines(file, source, smaller)
    return place_spans(file, file.span, [Mark(0, 0, 0, 0), *find_marks(read_bytes(file.path, *bounds), smaller)])


def cut_lines(file: InputFile, source: Source, limits: Limits) -> tuple[InputFile, ...]:
    """The spans of a file of lines, whatever its size."""
    tap = Tap()
    try:
        first, chunks = peek_chunk(read_received(file.path, tap))
        form = choose_format(source.format, file.path, first)
        is_cuttable = None if isinstance(form, Unread) or find_packing(first) else form.is_cuttable
        if not is_cuttable or not is_cuttable(first):
            return (file,)
        marks = [Mark(0, 0, 0, 0), *find_marks(chunks, limits)]
    except OSError:
        return (file,)  # reading it reports what is wrong with it
    if not marks[-1].records:
        return (file,)
    whole = FileSpan(0, tap.size, 0, 0, 0, tap.digest.hexdigest())
    return place_spans(replace(file, size=tap.size), whole, marks)


def place_spans(file: InputFile, whole: FileSpan, marks: Sequence[Mark]) -> tuple[InputFile, ...]:
    """A file's spans between marks, which count from the start of `whole`."""
    return tuple(
        replace(
            file,
            span=FileSpan(
                whole.start + begin.byte,
                whole.start + end.byte,
                whole.record + begin.records,
                whole.line + begin.lines,
                end.crc32,
                whole.sha256,
            ),
        )
        for begin, end in pairwise(marks)
    )


def find_marks(chunks: Chunks, limits: Limits) -> Iterator[Mark]:
    """The line ends at which to cut: the first ones at which a span weighs `limits.shard_bytes`, and the end of the file.

    Lines and records are counted as `read_jsonl` counts them: a record is a line that is not blank, or one over the limit.
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


def read_span(file: InputFile, span: FileSpan, source: Source, limits: Limits) -> Iterator[Found | InputSeen]:
    """Records and rejects of a span, then the span itself. Raises InputChanged when its bytes are not those planned."""
    count = 0
    try:
        chunks = verify_span(read_bytes(file.path, span.start, span.end), file, span)
        context = ReadContext(file.uri, source.fields, limits)
        for found in read_numbered_lines(chunks, context, record=span.record, line=span.line):
            yield make_canonical(found)
            count += 1
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise InputChanged(f"{file.uri} could be read when it was cut, and not any more: {words}") from error
    yield InputSeen(file.uri, span.end - span.start, span.sha256, count)


def verify_span(chunks: Chunks, file: InputFile, span: FileSpan) -> Chunks:
    """The same chunks; raises InputChanged at their end when they are not the bytes that were planned."""
    size = crc = 0
    for chunk in chunks:
        size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        yield chunk
    if (size, crc) != (span.end - span.start, span.crc32):
        raise InputChanged(f"{file.uri} has changed since the run looked at it. Run the batch again when it is whole.")
