"""Quarantine worked off: the files that were stopped run again, a document let through on a person's word."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.batches.places import open_lake
from flows.batches.recipe import Batch, MapShards, Outcome, Watcher, WritePage, fit_limits, plan_files, settle_batch
from flows.batches.requests import RequestError
from flows.batches.staging import claim_staging
from tasks.auditing.batch_rows import PublishedBatch, read_published_batch, stage_published_rows, steadily
from tasks.auditing.replay import ReplayedRow, pick_files, trace_rows
from tasks.batch import Fields, InputFile, Limits, Source
from tasks.lakes.lake import Lake, PublishPolicy
from tasks.lakes.releases import ChangeReleases, change_releases
from tasks.publishing.claims import read_own_claims
from tasks.reading.plan import cut_shards, has_date
from tasks.shard import check_complete
from tasks.staging.receipt import is_made_alike


@dataclass(frozen=True)
class Replayed:
    """What a replay did. `files`: how many were run again; `rows`: what became of their quarantined records;
    `other_rules`: documents that stay as other rules, libraries or settings made them.
    """

    outcome: Outcome
    files: int
    rows: tuple[ReplayedRow, ...]
    other_rules: int


def find_batch(lake: Lake, name: str, day: date, declared: dict[str, Source], root: Path) -> Batch:
    """A batch of the lake, to be run again: its source as it is declared today, else as the batch's receipt has it."""
    receipt = lake.receipt(name, day)
    if receipt is None:
        days = [row["logical_date"] for row in lake.receipts(name, columns=("logical_date",))]
        known = f"It has {name} of {days[0]} to {days[-1]}." if days else "`copydesk sources` lists what it has."
        raise RequestError(f"{lake.name} has no batch {name} {day}. {known} A new batch is for `copydesk ingest`.")
    if name in declared:
        return Batch(declared[name], day, root)
    said = json.loads(receipt["settings"])["source"]
    fields = Fields(**{key: tuple(value) for key, value in said.pop("fields").items()})
    return Batch(Source(**said, fields=fields), day, Path.cwd())


def find_latest(lake: Lake, source: str) -> date:
    """The latest logical date of a source in the lake. Raises RequestError when it has none."""
    days: list[date] = [row["logical_date"] for row in lake.receipts(source, columns=("logical_date",))]
    if not days:
        raise RequestError(f"{lake.name} has no batch of {source}. `copydesk sources` lists what it has.")
    return max(days)


def replay_batch(
    batch: Batch,
    lake_folder: Path | str,
    limits: Limits,
    map_shards: MapShards,
    watcher: Watcher,
    *,
    reason: str | None = None,
    uris: Collection[str] | None = None,
    change: ChangeReleases | None = None,
    keep_versions: int = 5,
    wait_seconds: float = 600,
    drift: str = "warn",
    write_page: WritePage | None = None,
) -> Replayed | None:
    """Runs the quarantined inputs of a batch again and publishes the batch with what came of them.

    `reason`, `uris`: only these rows, see `pick_files`; `change`: of the batch's releases, done before it runs. None when
    there is nothing to run again. Raises PlanError when the files are gone, RequestError when the batch is not in the lake.
    """
    lake = open_lake(lake_folder, PublishPolicy(keep_versions, wait_seconds, on_wait=watcher.wait))
    watcher.step("plan")
    with claim_staging(lake.staging, batch.source.name, batch.logical_date, wait_seconds, watcher.wait) as folder:
        held = read_published_batch(lake, batch.source.name, batch.logical_date)
        if held is None:
            raise RequestError(f"{lake.name} has no batch {batch.source.name} {batch.logical_date}: ingest it first.")
        files = own_files(plan_files(batch, lake), held, batch.source)
        again = pick_files(held, files, reason=reason, uris=uris)
        kept = {file.uri for file in files} - {file.uri for file in again}
        if not again and len(kept) == len(held.receipt["inputs"]):
            return None
        if change is not None:
            change_releases(lake, batch.source.name, batch.logical_date, change)
        limits = fit_limits(limits, batch, lake, held.receipt, "auto")
        alike = is_made_alike(held.receipt, batch.source, limits) or not kept
        watcher.step("build")
        shards = cut_shards(batch.source, batch.logical_date, again, limits)
        staged = map_shards(shards, limits, folder) if shards else []
        check_complete(shards, staged)
        staged += stage_published_rows(lake, held, kept, folder, len(staged))
        note = {"replay": {"files": sorted(file.uri for file in again), "reason": reason}}
        outcome = settle_batch(
            batch,
            lake,
            staged,
            len(files),
            limits,
            watcher,
            drift,
            write_page=write_page,
            stamp=None if alike else held.receipt,
            note=note,
        )
        rows = trace_batch(lake, held, again, outcome) if outcome.state == "published" else ()
        others = 0 if alike else sum(shard.documents for shard in staged[len(shards) :])
        return Replayed(outcome, len(again), rows, others)


def own_files(files: Sequence[InputFile], held: PublishedBatch, source: Source) -> list[InputFile]:
    """The files that a replay looks at: of a drop folder the batch's own, since new ones are a batch of their own."""
    if has_date(source):
        return list(files)
    own = {entry["uri"] for entry in held.receipt["inputs"]}
    return [file for file in files if file.uri in own]


def trace_batch(
    lake: Lake, held: PublishedBatch, again: Sequence[InputFile], outcome: Outcome
) -> tuple[ReplayedRow, ...]:
    """What became of the quarantined records of the files that were run again."""
    name, day = outcome.batch.source.name, outcome.batch.logical_date
    now = read_published_batch(lake, name, day)
    assert now is not None
    claimed = steadily(lake, lambda seen: set(read_own_claims(lake, seen, name, day)["uri"]))
    return tuple(trace_rows(held, now, [file.uri for file in again], claimed))
