"""Records and rejects as the frames that all later steps work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.batch import Limits, Shard
from tasks.formats.record import Found, Record, Reject, hash_bytes
from tasks.formats.repair import repair_surrogates
from tasks.formats.values import parse_host
from tasks.schema import QUARANTINE, RECORDS


def frame_records(found: Sequence[Found], shard: Shard) -> pl.DataFrame:
    """The records as a frame, with publisher and hash."""
    records = [item for item in found if isinstance(item, Record)]
    columns = copy_columns(records, RECORDS)
    columns["canonical"] = repair_strings([record.text for record in records])
    columns["canonical_sha256"] = [hash_bytes(text.encode()) for text in columns["canonical"]]
    columns["markup"] = [[{"line": line, "role": role} for line, role in record.markup] for record in records]
    # The publisher is the one that the record names, else the host of its address, else the source's own, or its name.
    default = shard.source.publisher or shard.source.name
    columns["publisher"] = [record.publisher or parse_host(record.url) or default for record in records]
    return frame_columns(columns, RECORDS)


def frame_rejects(found: Sequence[Found], shard: Shard, limits: Limits) -> pl.DataFrame:
    """The rejects as rows of quarantine."""
    rejects = [item for item in found if isinstance(item, Reject)]
    columns = copy_columns(rejects, QUARANTINE)
    same = {"source": shard.source.name, "logical_date": shard.logical_date, "stage": "read"}
    columns |= {name: [value] * len(rejects) for name, value in same.items()}
    columns["reasons"] = [[item.reason] for item in rejects]
    columns["excerpt"] = [item.text[: limits.excerpt_chars] if item.text else None for item in rejects]
    return frame_columns(columns, QUARANTINE)


def copy_columns(items: Sequence[Found], schema: pa.Schema) -> dict[str, list[Any]]:
    """The columns that are named like attributes of the items; null where items have no such attribute."""
    return {name: [getattr(item, name, None) for item in items] for name in schema.names}


def frame_columns(columns: dict[str, list[Any]], schema: pa.Schema) -> pl.DataFrame:
    """A frame with exactly the columns and types of a declared schema. Lone surrogates become U+FFFD."""
    arrays = [pa.array(repair_strings(columns[field.name]), field.type) for field in schema]
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
