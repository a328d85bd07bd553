"""`copydesk backfill`: past days run again where they need it, without a Prefect server. The flow does the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from flows.commands.options import (
    DriftOption,
    LakeOption,
    LearnedOption,
    SourcesOption,
    make_chosen_run,
    make_day_option,
)
from flows.console import err, open_progress_line, print_line, print_table, print_warning
from tasks.counts import format_count

if TYPE_CHECKING:
    from flows.batches.run import BatchResult
    from flows.days.day_workers import RunBatch
    from flows.days.states import Day

RIGHT = frozenset({"files", "in the lake", "records", "published", "blocked", "duplicates", "quarantined"})


def backfill(
    start: Annotated[date, make_day_option("--from", "First logical date.")],
    end: Annotated[date, make_day_option("--to", "Last logical date.")],
    names: Annotated[
        Optional[list[str]],
        typer.Argument(help="Declared sources. All when left out.", metavar="[SOURCE]", show_default=False),
    ] = None,
    on_existing: Annotated[
        Literal["skip", "stale", "replace"],
        typer.Option(
            "--on-existing",
            help="Days that the lake has: skip leaves them, stale makes those again that were made with other rules or "
            "from other files, replace also compares the contents of all files.",
        ),
    ] = "skip",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the state of the days and what would be run.")
    ] = False,
    parallel: Annotated[int, typer.Option("--parallel", min=1, max=8, help="Days worked on at the same time.")] = 1,
    newest_first: Annotated[
        bool,
        typer.Option(
            "--newest-first/--oldest-first", help="Which end to begin at. Drift needs the earlier days first."
        ),
    ] = False,
    drift: DriftOption = None,
    lake: LakeOption = None,
    learned: LearnedOption = None,
    sources: SourcesOption = None,
) -> None:
    """Look at a range of days, and run those that the lake does not have; with --on-existing also stale and failed ones."""
    from flows.batches.progress import DayMeter
    from flows.batches.requests import today
    from flows.batches.run import NO_WATCHER, Watcher
    from flows.days import plan
    from flows.days.day_workers import run_days
    from flows.days.states import survey_days

    run = make_chosen_run(NO_WATCHER, lake=lake, sources=sources, learned=learned, drift=drift)
    days = survey_days(names or [], start, end, run, today())
    chosen = plan.choose_days(days, on_existing, "newest first" if newest_first else "oldest first")
    print_rows(plan.tabulate_plan(days, on_existing))
    print_line(f"{len(chosen)} of {format_count(len(days), 'day')} to run ({plan.count_states(days)})")
    if dry_run or not chosen:
        return
    with open_progress_line() as line:
        what, meter = f"backfill {start} to {end}", DayMeter(len(chosen))

        def show_line() -> None:
            line.show(what, *meter.describe())

        def run_day(day: Day, run_batch: RunBatch) -> BatchResult:
            # The steps of parallel days would alternate too fast to be read.
            count = partial(meter.count, day.batch.label, show_line)
            try:
                return run_batch(day.batch, Watcher(warn=print_warning, count=count if err.is_terminal else None))
            except Exception as error:
                return plan.fail_day(day.batch, error)

        def report(done: Sequence[BatchResult]) -> None:
            meter.finish(result.batch.label for result in done)
            show_line()

        report(())
        results = run_days(chosen, run.settings, parallel, run_day, report)
    print_line()
    print_rows([{**row, "page": shorten_path(row["page"])} for row in plan.tabulate_results(results)])
    print_line(f"{format_count(len(results), 'day')}: {plan.count_states(results)}")
    plan.describe_results(results)  # raises an error where some failed


def shorten_path(path: str) -> str:
    """A path as it is named from the working folder, if it is below that."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if path and Path(path).is_relative_to(here) else path


def print_rows(rows: Sequence[dict[str, str]]) -> None:
    """A table of rows that have the same columns. In a pipe it is as wide as it needs."""
    if rows:
        print_table(tuple(rows[0]), (tuple(row.values()) for row in rows), right=RIGHT)
