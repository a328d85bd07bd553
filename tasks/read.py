"""Files become records: one row a document; what cannot be read becomes a quarantine row, never an exception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.canonical import canonicalize, is_blank
from tasks.decode import name_magic
from tasks.formats.html import read_html
from tasks.formats.jsonl import read_json, read_jsonl
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    Found,
    MissingExtra,
    Record,
    Reject,
    error_words,
    hash_bytes,
    reject_record,
)
from tasks.formats.sniff import choose_format
from tasks.formats.stream import Tap, bound_chunks, peek, read_chunks, unpack_chunks
from tasks.formats.text import read_text
from tasks.formats.values import host_of
from tasks.formats.warc import read_warc
from tasks.schema import QUARANTINE, RECORDS


@dataclass(frozen=True)
class InputSeen:
    """One file as it was found: its bytes as received, and the records in it (an unreadable file counts as one)."""

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


def read_shard(shard: Shard, limits: Limits) -> Readings:
    """Every record of the shard's files. Raises MissingExtra when a format's library is not installed, only that."""
    found: list[Found] = []
    inputs = []
    for file in shard.files:
        items, seen = read_file(file, shard.source, limits)
        found += items
        inputs.append(seen)
    return Readings(frame_records(found, shard), frame_rejects(found, shard, limits), tuple(inputs))


def read_file(file: InputFile, source: Source, limits: Limits) -> tuple[list[Found], InputSeen]:
    """Records and rejects of one file, at least one, and the file as it was found."""
    tap = Tap()
    items: list[Found] = []
    try:
        chunks = read_chunks(file.path, tap)
        try:
            if file.size > limits.file_bytes:
                words = f"{file.size} bytes, over the limit of {limits.file_bytes}"
                raise BrokenInputError("too_large", words, keeps=False)
            for item in find_records(bound_chunks(chunks, limits.file_bytes, "size"), tap, file, source, limits):
                items.append(check_blank(item) if isinstance(item, Record) else item)
        except BrokenInputError as broken:
            items = items if broken.keeps else []
            items.append(break_row(file, len(items), broken))
        except (OSError, MissingExtra):
            raise
        except Exception as error:  # a fault of a library, or of ours: one file is not worth a night's run
            items = [Reject(file.uri, "read_error", error_words(error))]
        for _ in chunks:
            pass  # the hash is of the whole file, however much of it was needed
    except OSError as error:
        return [Reject(file.uri, "unreadable", os_words(error))], InputSeen(file.uri, file.size, "", 1)
    digest = tap.digest.hexdigest()
    items = items or [Reject(file.uri, "empty", "no record in it")]
    if items[0].uri == file.uri:  # a file that is one document is received whole: its hash is the document's
        items = [replace(items[0], raw_sha256=digest)]
    return items, InputSeen(file.uri, tap.size, digest, len(items))


def os_words(error: OSError) -> str:
    """What the system says, without the place it says it about: the row's uri names the file."""
    return error.strerror or type(error).__name__


def find_records(chunks: Chunks, tap: Tap, file: InputFile, source: Source, limits: Limits) -> Iterator[Found]:
    """The records of a file by its format. Raises BrokenInputError where its bytes break."""
    first, chunks = peek(unpack_chunks(chunks, tap, limits))
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


def frame_records(found: Sequence[Found], shard: Shard) -> pl.DataFrame:
    """The records as a frame, with publisher and hash filled in."""
    records = [item for item in found if isinstance(item, Record)]
    columns: dict[str, list[Any]] = {
        "uri": [record.uri for record in records],
        "record_id": [record.record_id for record in records],
        "publisher": [name_publisher(record, shard.source) for record in records],
        "url": [record.url for record in records],
        "title": [record.title for record in records],
        "standfirst": [record.standfirst for record in records],
        "authors": [record.authors for record in records],
        "published_at": [record.published_at for record in records],
        "markup": [[{"line": line, "role": role} for line, role in record.markup] for record in records],
        "canonical": [record.text for record in records],
        "raw_sha256": [record.raw_sha256 for record in records],
        "canonical_sha256": [hash_bytes(record.text.encode()) for record in records],
        "encoding": [record.encoding for record in records],
    }
    return frame_columns(columns, RECORDS)


def name_publisher(record: Record, source: Source) -> str:
    """The record's own publisher, else the host of its address, else the one its source declares, else the source's name."""
    return record.publisher or host_of(record.url) or source.publisher or source.name


def frame_rejects(found: Sequence[Found], shard: Shard, limits: Limits) -> pl.DataFrame:
    """The rejects as rows of quarantine."""
    rejects = [item for item in found if isinstance(item, Reject)]
    count = len(rejects)
    columns: dict[str, list[Any]] = {
        "uri": [item.uri for item in rejects],
        "source": [shard.source.name] * count,
        "logical_date": [shard.logical_date] * count,
        "stage": ["read"] * count,
        "reasons": [[item.reason] for item in rejects],
        "detail": [item.detail for item in rejects],
        "excerpt": [item.text[: limits.excerpt_chars] if item.text else None for item in rejects],
        "raw_sha256": [item.raw_sha256 for item in rejects],
        "record_id": [item.record_id for item in rejects],
        "publisher": [item.publisher for item in rejects],
        "title": [item.title for item in rejects],
        "encoding": [item.encoding for item in rejects],
    }
    return frame_columns({name: columns.get(name, [None] * count) for name in QUARANTINE.names}, QUARANTINE)


def frame_columns(columns: dict[str, list[Any]], schema: pa.Schema) -> pl.DataFrame:
    """A frame with exactly the columns and types of a declared schema."""
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    frame = pl.from_arrow(pa.Table.from_arrays(arrays, names=schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame
