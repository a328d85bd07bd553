"""Batches: listed by source, their pages written again, and what a run of today would change in one, which publishes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from flows.commands.add_source import SourceOptions, add_source
from flows.commands.options import (
    FieldOption,
    FormatOption,
    LakeOption,
    LearnedOption,
    SourcesOption,
    WorkersOption,
    make_chosen_run,
    open_chosen_lake,
    parse_date,
)
from flows.console import open_progress, output, print_line, print_object, print_table
from tasks.errors import RunFailed

if TYPE_CHECKING:
    from tasks.trials.diff import Differences

MOST_ROWS = 20


def sources(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(help="`add`, a name and a path: declares a source.", metavar="[add NAME PATH]"),
    ] = None,
    form: FormatOption = None,
    names: FieldOption = None,
    publisher: Annotated[
        Optional[str], typer.Option("--publisher", help="For inputs that name none and have no address.")
    ] = None,
    why: Annotated[Optional[str], typer.Option("--why", help="What the source is, in a sentence.")] = None,
    schedule: Annotated[
        Optional[str], typer.Option("--schedule", help="When it runs by itself: 02:15, or five fields of cron.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write the row without asking.")] = False,
    file: SourcesOption = None,
    lake: LakeOption = None,
) -> None:
    """The declared sources, and the batches that the lake has of them; with `add`, declare one after a look at its files."""
    from flows.settings import read_settings
    from tasks.lakes.lake import query_table
    from tasks.sources import load_sources

    place = read_settings(sources=file).sources
    if what:
        if what[0] != "add" or len(what) != 3:
            raise typer.BadParameter(f"write `sources add NAME PATH`, and not {' '.join(what)!r}.")
        add_source(place, SourceOptions(what[1], what[2], form, names, publisher, why, schedule, yes))
        return
    declared = load_sources(place)
    receipts = query_table(open_chosen_lake(lake), "receipts", "true ORDER BY source, logical_date")
    batches = Counter(row["source"] for row in receipts)
    latest = {row["source"]: row["logical_date"] for row in receipts}
    shown = {name: (source.path, source.format) for name, source in declared.items()}
    names_shown = [*declared, *sorted(batches.keys() - declared.keys())]
    print_table(
        ("source", "path", "format", "batches", "latest"),
        ((name, *shown.get(name, ("(not declared)", "")), batches[name], latest.get(name)) for name in names_shown),
        right=frozenset({"batches"}),
    )


def status(
    names: Annotated[
        Optional[list[str]], typer.Option("--source", help="Only this source; may be repeated.", show_default="all")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How many days up to today.")] = 14,
    file: SourcesOption = None,
    lake: LakeOption = None,
) -> None:
    """Sources by days: published, warned, short, stale, blocked, failed, missing, no files or running; what to run again."""
    from flows.batches.requests import today
    from flows.batches.run import NO_WATCHER
    from flows.days.states import survey_days
    from flows.days.status import SIGNS, list_cells, sign_rows

    run = make_chosen_run(NO_WATCHER, lake=lake, sources=file)
    end = today()
    start = end - timedelta(days=days - 1)
    cells = list(list_cells(run.lake, survey_days(names or (), start, end, run, end)))
    if output.is_json:
        for cell in cells:
            print_object({**vars(cell), "command": cell.command})
        return
    print_table(("source", f"{start} to {end}", "documents"), sign_rows(cells), right=frozenset({"documents"}))
    counts = Counter(cell.state for cell in cells)
    print_line("  ".join(f"{sign} {counts[state]} {state}" for state, (sign, _) in SIGNS.items() if counts[state]))
    for cell in cells:
        if cell.command:
            print_line(f"{cell.state}: {cell.source} {cell.day}" + (f": {cell.why}" if cell.why else ""))
            print_line(f"  next: {cell.command}")


def report(
    source: Annotated[Optional[str], typer.Argument(help="Only batches of this source.", metavar="[SOURCE]")] = None,
    day: Annotated[
        Optional[date], typer.Argument(parser=parse_date, help="Only the batch of this date.", metavar="[DATE]")
    ] = None,
    lake: LakeOption = None,
    target: Annotated[
        Optional[Path], typer.Option("--out", help="Folder for the pages.", show_default="reports in the lake's store")
    ] = None,
) -> None:
    """Write the page of each batch, with figures, texts and findings, and an index over them."""
    from flows.batches.page import write_reports

    index, pages = write_reports(open_chosen_lake(lake), source, day, target)
    print_table(("source", "date", "state", "page"), pages if output.is_json or len(pages) <= MOST_ROWS else ())
    print_line(f"{len(pages)} pages, from {index}" if len(pages) != 1 else f"index: {index}")


def diff(
    source: Annotated[str, typer.Argument(help="Source of the batch.")],
    day: Annotated[
        Optional[date],
        typer.Argument(parser=parse_date, metavar="[YYYY-MM-DD]", help="Logical date.", show_default="its latest"),
    ] = None,
    examples: Annotated[int, typer.Option("--examples", min=0, help="Documents to show, worst first.")] = 5,
    page: Annotated[Optional[Path], typer.Option("--page", help="Write it as one HTML file, too.")] = None,
    learned: LearnedOption = None,
    lake: LakeOption = None,
    workers: WorkersOption = None,
    sources: SourcesOption = None,
) -> None:
    """What a run of a published batch would change with today's rules and files. Publishes nothing."""
    from flows.batches.replay import find_batch, find_latest, preview_batch

    with open_progress() as (watcher, _):
        run = make_chosen_run(watcher, lake=lake, workers=workers, sources=sources, learned=learned)
        batch = find_batch(run.lake, source, day or find_latest(run.lake, source), run.settings)
        found = preview_batch(batch, run, examples)
    print_differences(batch.label, found)
    if page:
        from tasks.report.page import write_changes

        try:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(write_changes(source, batch.logical_date, found), encoding="utf-8")
        except OSError as error:
            raise RunFailed(f"the page could not be written: {error}") from None
        print_line(f"page: {page}")


def print_differences(label: str, found: Differences) -> None:
    """Prints the worst cases, counts by rule and publisher, and a summary; one line if nothing would change."""
    from tasks.trials.diff import CHANGES, count_changes, count_columns

    counts = Counter(found.documents["change"])
    if found.blocked_by:
        print_line(f"{label}: the audit would block it: {', '.join(found.blocked_by)}")
    if set(counts) <= {"same"}:
        print_line(f"{label}: a run would change none of {counts['same']:,} documents")
        return
    for example in found.examples:
        print_line(f"{example.doc_id}  {example.uri}  {example.change}", "bold")
        for line in example.diff:
            print_line(f"  {line}", {"-": "red", "+": "green"}.get(line[:1], ""))
    counted = count_changes(found.lines)
    if counted.height:
        print_table(
            ("rule", "publisher", "newly removed", "newly kept", "apart", "longest line"),
            ((*row[:5], row[5][:80]) for row in counted.head(MOST_ROWS).iter_rows()),
            right=frozenset({"newly removed", "newly kept", "apart"}),
        )
    if counted.height > MOST_ROWS:
        print_line(f"... and {counted.height - MOST_ROWS} more rules and publishers")
    if columns := count_columns(found.documents):
        print_line("columns that differ: " + ", ".join(f"{name} {count:,}" for name, count in columns))
    summary = ", ".join(f"{counts[state]:,} {state}" for state in CHANGES if counts[state])
    print_line(f"{label}: of {found.documents.height:,} documents {summary}. Nothing was published.")
