"""The files of a shard become frames: one row per document, and one row of quarantine per input that is no document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.batch import InputSeen, Limits, Shard
from tasks.formats.record import Found, Record, Reject, hash_bytes
from tasks.formats.repair import repair_surrogates
from tasks.formats.values import parse_host
from tasks.reading.files import measure_found, read_file
from tasks.schema import QUARANTINE, RECORDS


@dataclass(frozen=True)
class Readings:
    """`records`: one row per document (tasks.schema.RECORDS); `quarantine`: the rest (QUARANTINE); and the inputs.

    Rows are in the order of the shard's files and of the records in them. The inputs' records add up to both frames.
    """

    records: pl.DataFrame
    quarantine: pl.DataFrame
    inputs: tuple[InputSeen, ...]


def read_parts(shard: Shard, limits: Limits) -> Iterator[Readings]:
    """The shard's files in parts of about `limits.shard_bytes`, at least one: a packed file may unpack to many times its size.

    A file is among the inputs of the part in which it ends. Raises MissingExtra when the library of a format is not
    installed, AddressError, InputChanged.
    """
    part: list[Found] = []
    inputs: list[InputSeen] = []
    weight = 0
    for file in shard.files:
        for item in read_file(file, shard.source, limits):
            if isinstance(item, InputSeen):
                inputs.append(item)
                continue
            if weight >= limits.shard_bytes:
                yield Readings(frame_records(part, shard), frame_rejects(part, shard, limits), tuple(inputs))
                part, inputs, weight = [], [], 0
            part.append(item)
            weight += measure_found(item)
    yield Readings(frame_records(part, shard), frame_rejects(part, shard, limits), tuple(inputs))


def frame_records(found: Sequence[Found], shard: Shard) -> pl.DataFrame:
    """The records as a frame, with publisher and hash."""
    records = [item for item in found if isinstance(item, Record)]
    texts = repair_strings([record.text for record in records])
    # The publisher is the one that the record names, else the host of its address, else the source's own, or its name.
    default = shard.source.publisher or shard.source.name
    columns = {
        "canonical": texts,
        "canonical_sha256": [hash_bytes(text.encode()) for text in texts],
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
    """A frame of a declared schema: the given columns, else the attributes of that name, else null.

    Lone surrogates become U+FFFD.
    """
    arrays = []
    for field in schema:
        values = columns.get(field.name) or [getattr(item, field.name, None) for item in items]
        arrays.append(pa.array(repair_strings(values), field.type))
    frame = pl.from_arrow(pa.Table.from_arrays(arrays, names=schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame


def repair_strings(value: Any) -> Any:
    """The value, or list of values, with strings that UTF-8 can encode: JSON can spell half of a surrogate pair anywhere."""
    if isinstance(value, str):
        return repair_surrogates(value)[0]
    if isinstance(value, list | tuple):
        return [repair_strings(entry) for entry in value]
    if isinstance(value, dict):
        return {name: repair_strings(entry) for name, entry in value.items()}
    return value
