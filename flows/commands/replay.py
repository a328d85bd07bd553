"""`copydesk replay`: the quarantined inputs of a batch, run again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows.commands.options import DriftOption, LakeOption, ReasonOption, SourcesOption, WorkersOption, parse_date
from flows.console import open_progress, print_line, print_result, print_table

if TYPE_CHECKING:
    from flows.batches.replay import Replayed
    from flows.settings import Settings


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
    from flows.batches.run import open_settings_lake
    from flows.settings import read_settings
    from tasks.lakes.lookup import ask

    settings = read_settings(lake=lake, workers=workers, sources=sources, drift=drift)
    if day is None:
        opened = open_settings_lake(settings)
        rows = ask(
            opened, "quarantine", "source = ? AND (? IS NULL OR list_contains(reasons, ?))", source, reason, reason
        )
        if not rows:
            find_latest(opened, source)  # a source without a batch is an error
            print_line(f"{source}: nothing in quarantine" + (f" with reason {reason}" if reason else ""))
            return
        days = sorted({row["logical_date"] for row in rows})
    else:
        days = [day]
    is_published = [replay_day(settings, source, each, reason=reason) for each in days]
    if not all(is_published):
        raise typer.Exit(1)


def replay_day(settings: Settings, source: str, day: date, **options: Any) -> bool:
    """Replays one batch and prints the result; False if the audit blocked it. `options`: see `replay_batch`."""
    from flows.batches.catalog import follow_publish
    from flows.batches.replay import find_batch, replay_batch
    from flows.batches.run import make_run
    from flows.workers.cluster_map import choose_map

    with open_progress() as (watcher, _):
        run = make_run(settings, choose_map(settings), watcher)
        done = replay_batch(find_batch(run.lake, source, day, settings), run, **options)
    if done is None:
        print_line(f"{source} {day}: nothing to run again")
        return True
    print_replayed(done)
    follow_publish(run.lake, settings)
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
