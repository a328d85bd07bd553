"""The Prefect flow: the same recipe, with a task a shard."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import State, flow, get_run_logger, runtime, task, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner
from pydantic import Field

from flows.assets import tell_assets
from flows.console import fail, outline_receipt, print_directions, print_outcome, say_blocked
from flows.errors import EXPECTED, exit_code
from flows.pools import shard_folder
from flows.recipe import Batch, Outcome, ingest_batch
from flows.requests import RequestError, find_batches
from flows.retries import BACK_OFF, JITTER, RETRIES, can_retry_help
from flows.runlog import RunLog
from flows.settings import Settings, make_limits
from flows.told import fail_run
from tasks.batch import Limits, Shard
from tasks.plan import NothingNew
from tasks.shard import StagedShard, build_shard


class BatchBlocked(RuntimeError):
    """The audit did not let a batch through; `outcomes` are those of all batches of the run."""

    def __init__(self, message: str, outcomes: Sequence[Outcome] = ()) -> None:
        super().__init__(message)
        self.outcomes = outcomes


# A shard is safe to build again, and nothing it takes or returns is worth keeping: paths and counts.
@task(
    name="build-shard",
    task_run_name="{shard.source.name}-{shard.number}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=RETRIES,
    retry_delay_seconds=BACK_OFF,
    retry_jitter_factor=JITTER,
    retry_condition_fn=can_retry_help,
)
def build(shard: Shard, limits: Limits, folder: Path) -> StagedShard:
    """Builds one shard: files in, staged rows out."""
    return build_shard(shard, limits, shard_folder(folder, shard))


def map_tasks(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Maps shards as Prefect tasks, on whatever runner the flow has."""
    futures = build.map(list(shards), unmapped(limits), unmapped(folder))
    return [future.result() for future in futures]


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
        lake: Folder of the lake. Left empty: the setting COPYDESK_LAKE, or `lake`.
        force: Run batches again even if nothing has changed.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
    """
    settings = Settings()
    if lake:
        settings = settings.model_copy(update={"lake": Path(lake)})
    if learned:
        settings = settings.model_copy(update={"learned": learned})
    # What a person is told in a line stands in the run's state, without a traceback in its log.
    try:
        given = {"logical_date": logical_date, "days_back": days_back, "time_zone": time_zone}
        day = find_day(given, runtime.flow_run.scheduled_start_time)
        batches = find_batches(what, day, datetime.now(UTC).date(), settings.sources)
    except EXPECTED as error:
        return fail_run(str(error), error)
    outcomes: list[Outcome] = []
    failed: list[Exception] = []
    nothing_new: list[NothingNew] = []
    for batch in batches:
        # One source that fails does not stop the others.
        try:
            outcomes.append(ingest_one(batch, settings, force=force))
        except NothingNew as error:
            nothing_new.append(error)
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


def ingest_one(batch: Batch, settings: Settings, *, force: bool) -> Outcome:
    """Runs one batch and leaves its summary in Prefect. Raises what `ingest_batch` raises."""
    log = get_run_logger()
    label = f"{batch.source.name} {batch.logical_date}"
    outcome = ingest_batch(
        batch, settings.lake, make_limits(settings), map_tasks, RunLog(log, label),
        force=force, keep_versions=settings.keep_versions, wait_seconds=settings.wait_seconds, learned=settings.learned,
    )  # fmt: skip
    counts = {name: outcome.receipt[name] for name in ("records", "published", "duplicates", "quarantined")}
    numbers = " ".join(f"{name}={count}" for name, count in counts.items())
    log.info("%s: %s %s version=%d", label, outcome.state, numbers, outcome.version)
    create_markdown_artifact(
        write_summary(outcome), key=f"ingest-{slug(batch.source.name)}", description=f"{label}: {outcome.state}"
    )
    if outcome.state == "published":
        tell_assets(settings.lake, label, counts)
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
    return f"**{outcome.batch.source.name} {outcome.batch.logical_date}: {verdict}**\n\n| | count | |\n|---|--:|---|\n{rows}\n"


def escape(text: str) -> str:
    """Text that cannot break out of a Markdown table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[").replace("`", "'").replace("\n", " ")


def pick_runner(workers: int) -> TaskRunner[Any]:
    """Threads for one worker, since a thread starts at once; processes for more, since shards are CPU work."""
    return ThreadPoolTaskRunner(max_workers=1) if workers == 1 else ProcessPoolTaskRunner(max_workers=workers)


def run_flow(what: Sequence[str], day: date, settings: Settings, *, force: bool) -> int:
    """Runs the flow from the command line and prints what it printed without Prefect; returns the exit code."""
    # The run's log is in Prefect; the terminal gets the table.
    logging.getLogger("prefect").setLevel(logging.WARNING)
    os.environ["COPYDESK_SOURCES"] = str(settings.sources)
    code = 0
    outcomes: Sequence[Outcome]
    try:
        found = ingest.with_options(task_runner=pick_runner(settings.workers))(
            what=list(what), logical_date=day, lake=str(settings.lake), force=force, learned=settings.learned
        )
        outcomes = cast(Sequence[Outcome], found)
    except BatchBlocked as blocked:
        outcomes, code = blocked.outcomes, fail(blocked, 1)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    for outcome in outcomes:
        print_outcome(outcome)
    if code == 0 and not outcomes:
        return fail(
            f"nothing new for {day}: earlier batches took all files. To run one again, give its --date and --force.", 2
        )
    if code == 0:
        print_directions(settings.lake)
    return code
