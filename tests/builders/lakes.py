"""Lakes for tests: made in this process, queried, hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.batches.ingest import ingest_batch
from flows.batches.run import NO_WATCHER, Batch, BatchResult, MapShards, Run, Watcher, make_run
from flows.settings import Settings
from flows.workers.local_map import build_here
from flows.workers.run_folder import name_shard
from tasks.batch import Limits, Shard, Source
from tasks.shard import StagedShard, build_shard

DAY = date(2026, 10, 9)


@dataclass(frozen=True)
class Recorder:
    """Records what a watcher is called with."""

    steps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def watcher(self) -> Watcher:
        """A watcher that adds to the lists."""
        return Watcher(lambda batch, name: self.steps.append(name), self.warnings.append)


def build_in_process(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Builds shards in the process of the test, or in processes of their own where the test wants several workers."""
    if run.settings.workers > 1:
        return build_here(run, shards, limits, folder)
    return [build_shard(shard, limits, folder / name_shard(shard)) for shard in shards]


def make_test_run(
    lake: Path | str,
    *,
    limits: Limits | None = None,
    map_shards: MapShards = build_in_process,
    watcher: Watcher = NO_WATCHER,
    is_forced: bool = False,
    **settings: Any,
) -> Run:
    """A run into `lake`, in this process, that writes no pages unless the settings say so."""
    assert settings.keys() <= Settings.model_fields.keys(), settings
    chosen = Settings.model_validate({"lake": str(lake), "report": False, "wait_seconds": 60, **settings})
    run = make_run(chosen, watcher, map_shards, is_forced=is_forced)
    return replace(run, limits=limits) if limits else run


def make_lake(
    root: Path, path: str, lake: Path | str, *, name: str = "s", day: date = DAY, **options: Any
) -> BatchResult:
    """Ingests `path` (below `root`) as one batch. `options`: see `make_test_run`."""
    return ingest_batch(Batch(Source(name, path), day, root), make_test_run(lake, **options))


def ask(lake: Path | str, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query in which LAKE stands for the lake's folder."""
    with duckdb.connect() as base:
        return base.execute(query.replace("LAKE", str(lake))).fetchall()


def hash_lake(lake: Path) -> dict[str, str]:
    """SHA-256 of every file that readers see, by its path."""
    files = sorted(
        path for table in sorted(lake.iterdir()) if table.is_dir() for path in table.resolve().rglob("*.parquet")
    )
    return {"/".join(path.parts[-3:]): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
