"""The order of the steps that turn the files of a source and day into a published batch."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

from expectations.library import import_parts
from flows.batches.erasures import finish_pending
from flows.batches.page import add_page
from flows.batches.progress import watch_shards
from flows.batches.run import Batch, BatchResult, Run, follow_publish
from flows.batches.staging import BLOCKED, claim_staging, remember_failure
from flows.unexpected import explain_error
from flows.workers.guarded_build import measure_file
from tasks.auditing.batch_rows import read_published_batch, stage_published_rows
from tasks.auditing.drift import note_drift, read_history
from tasks.auditing.judge import add_drift, judge_batch
from tasks.batch import InputFile, Learned, Limits, Release
from tasks.corrections import FILE, choose_corrections
from tasks.file_names import escape_name
from tasks.lakes.delivered import find_gone, find_new
from tasks.lakes.lake import Lake, read_steadily
from tasks.lakes.releases import find_releases
from tasks.learned.versions import choose_version, find_learned
from tasks.publishing.erasures import read_tombstones
from tasks.publishing.publish import finish_showing, publish
from tasks.reading.listing import Listing
from tasks.reading.plan import NothingNew, PlanError, cut_shards, find_files, has_date
from tasks.shard import StagedShard, check_complete
from tasks.staging.receipt import describe_making, hash_files, list_publishers, take_fingerprint
from tasks.stores.errors import ErasedMeanwhile


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
    if batch.fault:
        raise PlanError(batch.fault)
    run.watcher.step(batch.label, "plan")
    found = list_files(batch, run.limits)
    with (
        claim_staging(run.lake, batch.source.name, batch.logical_date) as folder,
        remember_failure(run.lake, batch.source.name, batch.logical_date) as count_as_failed,
    ):
        finish_showing(run.lake)
        for line in finish_pending(run.lake, run.settings):
            run.watcher.warn(line)
        # Looked up only now: a run that had to wait finds the batch done.
        known = run.lake.receipt(batch.source.name, batch.logical_date)
        planned = pick_new(batch, run, found, known)
        gone = find_kept(run, known, planned.files)
        limits = fit_limits(batch, run, known)
        is_same = known and not run.is_forced and is_unchanged(batch, planned.files, gone, known, limits)
        if known and (is_same or (gone and not planned.files)):
            return add_page(run, BatchResult(batch, "unchanged", known, run.lake.version(), left_out=planned.left_out))
        staged = build_shards(batch, run, planned.files, limits, folder)
        warn_of_unused(run, limits, staged, gone)
        kept = stage_gone(batch, run.lake, gone, folder, len(staged))
        note = {"kept": {"files": len(gone), "documents": sum(shard.documents for shard in kept)}} if gone else {}
        result = settle_batch(batch, run, limits, [*staged, *kept], planned, note=note)
        if result.blocked_by:
            count_as_failed(BLOCKED + ", ".join(result.blocked_by))
        return result


def list_files(batch: Batch, limits: Limits) -> Listing:
    """All files of the batch's date, or those that it is limited to."""
    found = find_files(batch.source, batch.logical_date, batch.root, limits.follow_links)
    return replace(found, files=tuple(file for file in found.files if not batch.only or file.uri in batch.only))


def pick_new(batch: Batch, run: Run, found: Listing, known: Mapping[str, Any] | None) -> Listing:
    """What is found without the files of a drop folder that other batches of its source have read.

    `known`: the receipt of the batch. Raises PlanError where there are no files and no batch that keeps what it has,
    NothingNew where other batches have read them all.
    """
    name, day, lake = batch.source.name, batch.logical_date, run.lake
    files = found.files if has_date(batch.source) else find_new(lake, name, day, found.files)
    if files or (known and not run.removes_missing):
        return replace(found, files=tuple(files))
    place = escape_name(batch.source.path)
    if known or has_date(batch.source) or (not found.files and not lake.receipts(name, columns=("logical_date",))):
        left_out = "; ".join(own.summary for own in found.left_out)
        words = f" Left out: {left_out}." if left_out else ""
        raise PlanError(f"source {name}: no files for {day} at {place}.{words} Nothing was done.")
    raise NothingNew(
        f"source {name}: no new files for {day} at {place}; earlier batches have read all {len(found.files)} that are there. "
        "To run one of them again, give its --date and --force."
    )


def find_kept(run: Run, known: Mapping[str, Any] | None, files: Sequence[InputFile]) -> frozenset[str]:
    """The inputs of a batch's receipt whose documents stay, although their files are gone, by uri."""
    return frozenset() if run.removes_missing or known is None else find_gone(run.lake, known, files)


def stage_gone(batch: Batch, lake: Lake, gone: frozenset[str], folder: Path, first: int) -> list[StagedShard]:
    """What the lake has from files that are no longer there, staged as shards from `first` on."""
    held = read_published_batch(lake, batch.source.name, batch.logical_date) if gone else None
    return stage_published_rows(lake, held, gone, folder, first) if held else []


def fit_limits(batch: Batch, run: Run, known: Mapping[str, Any] | None) -> Limits:
    """The limits of one batch. `known`: its receipt."""
    releases = find_releases(run.lake, batch.source.name, batch.logical_date, known)
    learned = find_learned(run.lake, choose_version(run.settings.learned, known))
    return make_batch_limits(batch, run.limits, learned, releases)


def make_batch_limits(batch: Batch, limits: Limits, learned: Learned | None, releases: tuple[Release, ...]) -> Limits:
    """The limits of a run with what one batch has of its own: the learned lines that it uses, its releases and corrections."""
    corrections = choose_corrections(limits.corrections, batch.source.name, batch.logical_date)
    return replace(limits, learned=learned, releases=releases, corrections=corrections)


def is_unchanged(
    batch: Batch, files: Sequence[InputFile], gone: Collection[str], known: Mapping[str, Any], limits: Limits
) -> bool:
    """Whether the receipt has the same files, bytes, rules, versions and settings; `gone`: uris that stay without a file."""
    inputs = [(entry["uri"], entry["size"], entry["sha256"]) for entry in known["inputs"]]
    kept = [entry for entry in inputs if entry[0] in gone]
    if sorted([(file.uri, file.size) for file in files] + [entry[:2] for entry in kept]) != sorted(
        entry[:2] for entry in inputs
    ):
        return False
    made = describe_making(batch.source, limits, list_publishers(known))
    now = take_fingerprint([*hash_files(files), *kept], made)
    return bool(now == known["fingerprint"])


def build_shards(batch: Batch, run: Run, files: Sequence[InputFile], limits: Limits, folder: Path) -> list[StagedShard]:
    """Cuts files into shards and has them built. Raises ShardLost when one does not come back complete."""
    run.watcher.step(batch.label, "build")
    shards = cut_shards(batch.source, batch.logical_date, files, limits)
    with ExitStack() as stack:
        stack.enter_context(in_background(import_parts))
        if run.watcher.count:
            size = sum(measure_file(file) for shard in shards for file in shard.files)
            stack.enter_context(watch_shards(folder, size, run.watcher.count))
        staged = run.map_shards(run, shards, limits, folder) if shards else []
    check_complete(shards, staged)
    return staged


def warn_of_unused(run: Run, limits: Limits, staged: Sequence[StagedShard], gone: Collection[str]) -> None:
    """Reports corrections of documents that no longer match anything. `gone`: uris of files that were not read again."""
    used = {number for shard in staged for number in shard.corrected}
    for number, row in enumerate(limits.corrections):
        if row.uri and number not in used and row.uri.partition("#")[0] not in gone:
            run.watcher.warn(f"{FILE}: {row.place} has no line {row.line!r}, so this correction does nothing")


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
    note = note or {}
    kept = note.get("kept", {"files": 0, "documents": 0})
    known = read_steadily(run.lake, lambda seen: read_tombstones(run.lake, seen, batch.source.name))
    files = len(planned.files) + kept["files"]
    judged = judge_batch(batch.source, batch.logical_date, staged, files, limits, stamp, known)
    if run.settings.drift != "off":
        history = read_history(run.lake, batch.source.name, batch.logical_date)
        judged = add_drift(judged, history, blocks=run.settings.drift == "block")
    if judged.blocked_by:
        result = BatchResult(batch, "blocked", judged.receipt, run.lake.version(), judged.findings, judged.blocked_by)
        result = add_page(run, replace(result, drift=judged.drift, left_out=planned.left_out), judged)
        now = read_steadily(run.lake, lambda seen: read_tombstones(run.lake, seen, batch.source.name))
        # The page shows staged rows, of which some were erased meanwhile.
        return result if now.equals(known) else settle_batch(batch, run, limits, staged, planned, stamp, note)
    run.watcher.step(batch.label, "publish")
    try:
        done = publish(run.lake, judged, {**note, **note_drift(judged.drift)})
    except ErasedMeanwhile:
        return settle_batch(batch, run, limits, staged, planned, stamp, note)
    changes = done.changes | {"kept": kept["documents"]} if done.changes else {}
    result = BatchResult(batch, "published", done.receipt, done.version, judged.findings, drift=judged.drift)
    return add_page(run, replace(result, changes=changes, left_out=planned.left_out))
