"""Records and rejects as the frames that all later steps work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.batch import Limits, Shard, Source
from tasks.formats.decode import repair_surrogates
from tasks.formats.record import Found, Record, Reject, hash_bytes
from tasks.formats.values import parse_host
from tasks.schema import QUARANTINE, RECORDS


def frame_records(found: Sequence[Found], shard: Shard) -> pl.DataFrame:
    """The records as a frame, with publisher and hash filled in."""
    records = [item for item in found if isinstance(item, Record)]
    texts = repair_strings([record.text for record in records])
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
        "canonical": texts,
        "raw_sha256": [record.raw_sha256 for record in records],
        "canonical_sha256": [hash_bytes(text.encode()) for text in texts],
        "encoding": [record.encoding for record in records],
    }
    return frame_columns(columns, RECORDS)


def name_publisher(record: Record, source: Source) -> str:
    """The record's own publisher, else the host of its address, else the one its source declares, else the source's name."""
    return record.publisher or parse_host(record.url) or source.publisher or source.name


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
    """A frame with exactly the columns and types of a declared schema. Lone surrogates become U+FFFD."""
    arrays = [pa.array(repair_strings(columns[field.name]), field.type) for field in schema]
    frame = pl.from_arrow(pa.Table.from_arrays(arrays, names=schema.names))
    assert isinstance(frame, pl.DataFrame)
    return frame


def repair_strings(value: Any) -> Any:
    """The value, or list of values, with strings that UTF-8 can write: JSON can spell half of a surrogate pair anywhere."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return repair_surrogates(value)[0]
        return value
    if isinstance(value, list | tuple):
        return [repair_strings(entry) for entry in value]
    if isinstance(value, dict):
        return {name: repair_strings(entry) for name, entry in value.items()}
    return value
