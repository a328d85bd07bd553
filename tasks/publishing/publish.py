"""The commit: a batch's audited rows replace its old ones in all tables, at one instant, or nothing changes.

The new version is built where no reader looks. Only partitions that hold an old or a new row are written, the files of all
others are taken over as they are, and a partition that comes out with the same bytes counts as untouched. When nothing
changed, there is no new version. Method: write, audit, publish (Netflix, 2017), with one replaced link as the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import DAILY, HIDDEN, ORDERS, Lake, Manifest, TableFile, month_of
from tasks.publishing.by_day import stage_by_day
from tasks.publishing.changes import Change, Staged, plan_changes, take_stock
from tasks.publishing.disk_store import LakeBusy, Overtaken, PublishError, drop_draft, open_draft
from tasks.publishing.files import write_empty, write_files
from tasks.publishing.merge import merge_runs, narrow_runs
from tasks.publishing.ownership import settle_receipts
from tasks.publishing.store import place_of
from tasks.publishing.tallies import find_gaps
from tasks.schema import MONTH, TABLES
from tasks.staging.receipt import StagedRun

TRIES = 50

__all__ = ["Commit", "LakeBusy", "PublishError", "prune", "publish", "roll_back"]


@dataclass(frozen=True)
class Commit:
    """The version that readers see afterwards; `changed` is False when nothing had to change.

    `receipt`: the batch's receipt as it stands in the lake; `files`: by table, those that this commit wrote.
    """

    version: int
    changed: bool
    receipt: dict[str, Any]
    files: dict[str, tuple[TableFile, ...]]


def publish(
    lake: Lake,
    batch: tuple[str, date],
    runs: Sequence[StagedRun],
    quarantine: pl.DataFrame,
    receipt: Mapping[str, Any],
    *,
    keep: int,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
    note: Mapping[str, Any] | None = None,
    partition: str = "month",
) -> Commit:
    """Replaces all rows of a batch, wherever they were, by its staged rows; all tables change in one step or none does.

    `runs`: staged shards and what is left out of them; `quarantine`: the batch's quarantine rows with `month`; `receipt`: the
    batch's row of `receipts` as if no other batch had any of its documents. A document that several batches of a source
    have is published by the earliest; receipts of all of them are brought up to date in the same step. `keep`: versions
    kept; `note`: what belongs to this run only, for the commit's record; `partition`: month or day, for a lake that is not
    there yet. Raises LakeBusy after `wait_seconds`,
    PublishError when the disk, its permissions or the rows themselves are in the way.
    """
    for _ in range(TRIES):
        with place_of(lake).lock_lake(lake, wait_seconds, on_wait) as last:
            try:
                return publish_over(lake, last, batch, runs, quarantine, receipt, keep, dict(note or {}), partition)
            except Overtaken:
                continue
    raise LakeBusy(f"{lake.name}: others published {TRIES} times before this run could; run the batch again later")


def publish_over(
    lake: Lake,
    last: int,
    batch: tuple[str, date],
    runs: Sequence[StagedRun],
    quarantine: pl.DataFrame,
    receipt: Mapping[str, Any],
    keep: int,
    note: dict[str, Any],
    partition: str,
) -> Commit:
    """Publishes a batch as the version after `last`. Raises Overtaken when that is no longer the latest."""
    old = lake.manifest(last) if last else replace(lake.manifest(0), by=partition)
    if last and "claims" not in old.tables:
        raise PublishError(f"{lake.name} was made by an older copydesk that kept no claims; ingest into a new lake")
    draft = open_draft(lake, last + 1)
    try:
        if old.by == "day":
            runs = [stage_by_day(run, draft / "scratch" / f"staged-{number}") for number, run in enumerate(runs)]
        staged = take_stock(lake, old, batch, runs, old.by)
        receipts = settle_receipts(lake, old, staged.runs, staged.moves, receipt, staged.source)
        check_counts(receipts[0], staged, quarantine)
        changes = plan_changes(lake, old, staged, quarantine, receipts)
        return finish(lake, old, draft, changes, batch, receipts[0], keep, note)
    except (ValueError, pa.ArrowException) as error:
        raise PublishError(
            f"{batch[0]} {batch[1]} cannot be published: {error}. Readers keep the old version."
        ) from error
    finally:
        drop_draft(draft)


def finish_showing(lake: Lake, wait_seconds: float, on_wait: Callable[[str], None] | None = None) -> None:
    """Shows readers the whole of a version whose writer died between its commit and the last of its partitions."""
    if not lake.is_shown():
        with place_of(lake).lock_lake(lake, wait_seconds, on_wait):
            return


def check_counts(receipt: Mapping[str, Any], staged: Staged, quarantine: pl.DataFrame) -> None:
    """Raises ValueError when a receipt does not close or counts other rows than there are."""
    gaps = find_gaps(receipt)
    published = staged.claimed.height - len(staged.moves.hidden)
    for what, said, found in (
        ("published", receipt["published"], published),
        ("quarantined", receipt["quarantined"], quarantine.height),
    ):
        if said != found:
            gaps.append(f"{what} is {said}, but there are {found} rows")
    if gaps:
        raise ValueError("its sums do not close: " + "; ".join(gaps))


def finish(
    lake: Lake,
    old: Manifest,
    draft: Path,
    changes: Mapping[str, Change],
    batch: tuple[str, date],
    receipt: dict[str, Any],
    keep: int,
    note: dict[str, Any],
) -> Commit:
    """Builds all tables of the next version and shows it, unless it would be the old one again."""
    # A table without rows has one empty file, in the month of the first receipt: receipts never go away, so where it lies
    # depends on the lake's content alone.
    first = min([month_of(batch[1]), *(file.month for file in old.tables.get("receipts", ()))])
    tables: dict[str, tuple[TableFile, ...]] = {}
    fresh: dict[str, tuple[TableFile, ...]] = {}
    changed: dict[str, tuple[str, ...]] = {}
    for table in (*TABLES, *HIDDEN):
        tables[table], fresh[table] = build_table(lake, old, table, changes[table], draft, first)
        gone = {file.month for file in old.tables.get(table, ()) if file not in tables[table]}
        changed[table] = tuple(sorted(gone | {file.month for file in fresh[table]}))
    if old.version and not any(changed.values()):
        return Commit(old.version, False, receipt, {})
    drop_draft(draft / "scratch")
    link_files(lake, old, draft, tables, fresh)
    rows = {table: sum(file.rows for file in files) for table, files in tables.items()}
    place_of(lake).show_version(
        lake, draft, Manifest(old.version + 1, batch, None, changed, rows, tables, note, by=old.by), keep
    )
    return Commit(old.version + 1, True, receipt, fresh)


def build_table(
    lake: Lake, old: Manifest, table: str, change: Change, draft: Path, first: str
) -> tuple[tuple[TableFile, ...], tuple[TableFile, ...]]:
    """Writes the changed partitions of a table into the draft; all its files, and those of them that are new."""
    keys = (MONTH.name, *ORDERS[table])
    runs = narrow_runs(change.runs, keys, draft / "scratch")
    written = write_files(merge_runs(runs, keys), table, draft / table, lake.file_rows)
    strays = written.keys() - change.months
    if strays:
        raise ValueError(f"{table} has rows in {', '.join(sorted(strays))}, where the batch has no documents")
    before = old.tables.get(table, ())
    files = [file for file in before if file.month not in change.months]
    files += chain.from_iterable(written.values())
    if not files and table in TABLES:
        files = [write_empty(table, f"{first}-01" if old.by == "day" and table in DAILY else first, draft / table)]
    whole = tuple(sorted(files, key=lambda file: (file.month, part_number(file))))
    return whole, tuple(file for file in whole if file not in before)


def part_number(file: TableFile) -> int:
    """Which file of its partition it is."""
    return int(Path(file.path).name.split("-")[1])


def link_files(
    lake: Lake,
    old: Manifest,
    draft: Path,
    tables: Mapping[str, Iterable[TableFile]],
    fresh: Mapping[str, Iterable[TableFile]] | None = None,
) -> None:
    """Takes the old version's files over into the draft, except those that are new."""
    for table, files in tables.items():
        (draft / table).mkdir(exist_ok=True)
        new = set((fresh or {}).get(table, ()))
        for file in files:
            target = draft / table / file.path
            if file not in new:
                # Written again with the same bytes: the old file stays, so that hard links are shared.
                target.unlink(missing_ok=True)
                place_of(lake).keep_file(lake, old.version, table, file, target)


def roll_back(
    lake: Lake, number: int, wait_seconds: float, *, keep: int = 5, on_wait: Callable[[str], None] | None = None
) -> int:
    """Shows a kept version again, as a new version with the same files, whose number is given back.

    Versions are never numbered twice and none is taken away, so a rollback can itself be rolled back. Raises PublishError
    when the version is not kept.
    """
    for _ in range(TRIES):
        with place_of(lake).lock_lake(lake, wait_seconds, on_wait) as last:
            try:
                return roll_back_over(lake, last, number, keep)
            except Overtaken:
                continue
    raise LakeBusy(f"{lake.name}: others published {TRIES} times before the rollback could; try again later")


def roll_back_over(lake: Lake, last: int, number: int, keep: int) -> int:
    """Shows a kept version as the one after `last`. Raises Overtaken when that is no longer the latest."""
    kept = [made.version for made in lake.versions() if made.kept]
    if number not in kept:
        raise PublishError(
            f"{lake.name} has no version {number} any more; kept are {', '.join(map(str, kept)) or 'none'}"
        )
    if number == last:
        place_of(lake).mend_shown(lake)
        return last
    wanted = lake.manifest(number)
    draft = open_draft(lake, last + 1)
    try:
        link_files(lake, wanted, draft, wanted.tables)
        changed = compare(lake.manifest(last), wanted)
        again = replace(wanted, version=last + 1, batch=None, restores=number, changed=changed, note={}, vacant={})
        place_of(lake).show_version(lake, draft, again, keep)
    finally:
        drop_draft(draft)
    return last + 1


def prune(lake: Lake, keep: int, wait_seconds: float, *, on_wait: Callable[[str], None] | None = None) -> int:
    """Removes what dead writers left and all but the last `keep` versions, as a publish would; returns how many versions."""
    with place_of(lake).lock_lake(lake, wait_seconds, on_wait):
        before = sum(made.kept for made in lake.versions())
        place_of(lake).sweep_versions(lake, keep)
        return before - sum(made.kept for made in lake.versions())


def compare(before: Manifest, after: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the months whose files differ between two versions."""
    changed = {}
    for table, files in after.tables.items():
        differing = set(files) ^ set(before.tables.get(table, ()))
        changed[table] = tuple(sorted({file.month for file in differing}))
    return changed
