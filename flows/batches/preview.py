"""A preview: a batch built and audited like any other, compared with the lake, and not published."""

from __future__ import annotations

from dataclasses import dataclass

from flows.batches.ingest import build_shards, fit_limits, plan_files
from flows.batches.run import Batch, Run
from flows.batches.staging import claim_staging
from tasks.auditing.judge import judge_batch
from tasks.trials.diff import Differences, diff_batch


@dataclass(frozen=True)
class Preview:
    """What a run of a batch would change, and what would block it."""

    batch: Batch
    differences: Differences
    blocked_by: tuple[str, ...]


def preview_batch(batch: Batch, run: Run, examples: int = 5) -> Preview:
    """Builds and audits a batch and compares it with the lake. `examples`: documents to show line by line."""
    run.watcher.step(batch.label, "plan")
    name, day = batch.source.name, batch.logical_date
    files = plan_files(batch, run.lake)
    with claim_staging(run.lake, name, day) as folder:
        limits = fit_limits(batch, run, run.lake.receipt(name, day))
        staged = build_shards(batch, run, files, limits, folder)
        run.watcher.step(batch.label, "audit")
        judged = judge_batch(batch.source, day, staged, len(files), limits)
        return Preview(batch, diff_batch(run.lake, name, day, judged, examples), judged.blocked_by)
