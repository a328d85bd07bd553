"""A trial: a batch built and judged as a run would do it, held against the lake, and thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.batches.places import open_lake
from flows.batches.recipe import Batch, MapShards, Watcher, fit_limits, plan_files
from flows.batches.staging import claim_staging
from tasks.auditing.judge import judge_batch
from tasks.batch import Limits
from tasks.reading.plan import cut_shards
from tasks.shard import check_complete
from tasks.trials.diff import Differences, diff_batch


@dataclass(frozen=True)
class DryRun:
    """What a run of a batch would change, and what would block it."""

    batch: Batch
    differences: Differences
    blocked_by: tuple[str, ...]


def dry_run(
    batch: Batch,
    lake_folder: Path | str,
    limits: Limits,
    map_shards: MapShards,
    watcher: Watcher,
    *,
    learned: str = "auto",
    wait_seconds: float = 600,
    examples: int = 5,
) -> DryRun:
    """Builds and judges a batch as a run would, compares it with the lake, and publishes nothing."""
    lake = open_lake(lake_folder)
    watcher.step("plan")
    name, day = batch.source.name, batch.logical_date
    files = plan_files(batch, lake)
    with claim_staging(lake.staging, name, day, wait_seconds, watcher.wait) as folder:
        limits = fit_limits(limits, batch, lake, lake.receipt(name, day), learned)
        watcher.step("build")
        shards = cut_shards(batch.source, day, files, limits)
        staged = map_shards(shards, limits, folder)
        check_complete(shards, staged)
        watcher.step("audit")
        judged = judge_batch(batch.source, day, staged, len(files), limits)
        return DryRun(batch, diff_batch(lake, name, day, judged, examples), judged.blocked_by)
