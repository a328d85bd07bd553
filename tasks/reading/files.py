"""One file becomes records and rejects. What cannot be read becomes a reject, never an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.formats.format import FormatError, ReadContext
from tasks.formats.packing import unpack_chunks
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Found,
    MissingExtra,
    Reject,
    describe_exception,
    make_canonical,
)
from tasks.formats.registry import choose_format
from tasks.formats.remote import AddressError
from tasks.formats.signatures import name_signature
from tasks.formats.stream import Tap, bound_chunks, peek_chunk, read_received
from tasks.reading.spans import RECORD_BYTES, read_span


def read_file(file: InputFile, source: Source, limits: Limits) -> Iterator[Found | InputSeen]:
    """Records and rejects of one file, at least one unless it is a span, then the file as it was read.

    Records that were yielded cannot be retracted. They are buffered until the file has ended or, where it holds more than
    a part, until all of it has been unpacked once.
    """
    if file.span:
        yield from read_span(file, file.span, source, limits)
        return
    tap = Tap()
    held: list[Found] = []
    weight = yielded = 0
    try:
        chunks = read_received(file.path, tap)
        try:
            for found in find_records(chunks, tap, file, source, limits):
                held.append(make_canonical(found))
                weight += measure_found(held[-1])
                if weight >= limits.shard_bytes:
                    if not yielded:
                        check_packing(file, limits)
                    yield from held
                    held, weight, yielded = [], 0, yielded + len(held)
        except (OSError, AddressError, MissingExtra, FormatError):
            raise
        except Exception as error:  # a fault in a library or in this code costs one file
            fault = BrokenInputError("read_error", describe_exception(error), keeps=True)
            broken = error if isinstance(error, BrokenInputError) else fault
            held = held if broken.keeps else []
            held.append(make_break(file, yielded + len(held), broken))
        for _ in chunks:
            pass  # the hash is of the whole file, however much of it was needed
    except OSError as error:
        # Without the path that the system names: the row's uri names the file.
        broken = BrokenInputError("unreadable", error.strerror or type(error).__name__, keeps=True)
        yield make_break(file, yielded, broken)
        yield InputSeen(file.uri, file.size, "", yielded + 1)
        return
    digest = tap.digest.hexdigest()
    if not yielded and not held:
        held = [Reject(file.uri, "empty", "no record in it")]
    if held and held[0].uri == file.uri:  # the file is one document, whose hash is the file's
        held = [replace(held[0], raw_sha256=digest)]
    yield from held
    yield InputSeen(file.uri, tap.size, digest, yielded + len(held))


def find_records(chunks: Chunks, tap: Tap, file: InputFile, source: Source, limits: Limits) -> Iterator[Found]:
    """The records of a file by its format. Raises BrokenInputError where its bytes break."""
    if file.size > limits.file_bytes:
        raise BrokenInputError("too_large", f"{file.size} bytes, over the limit of {limits.file_bytes}", keeps=False)
    first, plain = peek_chunk(unpack_chunks(bound_chunks(chunks, limits.file_bytes, "size"), tap, limits))
    form = choose_format(source.format, file.path, first)
    if form.holds_text and (signature := name_signature(first)):
        yield Reject(file.uri, "binary", f"{signature} data, not {form.name}")
    else:
        yield from form.read(plain, ReadContext(file.uri, source.fields, limits))


def measure_found(found: Found) -> int:
    """What a record adds to the size of a part: its characters, and a fixed amount."""
    return len(found.text or "") + RECORD_BYTES


def check_packing(file: InputFile, limits: Limits) -> None:
    """Unpacks a whole file. Raises BrokenInputError where none of its records may be kept."""
    tap = Tap()
    chunks = bound_chunks(read_received(file.path, tap), limits.file_bytes, "size")
    try:
        for _ in unpack_chunks(chunks, tap, limits):
            pass
    except BrokenInputError as broken:
        if not broken.keeps:
            raise


def make_break(file: InputFile, number: int, broken: BrokenInputError) -> Reject:
    """The reject for the place where a file breaks: record `number` where records before it are kept, else the file."""
    if not number:
        return Reject(file.uri, broken.reason, broken.detail)
    return Reject(f"{file.uri}#{number}", broken.reason, f"after {number} records, in record {number}: {broken.detail}")
