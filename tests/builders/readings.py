"""Files and shards read in one piece."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import InputFile, Limits, Shard, Source
from tasks.reading.read import Readings, read_parts


def read_shard(shard: Shard, limits: Limits) -> Readings:
    """All parts of a shard as one."""
    parts = list(read_parts(shard, limits))
    records, quarantine = (pl.concat([getattr(part, name) for part in parts]) for name in ("records", "quarantine"))
    return Readings(records, quarantine, tuple(seen for part in parts for seen in part.inputs))


def shard_of(*paths: Path, sizes: dict[str, int] | None = None, **source: Any) -> Shard:
    files = tuple(
        InputFile(str(path), path.name, (sizes or {}).get(path.name, path.stat().st_size if path.is_file() else 0))
        for path in paths
    )
    return Shard(Source("gazette", "in/*", **source), date(2024, 5, 2), 0, files)


def read_raw(folder: Path, name: str, raw: bytes, limits: Limits | None = None, **source: Any) -> Readings:
    path = folder / name
    path.write_bytes(raw)
    readings = read_shard(shard_of(path, **source), limits or Limits())
    assert readings.inputs[0].sha256 == hashlib.sha256(raw).hexdigest()
    assert readings.inputs[0].size == len(raw)
    assert readings.inputs[0].records == len(readings.records) + len(readings.quarantine)
    return readings


def reasons_of(readings: Readings) -> list[tuple[str, str]]:
    return [(row["uri"], *row["reasons"]) for row in readings.quarantine.iter_rows(named=True)]
