"""The recipe: the order of the steps that turn a source's files of one day into a published batch.

It is handed a way to map over shards and knows nothing of who does the mapping: a plain loop, a pool of processes, or an
orchestrator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from flows.beside import beside
from flows.staging import claim_staging
from tasks.audit import audit_batch, audit_documents, audit_quarantine, prepare
from tasks.batch import InputFile, Limits, Shard, Source
from tasks.lake import Lake
from tasks.learned.store import pick_learned
from tasks.plan import PlanError, cut_shards, find_files, has_date
from tasks.publishing.publish import publish
from tasks.publishing.twins import settle_twins
from tasks.quarantine import gather_quarantine
from tasks.receipt import hash_files, make_receipt, sum_batch, take_fingerprint
from tasks.shard import StagedShard

MapShards = Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]


class Watcher(Protocol):
    """Who is told how a run is getting on: a progress bar, a log, nobody."""

    def step(self, name: str) -> None: ...
    def wait(self, message: str) -> None: ...


@dataclass(frozen=True)
class Batch:
    """What one run makes: the files of a source that stand for one logical date. `root`: where relative paths start."""

    source: Source
    logical_date: date
    root: Path


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: `published`, `unchanged` (nothing to do) or `blocked` by the audit.

    `receipt` is the batch's receipt in the lake, or the one that would have been; `findings` are the audit's, empty when
    nothing was audited.
    """

    batch: Batch
    state: str
    receipt: dict[str, Any]
    version: int
    findings: tuple[Any, ...] = ()
    blocked_by: tuple[str, ...] = ()


def ingest_batch(
    batch: Batch, lake_folder: Path, limits: Limits, map_shards: MapShards, watcher: Watcher,
    *, force: bool = False, keep_versions: int = 5, wait_seconds: float = 600, learned: str = "auto",
) -> Outcome:  # fmt: skip
    """Plans, builds, audits and publishes one batch.

    A batch whose inputs, rules and settings are those of its receipt is left alone unless `force` is given. `learned`: which
    learned lines to use, see `pick_learned`. Nothing that readers see changes before the audit has passed. Raises PlanError
    when there are no files, LearnedError when there is no such version.
    """
    lake = Lake(lake_folder)
    watcher.step("plan")
    files = plan_files(batch, lake)
    with claim_staging(lake.staging, batch.source.name, batch.logical_date, wait_seconds, watcher.wait) as folder:
        # Looked up only now: a run that had to wait finds the batch done.
        known = lake.receipt(batch.source.name, batch.logical_date)
        limits = replace(limits, learned=pick_learned(lake, learned, known))
        if known and not force and is_unchanged(batch, files, known, limits):
            return Outcome(batch, "unchanged", known, lake.version())
        watcher.step("build")
        with beside(prepare):
            staged = map_shards(cut_shards(batch.source, batch.logical_date, files, limits), limits, folder)
        return settle_batch(batch, lake, staged, len(files), limits, watcher, keep_versions, wait_seconds)


def plan_files(batch: Batch, lake: Lake) -> list[InputFile]:
    """The files of the batch: those of its date, or of a drop folder those that no other batch of the source took."""
    found = find_files(batch.source, batch.logical_date, batch.root)
    if not found:
        raise PlanError(
            f"source {batch.source.name}: no files for {batch.logical_date} at {batch.source.path}. Nothing was done."
        )
    if has_date(batch.source):
        return found
    taken = find_taken(lake, batch)
    files = [file for file in found if (file.uri, file.size) not in taken]
    if not files:
        raise PlanError(
            f"source {batch.source.name}: no new files for {batch.logical_date}; earlier batches took all {len(found)}. "
            "To run one of them again, give its --date and --force."
        )
    return files


def find_taken(lake: Lake, batch: Batch) -> set[tuple[str, int]]:
    """Uri and size of every file that another batch of the source took."""
    receipts = lake.receipts(batch.source.name, columns=("logical_date", "inputs"))
    others = [receipt for receipt in receipts if receipt["logical_date"] != batch.logical_date]
    return {(seen["uri"], seen["size"]) for receipt in others for seen in receipt["inputs"]}


def is_unchanged(batch: Batch, files: Sequence[InputFile], known: dict[str, Any], limits: Limits) -> bool:
    """Whether a run would make what its receipt says was made: the same files, bytes, rules, versions and settings."""
    if [(file.uri, file.size) for file in files] != [(seen["uri"], seen["size"]) for seen in known["inputs"]]:
        return False
    return bool(take_fingerprint(hash_files(files), batch.source, limits) == known["fingerprint"])


def settle_batch(
    batch: Batch, lake: Lake, staged: Sequence[StagedShard], planned: int, limits: Limits, watcher: Watcher,
    keep_versions: int, wait_seconds: float,
) -> Outcome:  # fmt: skip
    """Judges what was staged and publishes it, or leaves readers what they had."""
    watcher.step("audit")
    name, day = batch.source.name, batch.logical_date
    runs, twins = settle_twins(day, staged)
    narrow = [run.folder / "narrow.parquet" for run in runs]
    verdicts = [audit_documents(narrow)]
    failing = verdicts[0].failing
    if failing:
        # What is left is judged again: not one row may stand that has to go.
        verdicts.append(audit_documents(narrow, frozenset(failing)))
    quarantine = gather_quarantine(runs, failing, limits.excerpt_chars)
    runs = [replace(run, without=run.without | failing.keys()) for run in runs]
    inputs = [seen for shard in staged for seen in shard.inputs]
    warned = verdicts[-1].warned
    receipt = make_receipt(batch.source, day, limits, inputs, runs, quarantine, twins, warned)
    verdicts.append(audit_quarantine(quarantine))
    verdicts.append(audit_batch(sum_batch(receipt, planned, runs, quarantine)))
    findings = tuple(finding for verdict in verdicts[-3:] for finding in verdict.findings)
    blocked_by = tuple(dict.fromkeys(reason for verdict in verdicts for reason in verdict.blocked_by))
    if blocked_by:
        return Outcome(batch, "blocked", receipt, lake.version(), findings, blocked_by)
    watcher.step("publish")
    done = publish(
        lake, (name, day), runs, quarantine, receipt,
        keep=keep_versions, wait_seconds=wait_seconds, on_wait=watcher.wait,
    )  # fmt: skip
    return Outcome(batch, "published", done.receipt, done.version, findings)
