"""The Prefect flow that runs past days again: a plan, then the days at the same time, and a table of the results.

The receipts in the lake say what is done, so a retry does what is left, and the same range a second time is no work.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from prefect import State, flow, get_run_logger, runtime
from prefect.states import Completed, Failed
from pydantic import Field

from flows.batches.progress import DayMeter, Progress
from flows.batches.requests import today
from flows.batches.run import BatchResult, make_run
from flows.days import plan
from flows.days.day_workers import RunBatch, run_days
from flows.days.plan import OnExisting, Order
from flows.days.states import Day, survey_days
from flows.orchestration.forms import link_form, titled
from flows.orchestration.reporting import begin_run, fail_run, make_log_watcher, show_table
from flows.orchestration.retries import retried_task
from flows.orchestration.shown_progress import ShownProgress
from flows.settings import SourceName, read_settings
from flows.unexpected import explain_error
from tasks.counts import format_count


def name_backfill() -> str:
    """The name of a run: backfill-2026-10-01-2026-10-31-wire-stale-dry."""
    given = runtime.flow_run.parameters
    parts = [str(given["start_date"]), str(given["end_date"]), *given.get("sources", []), given.get("on_existing")]
    return "-".join(["backfill", *filter(None, parts), *(["dry"] if given.get("dry_run") else [])])


@flow(name="backfill", flow_run_name=name_backfill, persist_result=False, validate_parameters=True)
def backfill(
    start_date: date = titled("First day"),
    end_date: date = titled("Last day"),
    sources: list[SourceName] = titled("Sources", []),
    on_existing: OnExisting = titled("Days that the lake has", "skip"),
    dry_run: bool = titled("Dry run: only show the plan", False),
    order: Order = titled("Order", "oldest first"),
    max_parallel_days: Annotated[int, Field(ge=1, le=8)] = titled("Days at the same time", 2),
    drift: Literal["as set", "warn", "block", "off"] = titled("Days unlike earlier ones", "as set"),
    learned: str = titled("Learned lines", ""),
    lake: str = titled("Lake", ""),
) -> State[Any]:
    """Looks at a range of days, and runs those that are missing, failed or stale.

    Args:
        start_date: First logical date, the day that files stand for.
        end_date: Last logical date, itself included.
        sources: Sources to run, as sources.toml declares them. All of them when left empty.
        on_existing: Days that the lake has already. skip leaves them as they are. stale makes those again that failed, or
            were made with other rules, libraries or settings, or from other files. replace also compares the contents of all
            files, and makes each day again that would come out differently.
        dry_run: Only show the state of the days, what would be run and, for a sample, what would change. Nothing is published.
        order: Which end of the range to begin at. A day is compared with earlier ones, so newest first finds no drift.
        drift: A day unlike the earlier days of its source: published with a warning, blocked, or not looked at. Left as set:
            the setting COPYDESK_DRIFT, or warn.
        max_parallel_days: Days worked on at the same time. Each takes a core and up to a gigabyte of memory.
        learned: Learned lines to use: auto, latest, none or a version. Left empty: the setting COPYDESK_LEARNED, or auto.
        lake: Folder of the lake, or s3://bucket/folder. Left empty: the setting COPYDESK_LAKE, or the folder lake.
    """
    begin_run()
    try:
        chosen_drift = None if drift == "as set" else drift
        settings = read_settings(lake=lake or None, learned=learned or None, drift=chosen_drift)
        run = make_run(settings)
        days = survey_days(sources, start_date, end_date, run, today())
        chosen = plan.choose_days(days, on_existing, order)
        summary = f"{len(chosen)} of {format_count(len(days), 'day')} to run: {plan.count_states(days)}"
        form = link_form({"dry_run": False}) if dry_run and chosen else ""
        link = f"**→ [Run these days]({form})**" if form else ""
        plan_page = show_table("backfill-plan", plan.tabulate_plan(days, on_existing), summary, link)
        if form:
            get_run_logger().info("To run these days: %s", form)
        if dry_run and (rows := plan.preview_days(chosen, run)):
            show_table("backfill-changes", rows, "What would change, on a sample of the days", link)
        if dry_run:
            return Completed(message=f"Dry run. {summary}" + (f". Plan: {plan_page}" if plan_page else ""))
        if not chosen:
            return Completed(message=f"Nothing to do. {summary}")
        meter, shown = DayMeter(len(chosen)), ShownProgress("backfill-progress")

        def report(results: Sequence[BatchResult]) -> None:
            meter.finish(result.batch.label for result in results)
            share, said = meter.describe()
            shown.show(share, f"{said}: {plan.count_states(results)}" if results else said, at_once=True)

        def run_day(day: Day, run_batch: RunBatch) -> BatchResult:
            return run_task(
                day, run_batch, partial(meter.count, day.batch.label, lambda: shown.show(*meter.describe()))
            )

        report(())
        results = run_days(chosen, settings, max_parallel_days, run_day, report)
        table = f"{format_count(len(results), 'day')}: {plan.count_states(results)}"
        show_table("backfill-days", plan.tabulate_results(results, settings.pages_url), table)
        return Completed(message=plan.describe_results(results))
    except Exception as error:
        return fail_run(str(explain_error(error)))


def run_task(day: Day, run_batch: RunBatch, count: Callable[[Progress], object]) -> BatchResult:
    """Runs a day as a task; its result, however the task ends. `count`: gets how far the day is."""
    state: State[Any] = ingest_day(day, run_batch, count, return_state=True)
    found = state.result(raise_on_failure=False)
    if isinstance(found, BatchResult):
        return found
    return plan.fail_day(day.batch, found if isinstance(found, BaseException) else RuntimeError(str(state.message)))


# Safe to run again: a published day is found to be unchanged. It has no tags: for each tag Prefect would ask the server for a
# slot before every day, and wait for it while the server is away.
@retried_task("ingest-day", "{day.batch.source.name}/{day.batch.logical_date}")
def ingest_day(day: Day, run_batch: RunBatch, count: Callable[[Progress], object]) -> BatchResult | State[BatchResult]:
    """Runs one day in a process."""
    done = run_batch(day.batch, replace(make_log_watcher(), count=count))
    get_run_logger().info(done.summary)
    return Failed(message=done.why, data=done) if done.why else done
