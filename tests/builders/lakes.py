"""Helpers of the tests: make a lake in process, ask it, hash it."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.batches.recipe import Batch, Outcome, ingest_batch
from flows.workers.pools import map_here
from tasks.batch import Limits, Source

DAY = date(2026, 10, 9)


class Quiet:
    """Watches a run and says nothing; remembers the steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.waits: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)

    def wait(self, message: str) -> None:
        self.waits.append(message)

    def shards(self, total: int) -> None:
        pass

    def shard_done(self) -> None:
        pass


def make_lake(
    root: Path,
    path: str,
    lake: Path,
    *,
    name: str = "s",
    day: date = DAY,
    workers: int = 1,
    limits: Limits | None = None,
    force: bool = False,
    wait_seconds: float = 60,
) -> Outcome:
    """Ingests `path` (below `root`) as one batch, in process."""
    quiet = Quiet()
    batch = Batch(Source(name, path), day, root)
    return ingest_batch(
        batch, lake, limits or Limits(), map_here(quiet, workers), quiet, force=force, wait_seconds=wait_seconds
    )


def ask(lake: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query in which LAKE stands for the lake's folder."""
    with duckdb.connect() as base:
        return base.execute(query.replace("LAKE", str(lake))).fetchall()


def hash_lake(lake: Path) -> dict[str, str]:
    """SHA-256 of every file that readers see, by its path."""
    files = sorted(
        path for table in sorted(lake.iterdir()) if table.is_dir() for path in table.resolve().rglob("*.parquet")
    )
    return {"/".join(path.parts[-3:]): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
