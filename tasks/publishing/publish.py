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

from tasks.lake import HIDDEN, ORDERS, Lake, Manifest, TableFile, month_of, read_manifest
from tasks.publishing.changes import Change, Staged, plan_changes, take_stock
from tasks.publishing.files import write_empty, write_files
from tasks.publishing.merge import merge_runs, narrow_runs
from tasks.publishing.moves import settle_receipts
from tasks.publishing.tallies import find_gaps
from tasks.publishing.trees import (
    LakeBusy,
    PublishError,
    drop_draft,
    keep_file,
    lock_lake,
    open_draft,
    show_version,
    sweep_versions,
)
from tasks.receipt import StagedRun
from tasks.schema import MONTH, TABLES

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
    lake: Lake, batch: tuple[str, date], runs: Sequence[StagedRun], quarantine: pl.DataFrame, receipt: Mapping[str, Any],
    *, keep: int, wait_seconds: float, on_wait: Callable[[str], None] | None = None, note: Mapping[str, Any] | None = None,
) -> Commit:  # fmt: skip
    """Replaces all rows of a batch, wherever they were, by its staged rows; all tables change in one step or none does.

    `runs`: staged shards and what is left out of them; `quarantine`: the batch's quarantine rows with `month`; `receipt`: the
    batch's row of `receipts` as if no other batch had any of its documents. A document that several batches of a source
    have is published by the earliest; receipts of all of them are brought up to date in the same step. `keep`: versions
    kept; `note`: what belongs to this run only, for the commit's record. Raises LakeBusy after `wait_seconds`,
    PublishError when the disk, its permissions or the rows themselves are in the way.
    """
    with lock_lake(lake, wait_seconds, on_wait) as last:
        old = read_manifest(lake, last)
        if last and "claims" not in old.tables:
            raise PublishError(f"{lake.path} was made by an older copydesk that kept no claims; ingest into a new lake")
        draft = open_draft(lake, last + 1)
        try:
            staged = take_stock(lake, old, batch, runs)
            receipts = settle_receipts(lake, old, staged.runs, staged.moves, receipt, staged.source)
            check_counts(receipts[0], staged, quarantine)
            changes = plan_changes(lake, old, staged, quarantine, receipts)
            return finish(lake, old, draft, changes, batch, receipts[0], keep, dict(note or {}))
        except (ValueError, pa.ArrowException) as error:
            raise PublishError(
                f"{batch[0]} {batch[1]} cannot be published: {error}. Readers keep the old version."
            ) from error
        finally:
            drop_draft(draft)


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
    lake: Lake, old: Manifest, draft: Path, changes: Mapping[str, Change], batch: tuple[str, date], receipt: dict[str, Any],
    keep: int, note: dict[str, Any],
) -> Commit:  # fmt: skip
    """Builds all tables of the next version and shows it, unless it would be the old one again."""
    # A table without rows has one empty file, in the month of the first receipt: receipts never go away, so where it lies
    # depends on the lake's content alone.
    first = min([month_of(batch[1]), *(file.month for file in old.tables.get("receipts", ()))])
    tables: dict[str, tuple[TableFile, ...]] = {}
    fresh: dict[str, tuple[TableFile, ...]] = {}
    changed: dict[str, tuple[str, ...]] = {}
    for table in (*TABLES, *HIDDEN):
        tables[table], fresh[table] = build_table(old, table, changes[table], draft, first)
        gone = {file.month for file in old.tables.get(table, ()) if file not in tables[table]}
        changed[table] = tuple(sorted(gone | {file.month for file in fresh[table]}))
    if old.version and not any(changed.values()):
        return Commit(old.version, False, receipt, {})
    drop_draft(draft / "scratch")
    link_files(lake, old, draft, tables, fresh)
    rows = {table: sum(file.rows for file in files) for table, files in tables.items()}
    show_version(lake, draft, Manifest(old.version + 1, batch, None, changed, rows, tables, note))
    sweep_versions(lake, keep)
    return Commit(old.version + 1, True, receipt, fresh)


def build_table(
    old: Manifest, table: str, change: Change, draft: Path, first: str
) -> tuple[tuple[TableFile, ...], tuple[TableFile, ...]]:
    """Writes the changed partitions of a table into the draft; all its files, and those of them that are new."""
    keys = (MONTH.name, *ORDERS[table])
    runs = narrow_runs(change.runs, keys, draft / "scratch")
    written = write_files(merge_runs(runs, keys), table, draft / table)
    strays = written.keys() - change.months
    if strays:
        raise ValueError(f"{table} has rows in {', '.join(sorted(strays))}, where the batch has no documents")
    before = old.tables.get(table, ())
    files = [file for file in before if file.month not in change.months]
    files += chain.from_iterable(written.values())
    if not files and table in TABLES:
        files = [write_empty(table, first, draft / table)]
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
                keep_file(lake.tree(old.version) / table / file.path, target)


def roll_back(
    lake: Lake, number: int, wait_seconds: float, *, keep: int = 5, on_wait: Callable[[str], None] | None = None
) -> int:
    """Shows a kept version again, as a new version with the same files, whose number is given back.

    Versions are never numbered twice and none is taken away, so a rollback can itself be rolled back. Raises PublishError
    when the version is not kept.
    """
    with lock_lake(lake, wait_seconds, on_wait) as last:
        kept = [made.version for made in lake.versions() if made.kept]
        if number not in kept:
            raise PublishError(
                f"{lake.path} has no version {number} any more; kept are {', '.join(map(str, kept)) or 'none'}"
            )
        if number == last:
            return last
        wanted = read_manifest(lake, number)
        draft = open_draft(lake, last + 1)
        try:
            link_files(lake, wanted, draft, wanted.tables)
            changed = compare(read_manifest(lake, last), wanted)
            show_version(
                lake, draft, replace(wanted, version=last + 1, batch=None, restores=number, changed=changed, note={})
            )
            sweep_versions(lake, keep)
        finally:
            drop_draft(draft)
        return last + 1


def prune(lake: Lake, keep: int, wait_seconds: float, *, on_wait: Callable[[str], None] | None = None) -> int:
    """Removes what dead writers left and all but the last `keep` versions, as a publish would; returns how many versions."""
    with lock_lake(lake, wait_seconds, on_wait):
        before = sum(made.kept for made in lake.versions())
        sweep_versions(lake, keep)
        return before - sum(made.kept for made in lake.versions())


def compare(before: Manifest, after: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the months whose files differ between two versions."""
    changed = {}
    for table, files in after.tables.items():
        differing = set(files) ^ set(before.tables.get(table, ()))
        changed[table] = tuple(sorted({file.month for file in differing}))
    return changed
