"""The recipe: the order of the steps that turn a source's files of one day into a published batch.

It is handed a way to map over shards and knows nothing of who does the mapping: a plain loop, a pool of processes, or an
orchestrator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from expectations.evaluate import warm_up_audit
from flows.batches.background import beside
from flows.batches.failures import remember_failure
from flows.batches.places import open_lake
from flows.batches.staging import claim_staging
from tasks.auditing.drift import Drift, note_drift, read_history
from tasks.auditing.judge import add_drift, judge_batch
from tasks.batch import InputFile, Limits, Shard, Source
from tasks.lakes.lake import Lake, PublishPolicy
from tasks.lakes.releases import find_releases
from tasks.learned.versions import choose_version, find_learned
from tasks.publishing.disk_store import explain_staging
from tasks.publishing.publish import finish_showing, publish
from tasks.reading.plan import NothingNew, PlanError, cut_shards, escape_name, find_files, has_date
from tasks.shard import StagedShard, check_complete
from tasks.staging.receipt import StagedFolder, hash_files, take_fingerprint

MapShards = Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]
# Writes the page of a run from its outcome and, while they are there, its staged shards and quarantine; says where it is.
WritePage = Callable[[Lake, "Outcome", Sequence[StagedFolder], pl.DataFrame | None], str]


class Watcher(Protocol):
    """Who is told how a run is getting on: a progress bar, a log, nobody."""

    def step(self, name: str) -> None: ...
    def wait(self, message: str) -> None: ...


@dataclass(frozen=True)
class Batch:
    """What one run makes: the files of a source that stand for one logical date. `root`: where relative paths start.

    `only`: uris that the batch keeps to; empty for all its files. A day of a drop folder that is made anew keeps to its own.
    """

    source: Source
    logical_date: date
    root: Path
    only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: `published`, `unchanged` (nothing to do) or `blocked` by the audit.

    `receipt` is the batch's receipt in the lake, or the one that would have been; `findings` are the audit's, empty when
    nothing was audited; `page` is where the run's page is, if one was written; `drift` is how the batch stands to earlier
    days of its source.
    """

    batch: Batch
    state: str
    receipt: dict[str, Any]
    version: int
    findings: tuple[Any, ...] = ()
    blocked_by: tuple[str, ...] = ()
    page: str | None = None
    drift: Drift | None = None


def ingest_batch(
    batch: Batch,
    lake_folder: Path | str,
    limits: Limits,
    map_shards: MapShards,
    watcher: Watcher,
    *,
    force: bool = False,
    keep_versions: int = 5,
    wait_seconds: float = 600,
    learned: str = "auto",
    drift: str = "warn",
    partition: str = "month",
    write_page: WritePage | None = None,
) -> Outcome:
    """Plans, builds, audits and publishes one batch.

    A batch whose inputs, rules and settings are those of its receipt is left alone unless `force` is given. `learned`: which
    learned lines to use, see `choose_version`; `drift`: whether a batch unlike its source's earlier days is published with a
    warning (`warn`), is not (`block`), or is not looked for (`off`); `partition`: month or day, for a new lake; `write_page`:
    makes the page of the run, if one is wanted. Nothing that readers see changes before the audit has passed. Raises
    PlanError when there are no files, LearnedError when there is no such version.
    """
    lake = open_lake(lake_folder, PublishPolicy(keep_versions, wait_seconds, partition, watcher.wait))
    watcher.step("plan")
    files = plan_files(batch, lake)
    name, day = batch.source.name, batch.logical_date
    with (
        explain_staging(lake),
        claim_staging(lake.staging, name, day, wait_seconds, watcher.wait) as folder,
        remember_failure(lake, name, day) as count_as_failed,
    ):
        finish_showing(lake)
        # Looked up only now: a run that had to wait finds the batch done.
        known = lake.receipt(name, day)
        limits = fit_limits(limits, batch, lake, known, learned)
        if known and not force and is_unchanged(batch, files, known, limits):
            return tell(lake, Outcome(batch, "unchanged", known, lake.version()), write_page, watcher)
        watcher.step("build")
        shards = cut_shards(batch.source, day, files, limits)
        with beside(warm_up_audit):
            staged = map_shards(shards, limits, folder)
        check_complete(shards, staged)
        outcome = settle_batch(batch, lake, staged, len(files), limits, watcher, drift, write_page=write_page)
        if outcome.blocked_by:
            count_as_failed(f"blocked by {', '.join(outcome.blocked_by)}")
        return outcome


def tell(
    lake: Lake,
    outcome: Outcome,
    write_page: WritePage | None,
    watcher: Watcher,
    folders: Sequence[StagedFolder] = (),
    quarantine: pl.DataFrame | None = None,
) -> Outcome:
    """The outcome with its page, which is written now if one is wanted."""
    if write_page is None:
        return outcome
    try:
        return replace(outcome, page=write_page(lake, outcome, folders, quarantine))
    except Exception as error:  # the batch is settled whatever becomes of its page, and the run must say so
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        watcher.wait(f"the page of the run could not be written ({said}); the batch itself is not affected")
        return outcome


def plan_files(batch: Batch, lake: Lake) -> list[InputFile]:
    """The files of the batch: those of its date, or of a drop folder those that no other batch of the source took."""
    found = find_files(batch.source, batch.logical_date, batch.root)
    if batch.only:
        found = [file for file in found if file.uri in batch.only]
    if not found:
        place = escape_name(batch.source.path)
        raise PlanError(f"source {batch.source.name}: no files for {batch.logical_date} at {place}. Nothing was done.")
    if has_date(batch.source):
        return found
    taken = find_taken(lake, batch)
    files = [file for file in found if (file.uri, file.size) not in taken]
    if not files:
        raise NothingNew(
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


def fit_limits(limits: Limits, batch: Batch, lake: Lake, known: Mapping[str, Any] | None, learned: str) -> Limits:
    """The limits of one batch: with the learned lines that it uses, and what people released of it."""
    releases = find_releases(lake, batch.source.name, batch.logical_date)
    return replace(limits, learned=find_learned(lake, choose_version(learned, known)), releases=releases)


def settle_batch(
    batch: Batch,
    lake: Lake,
    staged: Sequence[StagedShard],
    planned: int,
    limits: Limits,
    watcher: Watcher,
    drift: str = "warn",
    *,
    write_page: WritePage | None = None,
    stamp: Mapping[str, Any] | None = None,
    note: Mapping[str, Any] | None = None,
) -> Outcome:
    """Judges what was staged and publishes it, or leaves readers what they had. `stamp`: see `judge_batch`."""
    watcher.step("audit")
    name, day = batch.source.name, batch.logical_date
    judged = judge_batch(batch.source, day, staged, planned, limits, stamp)
    if drift != "off":
        judged = add_drift(judged, read_history(lake, name, day), blocks=drift == "block")
    if judged.blocked_by:
        outcome = Outcome(batch, "blocked", judged.receipt, lake.version(), judged.findings, judged.blocked_by)
        return tell(lake, replace(outcome, drift=judged.drift), write_page, watcher, judged.folders, judged.quarantine)
    watcher.step("publish")
    done = publish(lake, judged, {**(note or {}), **note_drift(judged.drift)})
    outcome = Outcome(batch, "published", done.receipt, done.version, judged.findings, drift=judged.drift)
    return tell(lake, outcome, write_page, watcher)
