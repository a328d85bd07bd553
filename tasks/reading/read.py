"""The files of a shard become frames: one row per document, and one row of quarantine per input that is no document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from tasks.batch import InputSeen, Limits, Shard
from tasks.formats.record import Found
from tasks.reading.files import measure_found, read_file
from tasks.reading.frame import frame_records, frame_rejects


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
