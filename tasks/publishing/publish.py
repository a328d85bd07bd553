"""The commit: a batch's audited rows replace its old ones in all tables, at one instant, or nothing changes.

The new version is built where no reader looks. Only partitions that hold an old or a new row are written, the files of all
others are taken over as they are, and a partition that comes out with the same bytes counts as untouched. When nothing
changed, there is no new version. Method: write, audit, publish (Netflix, 2017), with one replaced link as the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import DAILY, HIDDEN, ORDERS, Lake, Manifest, TableFile, month_of
from tasks.publishing.by_day import stage_by_day
from tasks.publishing.changes import Change, plan_changes
from tasks.publishing.claims import BatchClaims, load_claims
from tasks.publishing.disk_store import LakeBusy, Overtaken, PublishError, drop_draft, open_draft
from tasks.publishing.files import write_empty, write_files
from tasks.publishing.merge import merge_sorted, narrow_sorted
from tasks.publishing.receipts import settle_receipts
from tasks.publishing.store import place_of
from tasks.publishing.tallies import find_gaps
from tasks.schema import MONTH, TABLES
from tasks.staging.receipt import StagedBatch

TRIES = 50

Result = TypeVar("Result")

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


def publish(lake: Lake, staged: StagedBatch, note: Mapping[str, Any] | None = None) -> Commit:
    """Replaces all rows of a batch, wherever they were, by its staged rows; all tables change in one step or none does.

    A document that several batches of a source have is published by the earliest; receipts of all of them are updated in
    the same step. `note`: what belongs to this run only, for the commit's record. Raises LakeBusy when other publishers
    take longer than the lake's policy waits, PublishError when the disk, its permissions or the rows are in the way.
    """
    return commit(lake, lambda last: publish_over(lake, last, staged, dict(note or {})))


def commit(lake: Lake, make: Callable[[int], Result]) -> Result:
    """What `make` does under the lake's lock, given the latest version; repeated when another publisher was faster."""
    for _ in range(TRIES):
        with place_of(lake).lock_lake(lake) as last:
            try:
                return make(last)
            except Overtaken:
                continue
    raise LakeBusy(f"{lake.name}: others published {TRIES} times before this run could; run it again later")


def publish_over(lake: Lake, last: int, staged: StagedBatch, note: dict[str, Any]) -> Commit:
    """Publishes a batch as the version after `last`. Raises Overtaken when that is no longer the latest."""
    old = lake.manifest(last) if last else replace(lake.manifest(0), by=lake.policy.partition)
    if last and "claims" not in old.tables:
        raise PublishError(f"{lake.name} was made by an older copydesk that kept no claims; ingest into a new lake")
    draft = open_draft(lake, last + 1)
    try:
        if old.by == "day":
            folders = [
                stage_by_day(part, draft / "scratch" / f"staged-{number}") for number, part in enumerate(staged.folders)
            ]
            staged = replace(staged, folders=tuple(folders))
        claims = load_claims(lake, old, staged)
        receipts = settle_receipts(lake, old, claims, staged.receipt)
        check_counts(receipts[0], claims, staged.quarantine)
        changes = plan_changes(lake, old, claims, staged.quarantine, receipts)
        return finish(lake, old, draft, changes, receipts[0], note)
    except (ValueError, pa.ArrowException) as error:
        batch = f"{staged.receipt['source']} {staged.receipt['logical_date']}"
        raise PublishError(f"{batch} cannot be published: {error}. Readers keep the old version.") from error
    finally:
        drop_draft(draft)


def finish_showing(lake: Lake) -> None:
    """Shows readers the whole of a version whose writer died between its commit and the last of its partitions."""
    if not lake.is_shown():
        with place_of(lake).lock_lake(lake):
            return


def check_counts(receipt: Mapping[str, Any], claims: BatchClaims, quarantine: pl.DataFrame) -> None:
    """Raises ValueError when a receipt does not close or counts other rows than there are."""
    gaps = find_gaps(receipt)
    published = claims.claimed.height - len(claims.ownership.hidden)
    for what, said, found in (
        ("published", receipt["published"], published),
        ("quarantined", receipt["quarantined"], quarantine.height),
    ):
        if said != found:
            gaps.append(f"{what} is {said}, but there are {found} rows")
    if gaps:
        raise ValueError("its sums do not close: " + "; ".join(gaps))


def finish(
    lake: Lake, old: Manifest, draft: Path, changes: Mapping[str, Change], receipt: dict[str, Any], note: dict[str, Any]
) -> Commit:
    """Builds all tables of the next version and shows it, unless it would be the old one again."""
    # A table without rows has one empty file, in the month of the first receipt: receipts never go away, so where it lies
    # depends on the lake's content alone.
    batch = (receipt["source"], receipt["logical_date"])
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
    made = Manifest(old.version + 1, batch, None, changed, rows, tables, note, by=old.by)
    place_of(lake).show_version(lake, draft, made)
    return Commit(old.version + 1, True, receipt, fresh)


def build_table(
    lake: Lake, old: Manifest, table: str, change: Change, draft: Path, first: str
) -> tuple[tuple[TableFile, ...], tuple[TableFile, ...]]:
    """Writes the changed partitions of a table into the draft; all its files, and those of them that are new."""
    keys = (MONTH.name, *ORDERS[table])
    runs = narrow_sorted(change.runs, keys, draft / "scratch")
    written = write_files(merge_sorted(runs, keys), table, draft / table, lake.file_rows)
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


def roll_back(lake: Lake, number: int) -> int:
    """Shows a kept version again, as a new version with the same files; returns the new number.

    Versions are never numbered twice and none is removed, so a rollback can itself be rolled back. Raises PublishError
    when the version is not kept, LakeBusy as `publish` does.
    """
    return commit(lake, lambda last: roll_back_over(lake, last, number))


def roll_back_over(lake: Lake, last: int, number: int) -> int:
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
        place_of(lake).show_version(lake, draft, again)
    finally:
        drop_draft(draft)
    return last + 1


def prune(lake: Lake) -> int:
    """Removes what dead writers left and the versions that the lake's policy does not keep; returns how many versions."""
    with place_of(lake).lock_lake(lake):
        before = sum(made.kept for made in lake.versions())
        place_of(lake).sweep_versions(lake)
        return before - sum(made.kept for made in lake.versions())


def compare(before: Manifest, after: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the months whose files differ between two versions."""
    changed = {}
    for table, files in after.tables.items():
        differing = set(files) ^ set(before.tables.get(table, ()))
        changed[table] = tuple(sorted({file.month for file in differing}))
    return changed
