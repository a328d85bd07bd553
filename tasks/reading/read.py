"""The files of a shard become frames: one row per document, and one row of quarantine per input that is no document.

What cannot be read becomes a reject, never an exception.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.batch import InputFile, InputSeen, Limits, Shard, Skipped, Source
from tasks.formats.archive import make_break
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    FormatError,
    Found,
    MissingExtra,
    PassedOver,
    ReadContext,
    Record,
    Reject,
    find_fault,
    hash_bytes,
    make_canonical,
)
from tasks.formats.remote import AddressError
from tasks.formats.repair import repair_surrogates
from tasks.formats.stream import Tap, read_received, unpack_chunks
from tasks.formats.values import parse_host
from tasks.progress import NOT_WATCHED, ProgressFile
from tasks.reading.contents import read_contents
from tasks.reading.records import RECORDS
from tasks.reading.spans import RECORD_BYTES, read_span
from tasks.schema import QUARANTINE


@dataclass(frozen=True)
class Readings:
    """`records`: one row per document (tasks.reading.records); `quarantine`: the rest (QUARANTINE); and the inputs.

    Rows are in the order of the shard's files and of the records in them. The inputs' records add up to both frames.
    """

    records: pl.DataFrame
    quarantine: pl.DataFrame
    inputs: tuple[InputSeen, ...]


def read_parts(shard: Shard, limits: Limits, progress: ProgressFile = NOT_WATCHED) -> Iterator[Readings]:
    """The shard's files in parts of about `limits.shard_bytes`, at least one: a packed file may unpack to many times its size.

    A file is among the inputs of the part in which it ends. Raises MissingExtra when the library of a format is not
    installed, AddressError, InputChanged.
    """
    part: list[Found] = []
    inputs: list[InputSeen] = []
    weight = 0
    for file in shard.files:
        for item in read_file(file, shard.source, limits, progress):
            if isinstance(item, InputSeen):
                inputs.append(item)
                progress.end_file(item.size)
                continue
            if weight >= limits.shard_bytes:
                yield Readings(frame_records(part, shard), frame_rejects(part, shard, limits), tuple(inputs))
                part, inputs, weight = [], [], 0
            part.append(item)
            weight += measure_found(item)
    yield Readings(frame_records(part, shard), frame_rejects(part, shard, limits), tuple(inputs))


def read_file(
    file: InputFile, source: Source, limits: Limits, progress: ProgressFile = NOT_WATCHED
) -> Iterator[Found | InputSeen]:
    """Records and rejects of one file, at least one unless it is a span, then the file as it was read.

    Records that were yielded cannot be retracted. They are buffered until the file has ended or, where it holds more than
    a part, until all of it has been unpacked once.
    """
    if file.fault:
        yield Reject(file.uri, file.fault.reason, file.fault.detail)
        yield InputSeen(file.uri, file.size, "", 1)
        return
    if file.span:
        for item in read_span(file, file.span, source, limits):
            if not isinstance(item, InputSeen):
                progress.count_record(0)
            yield item
        return
    tap = Tap()
    held: list[Found] = []
    weight = yielded = 0
    passed: dict[str, tuple[int, str]] = {}
    try:
        chunks = read_received(file.path, tap)
        try:
            for found in find_records(chunks, tap, file, source, limits):
                if isinstance(found, PassedOver):
                    count, first = passed.get(found.kind, (0, found.uri))
                    passed[found.kind] = count + 1, first
                    continue
                held.append(make_canonical(found))
                progress.count_record(tap.size)
                weight += measure_found(held[-1])
                if weight >= limits.shard_bytes:
                    if not yielded and not tap.has_members:
                        check_packing(file, limits)
                    check_uris(held, file)
                    yield from held
                    held, weight, yielded = [], 0, yielded + len(held)
        except (OSError, AddressError, MissingExtra, FormatError):
            raise
        except Exception as error:  # a fault in a library or in this code costs one file
            broken = find_fault(error)
            held = held if broken.keeps else []
            held.append(make_break(file.uri, yielded + len(held), broken))
        for _ in chunks:
            pass  # the hash is of the whole file, however much of it was needed
    except OSError as error:
        # Without the path that the system names: the row's uri names the file.
        broken = BrokenInputError("unreadable", error.strerror or type(error).__name__)
        yield make_break(file.uri, yielded, broken)
        yield InputSeen(file.uri, file.size, "", yielded + 1)
        return
    digest = tap.digest.hexdigest()
    if not yielded and not held:
        said = "; passed over: " + ", ".join(f"{count} {kind}" for kind, (count, _) in sorted(passed.items()))
        held = [Reject(file.uri, "empty", "no record in it" + (said if passed else ""))]
    check_uris(held, file)
    if held and held[0].uri == file.uri:  # the file is one document, whose hash is the file's
        held[0] = replace(held[0], raw_sha256=digest)
    yield from held
    skipped = tuple(Skipped(kind, *seen) for kind, seen in sorted(passed.items()))
    yield InputSeen(file.uri, tap.size, digest, yielded + len(held), skipped)


def check_uris(held: Sequence[Found], file: InputFile) -> None:
    """Raises FormatError where a reader gives several records the uri of the file: one of them would hide the others."""
    if sum(found.uri == file.uri for found in held) > 1:
        raise FormatError(
            f"{file.uri}: its format gives several records the uri of the file; each needs a number, as in {file.uri}#0"
        )


def find_records(
    chunks: Chunks, tap: Tap, file: InputFile, source: Source, limits: Limits
) -> Iterator[Found | PassedOver]:
    """The records of a file by its format. Raises BrokenInputError where its bytes break."""
    if file.size > limits.file_bytes:
        raise BrokenInputError("too_large", f"{file.size} bytes, over the limit of {limits.file_bytes}", keeps=False)
    path = "" if "://" in file.path else file.path
    context = ReadContext(
        file.uri, source.fields, limits, source.format, source.separator, path, read_contents=read_contents
    )
    yield from read_contents(chunks, tap, file.path, context)


def measure_found(found: Found) -> int:
    """What a record adds to the size of a part: its characters, and a fixed amount."""
    return len(found.text or "") + RECORD_BYTES


def check_packing(file: InputFile, limits: Limits) -> None:
    """Unpacks a whole file. Raises BrokenInputError where none of its records may be kept."""
    tap = Tap()
    try:
        for _ in unpack_chunks(read_received(file.path, tap), tap, limits):
            pass
    except BrokenInputError as broken:
        if not broken.keeps:
            raise


def frame_records(found: Sequence[Found], shard: Shard) -> pl.DataFrame:
    """The records as a frame, with publisher and hash."""
    records = [item for item in found if isinstance(item, Record)]
    texts = encode_texts([record.text for record in records])
    # The publisher is the one that the record names, else the host of its address, else the source's own, or its name.
    default = shard.source.publisher or shard.source.name
    columns: dict[str, list[Any]] = {
        "canonical": texts,
        "canonical_sha256": list(map(hash_bytes, texts)),
        "markup": [[{"line": line, "role": role} for line, role in record.markup] for record in records],
        "publisher": [record.publisher or parse_host(record.url) or default for record in records],
    }
    return frame_items(records, RECORDS, columns)


def frame_rejects(found: Sequence[Found], shard: Shard, limits: Limits) -> pl.DataFrame:
    """The rejects as rows of quarantine."""
    rejects = [item for item in found if isinstance(item, Reject)]
    same = {"source": shard.source.name, "logical_date": shard.logical_date, "stage": "read"}
    columns: dict[str, list[Any]] = {name: [value] * len(rejects) for name, value in same.items()}
    columns["reasons"] = [[item.reason] for item in rejects]
    columns["excerpt"] = [item.text[: limits.excerpt_chars] if item.text else None for item in rejects]
    return frame_items(rejects, QUARANTINE, columns)


def frame_items(items: Sequence[Found], schema: pa.Schema, columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A frame of a declared schema: the given columns, else attributes of that name, else null; without lone surrogates."""
    arrays = []
    for field in schema:
        values = columns.get(field.name) or [getattr(item, field.name, None) for item in items]
        try:
            arrays.append(pa.array(values, field.type))
        except UnicodeEncodeError:
            arrays.append(pa.array(repair_strings(values), field.type))
    frame = pl.from_arrow(pa.Table.from_arrays(arrays, names=schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame


def encode_texts(texts: Sequence[str]) -> list[bytes]:
    """The texts in UTF-8, without lone surrogates."""
    try:
        return [text.encode() for text in texts]
    except UnicodeEncodeError:
        return [text.encode() for text in repair_strings(texts)]


def repair_strings(value: Any) -> Any:
    """The value, or list of values, with strings that UTF-8 can encode: JSON can spell half of a surrogate pair anywhere."""
    if isinstance(value, str):
        return repair_surrogates(value)[0]
    if isinstance(value, list | tuple):
        return [repair_strings(entry) for entry in value]
    if isinstance(value, dict):
        return {name: repair_strings(entry) for name, entry in value.items()}
    return value
