"""A shard read in one piece."""

from __future__ import annotations

import polars as pl

from tasks.batch import Limits, Shard
from tasks.reading.read import Readings, read_parts


def read_shard(shard: Shard, limits: Limits) -> Readings:
    """All parts of a shard as one."""
    parts = list(read_parts(shard, limits))
    records, quarantine = (pl.concat([getattr(part, name) for part in parts]) for name in ("records", "quarantine"))
    return Readings(records, quarantine, tuple(seen for part in parts for seen in part.inputs))
