"""`copydesk diff`: a batch run again with today's rules, held against what is published, and thrown away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows.console import fail, out, print_table, watch_run
from flows.errors import EXPECTED, exit_code
from flows.places import open_lake
from flows.pools import map_here
from flows.recipe import Batch, MapShards, Watcher, fit_limits, plan_files
from flows.replaying import pick_batch
from flows.requests import RequestError
from flows.settings import Settings, make_limits
from flows.staging import claim_staging
from tasks.batch import Limits
from tasks.diff import FATES, Differences, count_changes, diff_batch
from tasks.judge import judge_batch
from tasks.plan import cut_shards
from tasks.shard import check_complete

MOST_ROWS = 20


@dataclass(frozen=True)
class DryRun:
    """What a run of a batch would change, and what would block it."""

    batch: Batch
    differences: Differences
    blocked_by: tuple[str, ...]


def dry_run(
    batch: Batch, lake_folder: Path | str, limits: Limits, map_shards: MapShards, watcher: Watcher, *,
    learned: str = "auto", wait_seconds: float = 600, examples: int = 5,
) -> DryRun:  # fmt: skip
    """Builds and judges a batch as a run would, compares it with the lake, and publishes nothing."""
    lake = open_lake(lake_folder)
    watcher.step("plan")
    name, day = batch.source.name, batch.logical_date
    files = plan_files(batch, lake)
    with claim_staging(lake.staging, name, day, wait_seconds, watcher.wait) as folder:
        limits = fit_limits(limits, batch, lake, lake.receipt(name, day), learned)
        watcher.step("build")
        shards = cut_shards(batch.source, day, files, limits)
        staged = map_shards(shards, limits, folder)
        check_complete(shards, staged)
        watcher.step("audit")
        judged = judge_batch(batch.source, day, staged, len(files), limits)
        return DryRun(batch, diff_batch(lake, name, day, judged, examples), judged.blocked_by)


def run_diff(settings: Settings, source: str, day: date | None, examples: int, page: Path | None = None) -> int:
    """Prints what a run of a published batch would change, and writes it as a page if one is wanted. Returns the exit code."""
    try:
        batch = pick_batch(settings, source, day or find_latest(settings, source))
        with watch_run(f"{source} {batch.logical_date}") as ticker:
            found = dry_run(
                batch, settings.lake, make_limits(settings), map_here(ticker, settings.workers), ticker,
                learned=settings.learned, wait_seconds=settings.wait_seconds, examples=examples,
            )  # fmt: skip
    except EXPECTED as error:
        return fail(error, exit_code(error))
    print_differences(found)
    if page:
        from tasks.report.changes import write_changes
        from tasks.report.record import write_whole

        try:
            write_whole(page, write_changes(source, batch.logical_date, found.differences, found.blocked_by))
        except OSError as error:
            return fail(f"the page could not be written: {error}", 1)
        out.print(f"page: {page}", soft_wrap=True, markup=False)
    return 0


def find_latest(settings: Settings, source: str) -> date:
    """The latest logical date of a source in the lake. Raises RequestError when it has none."""
    days: list[date] = [row["logical_date"] for row in open_lake(settings.lake).receipts(source, columns=("logical_date",))]
    if not days:
        raise RequestError(f"{settings.lake} has no batch of {source}. `copydesk sources` lists what it has.")
    return max(days)


def print_differences(found: DryRun) -> None:
    """Counts first, then by rule and publisher, then the worst cases; nothing at all is one line."""
    batch, changes = found.batch, found.differences
    fates = Counter(changes.documents["fate"])
    label = f"{batch.source.name} {batch.logical_date}"
    if found.blocked_by:
        out.print(f"{label}: the audit would block it: {', '.join(found.blocked_by)}", soft_wrap=True, markup=False)
    if set(fates) <= {"same"}:
        out.print(f"{label}: a run would change none of {fates['same']:,} documents", markup=False)
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
    said = ", ".join(f"{fates[fate]:,} {fate}" for fate in FATES if fates[fate])
    out.print(f"{label}: of {changes.documents.height:,} documents {said}. Nothing was published.", markup=False)
