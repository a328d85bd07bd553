"""The order of the steps that turn the files of a source and day into a published batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

from expectations.evaluate import load_library
from flows.batches.page import add_page
from flows.batches.run import Batch, BatchResult, Run, follow_publish
from flows.batches.staging import claim_staging, remember_failure
from flows.unexpected import explain_error
from tasks.auditing.drift import note_drift, read_history
from tasks.auditing.judge import add_drift, judge_batch
from tasks.batch import InputFile, Limits
from tasks.lakes.releases import find_releases
from tasks.learned.versions import choose_version, find_learned
from tasks.publishing.publish import finish_showing, publish
from tasks.reading.listing import Listing
from tasks.reading.names import escape_name
from tasks.reading.plan import NothingNew, PlanError, cut_shards, find_files, has_date
from tasks.shard import StagedShard, check_complete
from tasks.staging.receipt import describe_making, hash_files, take_fingerprint


def ingest_batches(
    batches: Sequence[Batch], run: Run, report: Callable[[BatchResult | Exception], object]
) -> list[BatchResult | Exception]:
    """Ingests batches one after the other, then brings the Iceberg catalog up to date.

    An error is a result as well: one batch that fails does not stop the others. `report` gets each result as soon as it is
    known.
    """
    results: list[BatchResult | Exception] = []
    for batch in batches:
        try:
            results.append(ingest_batch(batch, run))
        except Exception as error:
            results.append(explain_error(error, batch.label))
        report(results[-1])
    try:
        follow_publish(run.lake, run.settings)
    except Exception as error:
        results.append(explain_error(error))
        report(results[-1])
    return results


def ingest_batch(batch: Batch, run: Run) -> BatchResult:
    """Plans, builds, audits and publishes one batch. Readers see no change before the audit has passed.

    A batch whose inputs, rules and settings are those of its receipt stays as it is, unless the run is forced. Raises
    PlanError when there are no files, LearnedError when the settings name a version of learned lines that does not exist.
    """
    run.watcher.step(batch.label, "plan")
    planned = plan_files(batch, run)
    files = planned.files
    with (
        claim_staging(run.lake, batch.source.name, batch.logical_date) as folder,
        remember_failure(run.lake, batch.source.name, batch.logical_date) as count_as_failed,
    ):
        finish_showing(run.lake)
        # Looked up only now: a run that had to wait finds the batch done.
        known = run.lake.receipt(batch.source.name, batch.logical_date)
        limits = fit_limits(batch, run, known)
        if known and not run.is_forced and is_unchanged(batch, files, known, limits):
            return add_page(run, BatchResult(batch, "unchanged", known, run.lake.version(), left_out=planned.left_out))
        staged = build_shards(batch, run, files, limits, folder)
        result = settle_batch(batch, run, limits, staged, planned)
        if result.blocked_by:
            count_as_failed(f"blocked by {', '.join(result.blocked_by)}")
        return result


def plan_files(batch: Batch, run: Run) -> Listing:
    """The files of the batch: those of its date, or of a drop folder those that no other batch of the source took."""
    found = list_files(batch, run.limits)
    if not found.files:
        place = escape_name(batch.source.path)
        raise PlanError(f"source {batch.source.name}: no files for {batch.logical_date} at {place}. Nothing was done.")
    if has_date(batch.source):
        return found
    receipts = run.lake.receipts(batch.source.name, columns=("logical_date", "inputs"))
    others = [receipt for receipt in receipts if receipt["logical_date"] != batch.logical_date]
    taken = {(seen["uri"], seen["size"]) for receipt in others for seen in receipt["inputs"]}
    files = tuple(file for file in found.files if (file.uri, file.size) not in taken)
    if not files:
        raise NothingNew(
            f"source {batch.source.name}: no new files for {batch.logical_date}; earlier batches took all {len(found.files)}. "
            "To run one of them again, give its --date and --force."
        )
    return replace(found, files=files)


def list_files(batch: Batch, limits: Limits) -> Listing:
    """All files of the batch's date, or those that it is limited to."""
    found = find_files(batch.source, batch.logical_date, batch.root, limits.follow_links)
    return replace(found, files=tuple(file for file in found.files if not batch.only or file.uri in batch.only))


def fit_limits(batch: Batch, run: Run, known: Mapping[str, Any] | None) -> Limits:
    """The limits of one batch: those of the run, with the learned lines that it uses and its releases."""
    releases = find_releases(run.lake, batch.source.name, batch.logical_date, known)
    learned = find_learned(run.lake, choose_version(run.settings.learned, known))
    return replace(run.limits, learned=learned, releases=releases)


def is_unchanged(batch: Batch, files: Sequence[InputFile], known: dict[str, Any], limits: Limits) -> bool:
    """Whether the receipt has the same files, bytes, rules, versions and settings."""
    if [(file.uri, file.size) for file in files] != [(seen["uri"], seen["size"]) for seen in known["inputs"]]:
        return False
    return bool(take_fingerprint(hash_files(files), describe_making(batch.source, limits)) == known["fingerprint"])


def build_shards(batch: Batch, run: Run, files: Sequence[InputFile], limits: Limits, folder: Path) -> list[StagedShard]:
    """Cuts files into shards and has them built. Raises ShardLost when one does not come back complete."""
    run.watcher.step(batch.label, "build")
    shards = cut_shards(batch.source, batch.logical_date, files, limits)
    with in_background(load_library):
        staged = run.map_shards(run, shards, limits, folder) if shards else []
    check_complete(shards, staged)
    return staged


@contextmanager
def in_background(task: Callable[[], None]) -> Iterator[None]:
    """Does `task` in a thread while the block runs. Its errors are ignored: code that needs the result does it again."""

    def attempt() -> None:
        with suppress(Exception):
            task()

    thread = Thread(target=attempt, name="background", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def settle_batch(
    batch: Batch,
    run: Run,
    limits: Limits,
    staged: Sequence[StagedShard],
    planned: Listing,
    stamp: Mapping[str, Any] | None = None,
    note: Mapping[str, Any] | None = None,
) -> BatchResult:
    """Audits what is staged and publishes it unless it is blocked. `stamp`: see `judge_batch`; `note`: for commits."""
    run.watcher.step(batch.label, "audit")
    judged = judge_batch(batch.source, batch.logical_date, staged, len(planned.files), limits, stamp)
    if run.settings.drift != "off":
        history = read_history(run.lake, batch.source.name, batch.logical_date)
        judged = add_drift(judged, history, blocks=run.settings.drift == "block")
    if judged.blocked_by:
        result = BatchResult(batch, "blocked", judged.receipt, run.lake.version(), judged.findings, judged.blocked_by)
        return add_page(run, replace(result, drift=judged.drift, left_out=planned.left_out), judged)
    run.watcher.step(batch.label, "publish")
    done = publish(run.lake, judged, {**(note or {}), **note_drift(judged.drift)})
    result = BatchResult(batch, "published", done.receipt, done.version, judged.findings, drift=judged.drift)
    return add_page(run, replace(result, left_out=planned.left_out))
