"""How a column is declared: its type, whether it may be missing, and what it is in rows of releases that did not have it."""

import json
from typing import Any

import pyarrow as pa

DEFAULT = b"default"  # key of a field's metadata: the value in rows that were written before the column was declared

TEXT = pa.string()
COUNT = pa.int64()
INT = pa.int32()
UTC_TIME = pa.timestamp("us", tz="UTC")


def make_list_type(*, null: str = "", **fields: pa.DataType) -> pa.DataType:
    """A list of structs with these fields, of which only the field `null` may be missing."""
    return pa.list_(pa.struct([pa.field(name, kind, nullable=name == null) for name, kind in fields.items()]))


def column(name: str, kind: pa.DataType, meaning: str, *, null: bool = False, default: Any = None) -> pa.Field:
    """One declared column; `null`: whether the value may be missing; `default`: what it is in older rows if it may not."""
    metadata = {"meaning": meaning} | ({} if default is None else {DEFAULT.decode(): json.dumps(default)})
    return pa.field(name, kind, nullable=null, metadata=metadata)


def can_be_added(field: pa.Field) -> bool:
    """Whether files that were written before the column was declared can still be read."""
    return field.nullable or DEFAULT in (field.metadata or {})


def fill_column(field: pa.Field, count: int) -> pa.Array:
    """A declared column for `count` rows of an older release: its default, or null where it has none."""
    stored = (field.metadata or {}).get(DEFAULT)
    value = pa.scalar(None if stored is None else json.loads(stored), field.type)
    return pa.repeat(value, count)
