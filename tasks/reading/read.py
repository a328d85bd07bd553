"""Files become records: one row a document; what cannot be read becomes a quarantine row, never an exception."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from tasks.batch import InputFile, Limits, Shard, Source, Span
from tasks.formats.canonical import canonicalize, is_blank
from tasks.formats.decode import name_magic
from tasks.formats.html import read_html
from tasks.formats.jsonl import read_json, read_jsonl, read_numbered_lines
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Found,
    MissingExtra,
    Record,
    Reject,
    describe_exception,
    reject_record,
)
from tasks.formats.sniff import choose_format
from tasks.formats.stream import Tap, bound_chunks, peek_chunk, read_received, read_stretch, unpack_chunks
from tasks.formats.text import read_text
from tasks.formats.warc import read_warc
from tasks.reading.frame import frame_records, frame_rejects
from tasks.reading.spans import RECORD_BYTES


@dataclass(frozen=True)
class InputSeen:
    """One file as it was found: its bytes as received, and the records in it (an unreadable file counts as one).

    Of a span, `size` and `records` are the span's, `sha256` the whole file's.
    """

    uri: str
    size: int
    sha256: str
    records: int


@dataclass(frozen=True)
class Readings:
    """`records`: one row a document (tasks.schema.RECORDS); `quarantine`: the rest (QUARANTINE); and the inputs.

    Rows stand in the order of the shard's files and of the records in them. The inputs' records add up to both frames.
    """

    records: pl.DataFrame
    quarantine: pl.DataFrame
    inputs: tuple[InputSeen, ...]


class InputChanged(RuntimeError):
    """A file is not what it was when it was cut. One line."""


def read_shard(shard: Shard, limits: Limits) -> Readings:
    """Every record of the shard's files. Raises MissingExtra when a format's library is not installed, InputChanged."""
    parts = list(read_parts(shard, limits))
    records, quarantine = (pl.concat([getattr(part, name) for part in parts]) for name in ("records", "quarantine"))
    return Readings(records, quarantine, tuple(seen for part in parts for seen in part.inputs))


def read_parts(shard: Shard, limits: Limits) -> Iterator[Readings]:
    """The same in parts of about `limits.shard_bytes`, at least one: a packed file may hold far more than it weighs.

    A file is among the inputs of the part in which it ends.
    """
    found: list[Found] = []
    inputs: list[InputSeen] = []
    weight = 0
    for file in shard.files:
        for item in read_file(file, shard.source, limits):
            if isinstance(item, InputSeen):
                inputs.append(item)
                continue
            if weight >= limits.shard_bytes:
                yield frame_part(found, inputs, shard, limits)
                found, inputs, weight = [], [], 0
            found.append(item)
            weight += measure_found(item)
    yield frame_part(found, inputs, shard, limits)


def measure_found(item: Found) -> int:
    """What a record takes of a part: its characters, and something for itself."""
    return len(item.text or "") + RECORD_BYTES


def frame_part(found: Sequence[Found], inputs: Sequence[InputSeen], shard: Shard, limits: Limits) -> Readings:
    """Records and rejects as frames."""
    return Readings(frame_records(found, shard), frame_rejects(found, shard, limits), tuple(inputs))


def read_file(file: InputFile, source: Source, limits: Limits) -> Iterator[Found | InputSeen]:
    """Records and rejects of one file, at least one unless it is a span, and behind them the file as it was found.

    Whatever turns out to be wrong with a file, what was let go before stands. So nothing is let go before the file has
    ended or, where it holds more than a part, before all of it has been unpacked once.
    """
    if file.span:
        yield from read_span(file, file.span, source, limits)
        return
    tap = Tap()
    held: list[Found] = []
    weight, gone = 0, 0
    try:
        chunks = read_received(file.path, tap)
        try:
            if file.size > limits.file_bytes:
                words = f"{file.size} bytes, over the limit of {limits.file_bytes}"
                raise BrokenInputError("too_large", words, keeps=False)
            for item in find_records(bound_chunks(chunks, limits.file_bytes, "size"), tap, file, source, limits):
                held.append(check_blank(item) if isinstance(item, Record) else item)
                weight += measure_found(held[-1])
                if weight >= limits.shard_bytes:
                    if not gone:
                        check_packing(file, limits)
                    yield from held
                    held, weight, gone = [], 0, gone + len(held)
        except BrokenInputError as broken:
            held = held if broken.keeps else []
            held.append(break_row(file, gone + len(held), broken))
        except (OSError, MissingExtra):
            raise
        except Exception as error:  # a fault of a library, or of ours: one file is not worth a night's run
            fault = BrokenInputError("read_error", describe_exception(error), keeps=True)
            held.append(break_row(file, gone + len(held), fault))
        for _ in chunks:
            pass  # the hash is of the whole file, however much of it was needed
    except OSError as error:
        row = Reject(file.uri, "unreadable", describe_os_error(error))
        if gone:
            row = break_row(file, gone, BrokenInputError(row.reason, row.detail, keeps=True))
        yield row
        yield InputSeen(file.uri, file.size, "", gone + 1)
        return
    digest = tap.digest.hexdigest()
    if not gone and not held:
        held = [Reject(file.uri, "empty", "no record in it")]
    if held and held[0].uri == file.uri:  # a file that is one document is received whole: its hash is the document's
        held = [replace(held[0], raw_sha256=digest)]
    yield from held
    yield InputSeen(file.uri, tap.size, digest, gone + len(held))


def check_packing(file: InputFile, limits: Limits) -> None:
    """Raises BrokenInputError where a file, unpacked whole, turns out to be one of which nothing may stand."""
    tap = Tap()
    chunks = bound_chunks(read_received(file.path, tap), limits.file_bytes, "size")
    try:
        for _ in unpack_chunks(chunks, tap, limits):
            pass
    except BrokenInputError as broken:
        if not broken.keeps:
            raise


def read_span(file: InputFile, span: Span, source: Source, limits: Limits) -> Iterator[Found | InputSeen]:
    """Records and rejects of a span, and behind them the span. Raises InputChanged when its bytes are not those planned."""
    count = 0
    try:
        chunks = verify_span(read_stretch(file.path, span.start, span.end), file, span)
        for item in read_numbered_lines(chunks, file.uri, source.fields, limits, record=span.record, line=span.line):
            yield check_blank(item) if isinstance(item, Record) else item
            count += 1
    except OSError as error:
        raise InputChanged(
            f"{file.uri} could be read when it was cut, and not any more: {describe_os_error(error)}"
        ) from error
    yield InputSeen(file.uri, span.end - span.start, span.sha256, count)


def verify_span(chunks: Chunks, file: InputFile, span: Span) -> Chunks:
    """The same chunks; raises InputChanged at their end when they are not the bytes that were planned."""
    size = crc = 0
    for chunk in chunks:
        size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        yield chunk
    if (size, crc) != (span.end - span.start, span.crc32):
        raise InputChanged(f"{file.uri} has changed since the run looked at it. Run the batch again when it is whole.")


def describe_os_error(error: OSError) -> str:
    """What the system says, without the place it says it about: the row's uri names the file."""
    return error.strerror or type(error).__name__


def find_records(chunks: Chunks, tap: Tap, file: InputFile, source: Source, limits: Limits) -> Iterator[Found]:
    """The records of a file by its format. Raises BrokenInputError where its bytes break."""
    first, chunks = peek_chunk(unpack_chunks(chunks, tap, limits))
    kind = choose_format(source.format, file.path, first)
    if kind != "warc" and (magic := name_magic(first)):
        yield Reject(file.uri, "binary", f"{magic} data, not {kind}")
    elif kind == "jsonl":
        yield from read_jsonl(chunks, file.uri, source.fields, limits)
    elif kind == "json":
        yield from read_json(chunks, file.uri, source.fields, limits)
    elif kind == "warc":
        yield from read_warc(chunks, file.uri, limits)
    elif kind == "html":
        yield from read_html(chunks, file.uri, limits)
    else:
        yield from read_text(chunks, file.uri, limits)


def check_blank(record: Record) -> Found:
    """The record with its canonical text, or a reject `empty` when there is no line with anything on it."""
    canonical = canonicalize(record.text)
    if not is_blank(canonical):
        return replace(record, text=canonical)
    detail = "no bytes in it" if not record.text else f"{len(record.text)} characters, all white space"
    return reject_record(record, "empty", detail, None)


def break_row(file: InputFile, number: int, broken: BrokenInputError) -> Reject:
    """The row that says where a file breaks: at its record `number`, when it has numbered ones and some may stand."""
    if not number:
        return Reject(file.uri, broken.reason, broken.detail)
    return Reject(f"{file.uri}#{number}", broken.reason, f"after {number} records, in record {number}: {broken.detail}")
