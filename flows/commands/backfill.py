"""`copydesk backfill`: a range of days looked at, and run again where they need it, in process. The flow does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import date

from flows.batches.places import open_lake
from flows.batches.requests import today
from flows.batches.staging import sweep_staging
from flows.console import Ticker, fail, out, print_table, watch_run
from flows.days.day_run import (
    DayDone,
    OnExisting,
    Order,
    choose_days,
    count_states,
    fail_day,
    outline_days,
    outline_plan,
    run_day,
    say_days,
    say_failed,
)
from flows.days.day_workers import RunDay, open_lanes
from flows.days.survey import Day, survey_days
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings
from flows.workers.clusters import check_runner

RIGHT = frozenset({"files", "in the lake", "records", "published", "quarantined"})


def run_backfill(
    names: Sequence[str],
    start: date,
    end: date,
    settings: Settings,
    *,
    on_existing: OnExisting,
    order: Order,
    dry_run: bool,
    parallel: int,
) -> int:
    """Prints the plan, runs it unless it is a dry run, prints what became of the days; returns the exit code."""
    try:
        check_runner(settings)
        days = survey_days(names, start, end, settings, today())
    except EXPECTED as error:
        return fail(error, exit_code(error))
    chosen = choose_days(days, on_existing, order)
    print_rows(outline_plan(days, on_existing))
    out.print(f"{len(chosen)} of {say_days(len(days))} to run ({count_states(days)})", markup=False)
    if dry_run or not chosen:
        return 0
    with watch_run(f"backfill {start} to {end}") as ticker:
        done = run_days(chosen, settings, parallel, ticker)
    out.print()
    print_rows(outline_days(done))
    bad = [day for day in done if day.is_bad]
    out.print(f"{say_days(len(done))}: {count_states(done)}", markup=False)
    return fail(f"{len(bad)} of {say_days(len(done))} failed: {say_failed(done)}", 1) if bad else 0


def run_days(days: Sequence[Day], settings: Settings, parallel: int, ticker: Ticker) -> list[DayDone]:
    """Runs the days, `parallel` at a time, in their order; one that fails does not stop the others."""
    ticker.shards(len(days))
    done: list[DayDone] = []
    with ThreadPoolExecutor(parallel) as pool, open_days(settings, parallel) as run:
        try:
            for future in as_completed([pool.submit(try_day, run, day, settings, ticker) for day in days]):
                done.append(future.result())
                ticker.shard_done()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


@contextmanager
def open_days(settings: Settings, parallel: int) -> Iterator[RunDay]:
    """A way to run days: here for one at a time, in processes for more. What died or was stopped leaves nothing staged."""
    try:
        if parallel == 1:
            yield run_day
        else:
            with open_lanes(parallel, settings.step_seconds) as run:
                yield run
    finally:
        sweep_staging(open_lake(settings.lake).staging)


def try_day(run: RunDay, day: Day, settings: Settings, ticker: Ticker) -> DayDone:
    """Runs a day; an error becomes its outcome."""
    try:
        return run(day.batch, settings, QuietSteps(ticker))
    except Exception as error:
        return fail_day(day.batch, error)


class QuietSteps:
    """Passes on that a day waits; its steps would only flicker between those of the others."""

    def __init__(self, ticker: Ticker) -> None:
        self.ticker = ticker

    def step(self, name: str) -> None: ...

    def wait(self, message: str) -> None:
        self.ticker.wait(message)


def print_rows(rows: Sequence[dict[str, str]]) -> None:
    """A table of rows that have the same columns. In a pipe it is as wide as it needs."""
    if rows:
        print_table(tuple(rows[0]), (tuple(row.values()) for row in rows), right=RIGHT)
