"""The Prefect flow: the same recipe, with a task a shard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import State, flow, get_run_logger, runtime, unmapped
from prefect.futures import PrefectFuture
from prefect.states import Completed
from prefect.task_runners import TaskRunner
from pydantic import Field

from flows.batches.catalog import follow_publish
from flows.batches.places import open_lake
from flows.batches.recipe import Batch, MapShards, Outcome
from flows.batches.requests import RequestError, find_batches, today
from flows.batches.run import ingest_by_settings
from flows.console import outline_receipt, say_blocked, say_why
from flows.errors import EXPECTED
from flows.orchestration.artifacts import show_progress, show_text
from flows.orchestration.assets import tell_assets
from flows.orchestration.end_with_worker import follow_worker
from flows.orchestration.failed_run import fail_run
from flows.orchestration.retries import retried_task
from flows.orchestration.runlog import RunLog
from flows.settings import Settings, read_settings
from flows.workers.runners import run_tasks
from flows.workers.workplace import Workplace, build_at, collect_shard, mark_workplace
from tasks.batch import Limits, Shard
from tasks.reading.plan import NothingNew
from tasks.shard import StagedShard

# A run of so many shards takes long enough to be watched; it is told about as often.
COUNTED = 20


class BatchBlocked(RuntimeError):
    """The audit did not let a batch through; `outcomes` are those of all batches of the run."""

    def __init__(self, message: str, outcomes: Sequence[Outcome] = ()) -> None:
        super().__init__(message)
        self.outcomes = outcomes


# A shard is safe to build again, and nothing it takes or returns is worth keeping: paths and counts.
@retried_task("build-shard", "{shard.source.name}-{shard.number}")
def build(shard: Shard, limits: Limits, place: Workplace) -> StagedShard:
    """Builds one shard: files in, staged rows out."""
    return build_at(place, shard, limits)


def map_tasks(settings: Settings, stack: ExitStack) -> MapShards:
    """Maps shards as Prefect tasks. The runner starts with the first shard and ends with the stack."""

    @cache
    def start_runner() -> TaskRunner[Any]:
        return stack.enter_context(run_tasks(settings))

    def run(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        place = mark_workplace(folder, open_lake(settings.lake))
        given = {"shard": list(shards), "limits": unmapped(limits), "place": unmapped(place)}
        # Prefect's own types ask for a coroutine, and take a function.
        futures = start_runner().map(build, given)  # type: ignore[arg-type]
        return collect_shards(place, shards, futures)

    return run


def collect_shards(
    place: Workplace, shards: Sequence[Shard], futures: Iterable[PrefectFuture[Any]]
) -> list[StagedShard]:
    """What came of the shards, in their order; many of them are counted in an artifact as they come in."""
    staged: list[StagedShard] = []
    shown = None
    for shard, future in zip(shards, futures, strict=True):
        staged.append(collect_shard(place, shard, future.result()))
        is_told = len(staged) == len(shards) or len(staged) % max(1, len(shards) // COUNTED) == 0
        if len(shards) >= COUNTED and is_told:
            said = f"{shard.source.name} {shard.logical_date}: {len(staged):,} of {len(shards):,} shards"
            shown = show_progress(shown, "ingest-progress", round(100 * len(staged) / len(shards), 1), said)
    return staged


def find_day(given: Mapping[str, Any], scheduled: datetime) -> date:
    """The logical date of a run: as given, else the day it was scheduled for, however late it starts.

    Raises RequestError for a time zone that nobody knows.
    """
    if given.get("logical_date"):
        return date.fromisoformat(str(given["logical_date"]))
    zone = given.get("time_zone") or "UTC"
    try:
        due = scheduled.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise RequestError(f"{zone!r} is no time zone. Write it as Europe/London, or UTC.") from None
    return due.date() - timedelta(days=given.get("days_back") or 0)


def name_run() -> str:
    """Run names say what and for when: ingest-seeds-2026-10-01."""
    given = runtime.flow_run.parameters
    what = "-".join(Path(part).name for part in given.get("what") or ["all"])
    try:
        return f"ingest-{what}-{find_day(given, runtime.flow_run.scheduled_start_time)}"
    except ValueError:
        return f"ingest-{what}"


@flow(name="ingest", flow_run_name=name_run, persist_result=False, validate_parameters=True, timeout_seconds=24 * 3600)
def ingest(
    what: list[str] = [],  # noqa: B006  (a form shows an empty list, and nobody changes it)
    logical_date: date | None = None,
    days_back: Annotated[int, Field(ge=0, le=31)] = 0,
    time_zone: str = "UTC",
    lake: str = "",
    force: bool = False,
    learned: str = "",
) -> list[Outcome] | State[Any]:
    """Clean, audit and publish raw files: one batch a source.

    Args:
        what: Names of declared sources, files or folders. All declared sources when left empty.
        logical_date: The day the batches stand for. Left empty: the day this run was scheduled for, less days_back.
        days_back: How many days before its own day a run stands for. 1 for a run that takes yesterday's files.
        time_zone: Where the day of a scheduled run is read off, such as Europe/London.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
        force: Run batches again even if nothing has changed.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
    """
    follow_worker()
    settings = read_settings(lake=lake or None, learned=learned or None)
    # What a person is told in a line stands in the run's state, without a traceback in its log.
    try:
        given = {"logical_date": logical_date, "days_back": days_back, "time_zone": time_zone}
        day = find_day(given, runtime.flow_run.scheduled_start_time)
        batches = find_batches(what, day, today(), settings.sources)
    except EXPECTED as error:
        return fail_run(str(error), error)
    outcomes: list[Outcome] = []
    failed: list[Exception] = []
    nothing_new: list[NothingNew] = []
    with ExitStack() as stack:
        map_shards = map_tasks(settings, stack)
        for batch in batches:
            # One source that fails does not stop the others.
            try:
                outcomes.append(ingest_one(batch, settings, map_shards, force=force))
            except NothingNew as error:
                nothing_new.append(error)
            except EXPECTED as error:
                failed.append(error)
    try:
        follow_publish(settings)
    except EXPECTED as error:
        failed.append(error)
    if failed:
        return fail_run(" ".join(map(str, failed)), failed[0])
    blocked = [outcome for outcome in outcomes if outcome.state == "blocked"]
    if blocked:
        message = " ".join(say_blocked(outcome) for outcome in blocked)
        return fail_run(message, BatchBlocked(message, outcomes))
    if nothing_new and not outcomes:
        # Not a failure: most nights nobody puts anything into a drop folder.
        return Completed(message=str(nothing_new[0]), data=outcomes)
    return outcomes


def ingest_one(batch: Batch, settings: Settings, map_shards: MapShards, *, force: bool) -> Outcome:
    """Runs one batch and leaves its summary in Prefect. Raises what `ingest_by_settings` raises."""
    log = get_run_logger()
    label = f"{batch.source.name} {batch.logical_date}"
    outcome = ingest_by_settings(batch, settings, map_shards, RunLog(log, label), force=force)
    counts = {name: outcome.receipt[name] for name in ("records", "published", "duplicates", "quarantined")}
    numbers = " ".join(f"{name}={count}" for name, count in counts.items())
    log.info("%s: %s %s version=%d", label, outcome.state, numbers, outcome.version)
    show_text(f"ingest-{slug(batch.source.name)}", write_summary(outcome), f"{label}: {outcome.state}")
    if outcome.state == "published":
        tell_assets(open_lake(settings.lake), label, counts)
    return outcome


def slug(name: str) -> str:
    """A name as artifact keys allow it."""
    return name.lower().replace("_", "-")


def write_summary(outcome: Outcome) -> str:
    """The run's table as Markdown; text from articles cannot stand in it, names of files can and are escaped."""
    rows = "\n".join(f"| {what} | {many} | {escape(which)} |" for what, many, which in outline_receipt(outcome.receipt))
    verdict = (
        f"blocked by {', '.join(outcome.blocked_by)}; readers keep what they had"
        if outcome.blocked_by
        else outcome.state
    )
    head = f"**{outcome.batch.source.name} {outcome.batch.logical_date}: {verdict}**\n\n"
    why = f"{escape(say_why(outcome))}\n\n" if outcome.blocked_by else ""
    page = f"\n{link_page(outcome.page)}\n" if outcome.page else ""
    return f"{head}{why}| | count | |\n|---|--:|---|\n{rows}\n{page}"


def link_page(place: str) -> str:
    """A link to the page of a run; of one in a bucket the address, which no browser opens."""
    return (
        f"The page of the run: `{place}`"
        if "://" in place
        else f"[The page of the run]({Path(place).absolute().as_uri()})"
    )


def escape(text: str) -> str:
    """Text that cannot break out of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[").replace("`", "'").replace("\n", " ")
