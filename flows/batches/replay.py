"""Batches of the lake run again: with their quarantined inputs or released documents, or as a preview that publishes nothing."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flows.batches.ingest import build_shards, find_kept, fit_limits, list_files, pick_new, settle_batch, stage_gone
from flows.batches.run import Batch, BatchResult, Run
from flows.batches.staging import claim_staging
from flows.settings import Settings
from tasks.auditing.batch_rows import (
    PublishedBatch,
    ReplayedRow,
    pick_files,
    read_published_batch,
    stage_published_rows,
    trace_rows,
)
from tasks.auditing.judge import judge_batch
from tasks.batch import Fields, InputFile, Source
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, read_steadily
from tasks.lakes.places import read_places
from tasks.lakes.releases import ChangeReleases, change_releases, drop_empty_releases
from tasks.publishing.claims import read_own_claims
from tasks.publishing.erasures import read_tombstones
from tasks.reading.plan import has_date
from tasks.sources import load_sources
from tasks.staging.receipt import is_made_alike
from tasks.toml_rows import suggest_name
from tasks.trials.diff import Differences, diff_batch


@dataclass(frozen=True)
class Replayed:
    """The result of a replay. `files`: how many were run again; `rows`: the new state of their quarantined records;
    `other_rules`: documents that stay as other rules, libraries or settings made them.
    """

    result: BatchResult
    files: int
    rows: tuple[ReplayedRow, ...]
    other_rules: int


def find_batch(lake: Lake, name: str, day: date, settings: Settings) -> Batch:
    """A batch of the lake: its source as it is declared today, else as the batch's receipt has it. Raises RequestError."""
    receipt = lake.receipt(name, day)
    if receipt is None:
        days = [row["logical_date"] for row in lake.receipts(name, columns=("logical_date",))]
        known = f"It has {name} of {days[0]} to {days[-1]}." if days else "`copydesk sources` lists what it has."
        raise RequestError(f"{lake.name} has no batch {name} {day}. {known} A new batch is for `copydesk ingest`.")
    declared = load_sources(settings.sources)
    if name in declared:
        return Batch(declared[name], day, settings.sources.absolute().parent)
    recorded = json.loads(receipt["settings"])["source"] | {"name": name}
    fields = Fields(**{key: tuple(value) for key, value in recorded.pop("fields").items()})
    place = read_places(lake).get(name)
    return Batch(Source(**recorded, fields=fields), day, Path(place.root) if place else Path.cwd())


def find_latest(lake: Lake, source: str) -> date:
    """The latest logical date of a source in the lake. Raises RequestError when it has none."""
    days: list[date] = [row["logical_date"] for row in lake.receipts(source, columns=("logical_date",))]
    if not days:
        known = {row["source"] for row in lake.receipts(columns=("source",))} if lake.version() else set()
        raise RequestError(
            f"{lake.name} has no batch of {source}. `copydesk sources` lists what it has.{suggest_name(source, sorted(known))}"
        )
    return max(days)


def replay_batch(
    batch: Batch,
    run: Run,
    *,
    reason: str | None = None,
    uris: Collection[str] | None = None,
    change: ChangeReleases | None = None,
) -> Replayed | None:
    """Runs the quarantined inputs of a batch again and publishes the batch with their rows.

    `reason`, `uris`: only these rows, see `pick_files`; `change`: changes the releases of the batch before it runs. None when
    there is nothing to run again. Raises PlanError when the files are missing, RequestError when the batch is not in the lake.
    """
    lake, name, day = run.lake, batch.source.name, batch.logical_date
    run.watcher.step(batch.label, "plan")
    with claim_staging(lake, name, day) as folder:
        held = read_published_batch(lake, name, day)
        if held is None:
            raise RequestError(f"{lake.name} has no batch {batch.label}: ingest it first.")
        own = {entry["uri"] for entry in held.receipt["inputs"]}
        # Of a drop folder only the batch's own files, since new files form a batch of their own.
        planned = pick_new(batch, run, list_files(batch, run.limits), held.receipt)
        files = [file for file in planned.files if has_date(batch.source) or file.uri in own]
        again = pick_files(held, files, reason=reason, uris=uris)
        gone = find_kept(run, held.receipt, files)
        kept = gone.union(file.uri for file in files) - {file.uri for file in again}
        if not again and len(kept) == len(held.receipt["inputs"]):
            return None
        if change is not None:
            change_releases(lake, name, day, change)
        limits = fit_limits(batch, run, held.receipt)
        alike = is_made_alike(held.receipt, batch.source, limits) or not kept
        built = build_shards(batch, run, again, limits, folder)
        rest = stage_published_rows(lake, held, kept, folder, len(built))
        note = {
            "replay": {"files": sorted(file.uri for file in again), "reason": reason},
            "kept": {"files": len(gone), "documents": 0},
        }
        stamp = None if alike else held.receipt
        result = settle_batch(batch, run, limits, [*built, *rest], replace(planned, files=tuple(files)), stamp, note)
        if change is not None and result.state == "published":
            drop_empty_releases(lake, name, day)
        rows = trace_batch(lake, held, again, batch) if result.state == "published" else ()
        return Replayed(result, len(again), rows, 0 if alike else sum(shard.documents for shard in rest))


def trace_batch(lake: Lake, held: PublishedBatch, again: Sequence[InputFile], batch: Batch) -> tuple[ReplayedRow, ...]:
    """The new state of the quarantined records of the files that were run again."""
    name, day = batch.source.name, batch.logical_date
    now = read_published_batch(lake, name, day)
    assert now is not None
    claimed = read_steadily(lake, lambda manifest: set(read_own_claims(lake, manifest, name, day)["uri"]))
    return tuple(trace_rows(held, now, [file.uri for file in again], claimed))


def preview_batch(batch: Batch, run: Run, examples: int = 5) -> Differences:
    """Builds and audits a batch and compares it with the lake. `examples`: documents to show line by line."""
    run.watcher.step(batch.label, "plan")
    name, day = batch.source.name, batch.logical_date
    known = run.lake.receipt(name, day)
    files = pick_new(batch, run, list_files(batch, run.limits), known).files
    gone = find_kept(run, known, files)
    with claim_staging(run.lake, name, day) as folder:
        limits = fit_limits(batch, run, known)
        staged = build_shards(batch, run, files, limits, folder)
        staged += stage_gone(batch, run.lake, gone, folder, len(staged))
        run.watcher.step(batch.label, "audit")
        erased = read_steadily(run.lake, lambda seen: read_tombstones(run.lake, seen, name))
        judged = judge_batch(batch.source, day, staged, len(files) + len(gone), limits, tombstones=erased)
        return diff_batch(run.lake, name, day, judged, examples)
