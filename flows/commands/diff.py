"""`copydesk diff`: a batch run again with today's rules, held against what is published, and thrown away."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl

from flows.batches.places import open_lake
from flows.batches.replay import find_latest
from flows.batches.trial import DryRun, dry_run
from flows.commands.replay import pick_batch
from flows.console import fail, out, print_table, watch_run
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings, make_limits
from flows.workers.cluster_map import map_shards
from tasks.trials.diff import CHANGES, count_changes

MOST_ROWS = 20


def run_diff(settings: Settings, source: str, day: date | None, examples: int, page: Path | None = None) -> int:
    """Prints what a run of a published batch would change, and writes it as a page if one is wanted. Returns the exit code."""
    try:
        batch = pick_batch(settings, source, day or find_latest(open_lake(settings.lake), source))
        with watch_run(f"{source} {batch.logical_date}") as ticker:
            found = dry_run(
                batch,
                settings.lake,
                make_limits(settings),
                map_shards(ticker, settings),
                ticker,
                learned=settings.learned,
                wait_seconds=settings.wait_seconds,
                examples=examples,
            )
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_differences(found)
    if page:
        from tasks.report.changes import write_changes

        try:
            text = write_changes(source, batch.logical_date, found.differences, found.blocked_by)
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        except OSError as error:
            return fail(f"the page could not be written: {error}", 1)
        out.print(f"page: {page}", soft_wrap=True, markup=False)
    return 0


def print_differences(found: DryRun) -> None:
    """Counts first, then by rule and publisher, then the worst cases; nothing at all is one line."""
    batch, changes = found.batch, found.differences
    counts = Counter(changes.documents["change"])
    label = f"{batch.source.name} {batch.logical_date}"
    if found.blocked_by:
        out.print(f"{label}: the audit would block it: {', '.join(found.blocked_by)}", soft_wrap=True, markup=False)
    if set(counts) <= {"same"}:
        out.print(f"{label}: a run would change none of {counts['same']:,} documents", markup=False)
        return
    for example in changes.examples:
        out.print(f"{example.doc_id}  {example.uri}", style="bold", soft_wrap=True, markup=False)
        for line in example.diff:
            colour = {"-": "red", "+": "green"}.get(line[:1])
            out.print(f"  {line}", style=colour, soft_wrap=True, markup=False)
    counted = count_changes(changes.lines)
    if counted.height:
        print_table(
            ("rule", "publisher", "newly out", "newly kept", "apart", "longest line"),
            ((*row[:5], row[5][:80]) for row in counted.head(MOST_ROWS).iter_rows()),
            right=frozenset({"newly out", "newly kept", "apart"}),
        )
    if counted.height > MOST_ROWS:
        out.print(f"... and {counted.height - MOST_ROWS} more rules and publishers", markup=False)
    columns = changes.documents.select(pl.col("columns").explode().drop_nulls())["columns"].value_counts(sort=True)
    if columns.height:
        said = ", ".join(f"{name} {count:,}" for name, count in columns.iter_rows())
        out.print(f"columns that differ: {said}", soft_wrap=True, markup=False)
    said = ", ".join(f"{counts[change]:,} {change}" for change in CHANGES if counts[change])
    out.print(f"{label}: of {changes.documents.height:,} documents {said}. Nothing was published.", markup=False)
