"""The flow that runs past days again: a plan to look at, then the days side by side, and a table of what became of them.

What has been done is read from the lake's receipts, so a run that is tried again does what is left, and the same range a
second time is no work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from prefect import State, flow, get_run_logger, runtime
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows.batches.places import open_lake
from flows.batches.requests import today
from flows.batches.staging import sweep_staging
from flows.days.changes import sample_changes
from flows.days.day_run import (
    DayDone,
    OnExisting,
    Order,
    choose_days,
    count_states,
    fail_day,
    outline_days,
    outline_plan,
    say_days,
    say_failed,
)
from flows.days.day_workers import RunDay, open_lanes
from flows.days.survey import Day, survey_days
from flows.errors import EXPECTED
from flows.orchestration.artifacts import show_progress, show_table
from flows.orchestration.choices import SourceName
from flows.orchestration.end_with_worker import follow_worker
from flows.orchestration.failed_run import fail_run
from flows.orchestration.retries import retried_task
from flows.orchestration.runlog import RunLog
from flows.settings import Settings, read_settings
from flows.workers.clusters import check_runner


def name_run() -> str:
    """Run names say what and for when: backfill-2026-10-01-2026-10-31-wire-stale-dry."""
    given = runtime.flow_run.parameters
    parts = [str(given["start_date"]), str(given["end_date"]), *given.get("sources", []), given.get("on_existing")]
    return "-".join(["backfill", *filter(None, parts), *(["dry"] if given.get("dry_run") else [])])


@flow(name="backfill", flow_run_name=name_run, persist_result=False, validate_parameters=True)
def backfill(
    start_date: date,
    end_date: date,
    sources: list[SourceName] = [],  # noqa: B006  (a form shows an empty list, and nobody changes it)
    on_existing: OnExisting = "skip",
    dry_run: bool = False,
    order: Order = "newest first",
    max_parallel_days: Annotated[int, Field(ge=1, le=8)] = 2,
    learned: str = "",
    lake: str = "",
) -> State[Any]:
    """Looks at a range of days, and runs those that are missing, failed or stale.

    Args:
        start_date: First logical date, the day that files stand for.
        end_date: Last logical date, itself included.
        sources: Sources to run, as sources.toml declares them. All of them when left empty.
        on_existing: Days that the lake has already. skip leaves them as they are. stale makes those anew that failed, or
            were made with other rules, libraries or settings, or of other files. replace also compares the contents of all
            files, and makes anew whatever would come out differently.
        dry_run: Only show how the days stand, what would be run and, for a sample, what would change. Nothing is published.
        order: Which end of the range to begin at.
        max_parallel_days: Days worked on at the same time. Each takes a core and up to a gigabyte of memory.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    follow_worker()
    log = get_run_logger()
    settings = read_settings(lake=lake or None, learned=learned or None)
    try:
        check_runner(settings)
        days = survey_days(sources, start_date, end_date, settings, today())
        chosen = choose_days(days, on_existing, order)
        log.info("plan: days=%d to_run=%d states=(%s)", len(days), len(chosen), count_states(days))
        show_plan(days, on_existing, len(chosen))
        if dry_run:
            show_changes(chosen, settings)
    except EXPECTED as error:
        return fail_run(str(error))
    said = f"{len(chosen)} of {say_days(len(days))} to run: {count_states(days)}"
    if dry_run or not chosen:
        return Completed(message=f"Dry run. {said}" if dry_run else f"Nothing to do. {said}")
    done = run_days(chosen, settings, max_parallel_days)
    show_days(done)
    bad = [day for day in done if day.is_bad]
    if bad:
        return fail_run(f"{len(bad)} of {say_days(len(done))} failed: {say_failed(done)}")
    return Completed(message=f"{say_days(len(done))}: {count_states(done)}")


# Safe to run again: what is published already is found so. It has no tags: for each of them Prefect would ask the server for a
# place before every day, and wait for it while it is away.
@retried_task("ingest-day", "{day.batch.source.name}/{day.batch.logical_date}")
def ingest_day(day: Day, settings: Settings, run: RunDay) -> DayDone | State[DayDone]:
    """Runs one day in a process of its own."""
    label = f"{day.batch.source.name} {day.batch.logical_date}"
    log = get_run_logger()
    done = run(day.batch, settings, RunLog(log, label))
    log.info(
        "%s: %s records=%d published=%d duplicates=%d quarantined=%d version=%d",
        label,
        done.state,
        done.records,
        done.published,
        done.duplicates,
        done.quarantined,
        done.version,
    )
    return Failed(message=done.why, data=done) if done.is_bad else done


def run_days(days: Sequence[Day], settings: Settings, parallel: int) -> list[DayDone]:
    """Runs the days as tasks, `parallel` at a time, in their order; one that fails does not stop the others."""
    done: list[DayDone] = []
    progress = show_done(None, done, len(days))
    try:
        threads: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=parallel)
        with threads as runner, open_lanes(parallel, settings.step_seconds) as run:
            waiting: dict[PrefectFuture[Any], Day] = {
                runner.submit(ingest_day, {"day": day, "settings": settings, "run": run}): day for day in days
            }
            for future in as_completed(list(waiting)):
                done.append(read_day(waiting[future], future))
                progress = show_done(progress, done, len(days))
    finally:
        # Stopped in the middle: what the processes had staged is of no use to anybody.
        sweep_staging(open_lake(settings.lake).staging)
    return done


def read_day(day: Day, future: PrefectFuture[Any]) -> DayDone:
    """What became of a day, however its task ended."""
    # Done, but its state is that of the server until it has been waited for.
    future.wait()
    found = future.state.result(raise_on_failure=False)
    if isinstance(found, DayDone):
        return found
    return fail_day(day.batch, found if isinstance(found, BaseException) else RuntimeError(str(future.state.message)))


def show_plan(days: Sequence[Day], on_existing: OnExisting, chosen: int) -> None:
    """The plan as an artifact, what has to be done first."""
    said = f"{chosen} of {say_days(len(days))} to run: {count_states(days)}"
    show_table("backfill-plan", outline_plan(days, on_existing), said)


def show_done(shown: UUID | None, done: Sequence[DayDone], total: int) -> UUID | None:
    """How many days are done, as an artifact that counts; see `show_progress`."""
    said = f"{len(done)} of {say_days(total)} done" + (f": {count_states(done)}" if done else "")
    return show_progress(shown, "backfill-progress", round(100 * len(done) / total, 1), said)


def show_days(done: Sequence[DayDone]) -> None:
    """What became of the days as an artifact, the bad ones first."""
    show_table("backfill-days", outline_days(done), f"{say_days(len(done))}: {count_states(done)}")


def show_changes(chosen: Sequence[Day], settings: Settings) -> None:
    """What a run would change, on a sample, as an artifact."""
    rows = sample_changes(chosen, settings)
    if rows:
        show_table("backfill-changes", rows, "What would change, on a sample of the days")
