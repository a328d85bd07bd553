"""The flow that runs past days again: a plan to look at, then the days side by side, and a table of what became of them.

What has been done is read from the lake's receipts, so a run that is tried again does what is left, and the same range a
second time is no work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from prefect import State, flow, get_run_logger, runtime, tags, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows.batches.places import open_lake
from flows.batches.requests import today
from flows.batches.staging import sweep_staging
from flows.days.changes import sample_changes
from flows.days.day import (
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
from flows.days.lanes import RunDay, open_lanes
from flows.days.survey import Day, survey_days
from flows.errors import EXPECTED
from flows.orchestration.choices import SourceName
from flows.orchestration.retries import BACK_OFF, JITTER, RETRIES, can_retry_help
from flows.orchestration.runlog import RunLog
from flows.orchestration.told import fail_run
from flows.settings import Settings
from flows.workers.clusters import check_runner

# A table artifact has no limit of its own; a page with more rows than this is of no use to anybody.
MOST_ROWS = 400


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
        lake: Folder of the lake. Left empty: the setting COPYDESK_LAKE, or `lake`.
    """
    log = get_run_logger()
    given = {"lake": lake or None, "learned": learned or None}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
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
    with tags("backfill"):
        done = run_days(chosen, settings, max_parallel_days)
    show_days(done)
    bad = [day for day in done if day.is_bad]
    if bad:
        return fail_run(f"{len(bad)} of {say_days(len(done))} failed: {say_failed(done)}")
    return Completed(message=f"{say_days(len(done))}: {count_states(done)}")


# Safe to run again: what is published already is found so. What it returns are counts, and they are not kept.
@task(
    name="ingest-day",
    task_run_name="{day.batch.source.name}/{day.batch.logical_date}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=RETRIES,
    retry_delay_seconds=BACK_OFF,
    retry_jitter_factor=JITTER,
    retry_condition_fn=can_retry_help,
)
def ingest_day(day: Day, settings: Settings, run: RunDay) -> DayDone | State[DayDone]:
    """Runs one day in a process of its own."""
    label = f"{day.batch.source.name} {day.batch.logical_date}"
    log = get_run_logger()
    done = run(day.batch, settings, RunLog(log, label))
    log.info(
        "%s: %s records=%d published=%d duplicates=%d quarantined=%d version=%d",
        label, done.state, done.records, done.published, done.duplicates, done.quarantined, done.version,
    )  # fmt: skip
    return Failed(message=done.why, data=done) if done.is_bad else done


def run_days(days: Sequence[Day], settings: Settings, parallel: int) -> list[DayDone]:
    """Runs the days as tasks, `parallel` at a time, in their order; one that fails does not stop the others."""
    done: list[DayDone] = []
    # Its type says it may have to be awaited; in a flow that is not async it has not.
    progress = cast(UUID, create_progress_artifact(0.0, "backfill-progress", f"0 of {say_days(len(days))} done"))
    try:
        threads: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=parallel)
        with threads as runner, open_lanes(parallel, settings.step_seconds) as run:
            waiting: dict[PrefectFuture[Any], Day] = {
                runner.submit(ingest_day, {"day": day, "settings": settings, "run": run}): day for day in days
            }
            for future in as_completed(list(waiting)):
                done.append(read_day(waiting[future], future))
                share = round(100 * len(done) / len(days), 1)
                said = f"{len(done)} of {say_days(len(days))} done: {count_states(done)}"
                update_progress_artifact(progress, share, description=said)
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


def show_days(done: Sequence[DayDone]) -> None:
    """What became of the days as an artifact, the bad ones first."""
    show_table("backfill-days", outline_days(done), f"{say_days(len(done))}: {count_states(done)}")


def show_changes(chosen: Sequence[Day], settings: Settings) -> None:
    """What a run would change, on a sample, as an artifact."""
    rows = sample_changes(chosen, settings)
    if rows:
        show_table("backfill-changes", rows, "What would change, on a sample of the days")


def show_table(key: str, rows: list[dict[str, str]], description: str) -> None:
    """A table artifact of at most MOST_ROWS rows."""
    left_out = f". The first {MOST_ROWS} of {len(rows):,} rows" if len(rows) > MOST_ROWS else ""
    create_table_artifact(rows[:MOST_ROWS], key=key, description=description + left_out)
