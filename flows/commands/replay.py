"""`copydesk replay`: the quarantined inputs of a batch, run again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows.commands.options import (
    DriftOption,
    LakeOption,
    ReasonOption,
    SourcesOption,
    WorkersOption,
    make_chosen_run,
    parse_date,
)
from flows.console import open_progress, print_line, print_result, print_table

if TYPE_CHECKING:
    from flows.batches.replay import Replayed
    from flows.batches.run import Run


def replay(
    source: Annotated[str, typer.Option("--source", help="Source of the batch.")],
    day: Annotated[
        Optional[date],
        typer.Option(
            "--date", parser=parse_date, metavar="YYYY-MM-DD", help="Logical date.", show_default="all that have rows"
        ),
    ] = None,
    reason: ReasonOption = None,
    lake: LakeOption = None,
    drift: DriftOption = None,
    workers: WorkersOption = None,
    sources: SourcesOption = None,
) -> None:
    """Run the quarantined inputs of a batch again, after a rule, an expectation or a file was fixed."""
    from flows.batches.replay import find_latest
    from tasks.lakes.lookup import query_table

    with open_progress() as (watcher, hide):
        run = make_chosen_run(watcher, lake=lake, workers=workers, sources=sources, drift=drift)
        days = [day] if day else []
        if day is None:
            chosen = "source = ? AND (? IS NULL OR list_contains(reasons, ?))"
            days = sorted(
                {row["logical_date"] for row in query_table(run.lake, "quarantine", chosen, source, reason, reason)}
            )
        if not days:
            find_latest(run.lake, source)  # a source without a batch is an error
            print_line(f"{source}: nothing in quarantine" + (f" with reason {reason}" if reason else ""))
        is_published = [replay_day(run, source, each, hide, reason=reason) for each in days]
    if not all(is_published):
        raise typer.Exit(1)


def replay_day(run: Run, source: str, day: date, hide: Callable[[], None], **options: Any) -> bool:
    """Replays one batch and prints the result; False if the audit blocked it. `options`: see `replay_batch`."""
    from flows.batches.catalog import follow_publish
    from flows.batches.replay import find_batch, replay_batch

    done = replay_batch(find_batch(run.lake, source, day, run.settings), run, **options)
    hide()
    if done is None:
        print_line(f"{source} {day}: nothing to run again")
        return True
    print_replayed(done)
    follow_publish(run.lake, run.settings)
    return done.result.state != "blocked"


def print_replayed(done: Replayed) -> None:
    """The batch's table, then the state of every row that was in quarantine."""
    print_result(done.result)
    batch = done.result.batch
    print_line(f"{done.files:,} of {len(done.result.receipt['inputs']):,} files were run again")
    if done.rows:
        print_table(
            ("input", "was stopped for", "now"), ((row.uri, ", ".join(row.reasons), row.state) for row in done.rows)
        )
    if done.other_rules:
        print_line(
            f"{done.other_rules:,} documents stay as other rules, libraries or settings made them. To clean them again: "
            f"copydesk ingest {batch.source.name} --date {batch.logical_date}"
        )
