"""The commit: a batch's audited rows replace its old ones in all tables, at one instant, or nothing changes.

The new version is built where no reader looks. Only partitions that hold an old or a new row are written, the files of all others
are taken over, and a partition that comes out with the same bytes counts as unchanged. When nothing changed, there is no new
version. Method: write, audit, publish (Netflix, 2017).
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from tasks.counts import format_count
from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.changes import Change, plan_changes, stage_by_day
from tasks.publishing.claims import BatchClaims, load_claims
from tasks.publishing.erasures import carry_erasures, plan_erasures
from tasks.publishing.merge import merge_sorted, narrow_sorted, read_ahead
from tasks.publishing.receipts import find_open_sums, settle_receipts
from tasks.publishing.sketches import plan_sketches
from tasks.publishing.stories import LinkChanges, NextVersion, plan_links, plan_stories
from tasks.schema import MONTH, TABLES
from tasks.staging.receipt import StagedBatch
from tasks.stores.errors import LakeBusy, LakeError, Overtaken, PublishError
from tasks.stores.manifest import HIDDEN, ORDERS, Manifest, TableFile, month_of, partition_of
from tasks.stores.store import ERASING, open_draft
from tasks.stores.table_files import write_empty, write_files

TRIES = 50

Result = TypeVar("Result")
TableFiles = dict[str, tuple[TableFile, ...]]


@dataclass(frozen=True)
class Commit:
    """The version afterwards, whether anything changed, the batch's receipt as it is in the lake, and the files written.

    `changes`: how many documents the batch has now and had not, has otherwise, or had and has no more; empty at first.
    """

    version: int
    changed: bool
    receipt: dict[str, Any]
    files: TableFiles
    changes: dict[str, int] = field(default_factory=dict)


def publish(lake: Lake, staged: StagedBatch, note: Mapping[str, Any] | None = None) -> Commit:
    """Replaces all rows of a batch, wherever they were, by its staged rows; all tables change in one step or none does.

    A document that several batches of a source have is published by the earliest; receipts of all of them are updated in
    the same step. `note`: what belongs to this run only, for the commit's record. Raises LakeBusy when other publishers
    take longer than the lake's policy waits, PublishError when the disk, its permissions or the rows are in the way.
    """
    return commit(lake, lambda last: publish_over(lake, last, staged, dict(note or {})))


def roll_back(lake: Lake, number: int) -> int:
    """Shows a kept version again as a new one with the same files; returns its number. Raises RequestError, LakeBusy."""
    return commit(lake, lambda last: roll_back_over(lake, last, number))


def prune(lake: Lake) -> int:
    """Removes what dead writers left and the versions that the lake's policy does not keep; returns how many versions."""
    with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait):
        before = sum(made.kept for made in lake.versions())
        lake.store.sweep_versions(lake.policy.keep_versions)
        return before - sum(made.kept for made in lake.versions())


def finish_showing(lake: Lake) -> None:
    """Shows readers the whole of a version whose writer died between its commit and the last of its partitions."""
    if not lake.store.is_shown():
        with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait):
            return


def commit(lake: Lake, make: Callable[[int], Result]) -> Result:
    """What `make` does under the lake's lock, given the latest version; repeated when another publisher was faster."""
    for _ in range(TRIES):
        with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait) as last:
            try:
                return make(last)
            except Overtaken:
                continue
    raise LakeBusy(f"{lake.name}: others published {TRIES} times before this run could; run it again later")


def publish_over(lake: Lake, last: int, staged: StagedBatch, note: dict[str, Any]) -> Commit:
    """Publishes a batch as the version after `last`. Raises Overtaken when that is no longer the latest."""
    old = lake.manifest(last)
    if not last:
        old = replace(old, by=lake.policy.partition)
    elif "claims" not in old.tables:
        raise PublishError(f"{lake.name} was made by an older copydesk that kept no claims; ingest into a new lake")
    try:
        with open_draft(lake.store.folder, last + 1) as draft:
            if old.by == "day":
                folders = (
                    stage_by_day(part, draft / "scratch" / f"staged-{number}")
                    for number, part in enumerate(staged.folders)
                )
                staged = replace(staged, folders=tuple(folders))
            claims = load_claims(lake, old, staged)
            receipts = settle_receipts(lake, old, claims, staged.receipt)
            check_counts(receipts[0], claims, staged)
            changes = plan_changes(lake, old, claims, staged, receipts)
            changes["erasures"] = plan_erasures(lake, old, claims, staged)
            changes["sketches"] = plan_sketches(lake, old, claims, draft / "scratch" / "sketches")
            counts = count_document_changes(claims)
            done = commit_changes(
                lake, old, draft, changes, receipts[0], note | ({"documents": counts} if counts else {})
            )
            return replace(done, changes=counts)
    except (ValueError, pa.ArrowException) as error:
        batch = f"{staged.receipt['source']} {staged.receipt['logical_date']}"
        raise PublishError(f"{batch} cannot be published: {error}. Readers keep the old version.") from error


def check_counts(receipt: Mapping[str, Any], claims: BatchClaims, staged: StagedBatch) -> None:
    """Raises ValueError when a receipt does not close or counts other rows than there are."""
    gaps = find_open_sums(receipt)
    hidden = len(claims.ownership.hidden)
    found = {
        "published": claims.claimed.height - hidden,
        "duplicates": staged.duplicates.height + hidden,
        "quarantined": staged.quarantine.height,
        "erased": staged.erased.height,
    }
    gaps += [
        f"{what} is {receipt[what]}, counted {format_count(count, 'row')}"
        for what, count in found.items()
        if receipt[what] != count
    ]
    if gaps:
        raise ValueError("its sums do not close: " + "; ".join(gaps))


def count_document_changes(claims: BatchClaims) -> dict[str, int]:
    """How many documents a batch adds, changes (a record that is another document now) and removes; empty at first."""
    if claims.owned.is_empty():
        return {}
    fresh = claims.claimed.join(claims.owned, on="doc_id", how="anti")
    lost = claims.owned.join(claims.claimed, on="doc_id", how="anti")
    changed = fresh.join(lost, on="uri", how="semi").height
    return {"added": fresh.height - changed, "changed": changed, "removed": lost.height - changed}


def commit_changes(
    lake: Lake, old: Manifest, draft: Path, changes: Mapping[str, Change], receipt: dict[str, Any], note: dict[str, Any]
) -> Commit:
    """Builds all tables of the next version and shows it, unless it would be the old one again."""
    batch = (receipt["source"], receipt["logical_date"])
    first = find_first_month(old, batch[1])
    tables = {table: build_table(lake, old, table, change, draft, first) for table, change in changes.items()}
    version = NextVersion(lake, old, draft, tables)
    version = add_stories(version, plan_links(version), first)
    made = show_next(version, batch, note)
    if made is None:
        return Commit(old.version, False, receipt, {})
    known = {(table, file) for table, files in old.tables.items() for file in files}
    new = {table: tuple(file for file in files if (table, file) not in known) for table, files in made.tables.items()}
    return Commit(made.version, True, receipt, new)


def find_first_month(old: Manifest, *days: date) -> str:
    """The month of the first receipt of a version, or of a day before it.

    A table without rows has one empty file in that month, so its place depends on the lake's content alone.
    """
    return min([*map(month_of, days), *(file.month for file in old.tables.get("receipts", ()))])


def add_stories(version: NextVersion, links: LinkChanges, first: str) -> NextVersion:
    """The version with changed links, and the stories that follow from them. `first`: see `build_table`."""
    lake, old, draft = version.lake, version.old, version.draft
    linked = build_table(lake, old, "links", links.change, draft, first)
    version = replace(version, tables={**version.tables, "links": linked})
    stories = build_table(lake, old, "stories", plan_stories(version, links.ends), draft, first)
    return replace(version, tables={**version.tables, "stories": stories})


def show_next(version: NextVersion, batch: tuple[str, date] | None, note: dict[str, Any]) -> Manifest | None:
    """Shows a version of which all tables are built; None where it would be the old one again."""
    old, none = version.old, Change(frozenset(), [])
    missing = [
        table for table in TABLES if table not in version.tables
    ]  # a version of a release that did not have them
    first = find_first_month(old) if missing else ""
    built = {table: build_table(version.lake, old, table, none, version.draft, first) for table in missing}
    tables = {table: {**version.tables, **built}[table] for table in (*TABLES, *HIDDEN)}
    changed = list_changed_months(old, tables)
    if old.version and not any(changed.values()):
        return None
    rows = {table: sum(file.rows for file in files) for table, files in tables.items()}
    made = Manifest(old.version + 1, batch, None, changed, rows, tables, note, by=old.by)
    show_draft(version.lake, old, version.draft, made)
    return made


def build_table(
    lake: Lake, old: Manifest, table: str, change: Change, draft: Path, first: str
) -> tuple[TableFile, ...]:
    """All files of a table in the next version; writes changed partitions. `first`: the month of an empty file without rows."""
    keys = (MONTH.name, *ORDERS[table])
    parts = narrow_sorted(change.parts, keys, draft / "scratch")
    written = write_files(read_ahead(merge_sorted(parts, keys)), table, draft / table, lake.store.file_rows)
    if strays := written.keys() - change.months:
        raise ValueError(f"{table} has rows in {', '.join(sorted(strays))}, where the batch has no documents")
    files = [file for file in old.tables.get(table, ()) if file.month not in change.months]
    files += chain.from_iterable(written.values())
    if not files and table in TABLES:
        files = [write_empty(table, partition_of(table, date.fromisoformat(f"{first}-01"), old.by), draft / table)]
    return tuple(sorted(files, key=lambda file: (file.month, int(Path(file.path).name.split("-")[1]))))


def show_draft(lake: Lake, old: Manifest, draft: Path, made: Manifest) -> None:
    """Takes the files of the version `made` that the old one has over into the draft, and shows it."""
    if (scratch := draft / "scratch").exists():
        shutil.rmtree(scratch)  # what a refused removal left would be part of the version
    for table, files in made.tables.items():
        (draft / table).mkdir(exist_ok=True)
        before = set(old.tables.get(table, ()))
        for file in files:
            if file in before:
                target = draft / table / file.path
                # A file that was written again with the same bytes is removed, so that versions share it.
                target.unlink(missing_ok=True)
                lake.store.keep_file(old.version, table, file, target)
    lake.store.show_version(draft, made, lake.policy.keep_versions)


def find_damage(lake: Lake, made: Manifest, digests: dict[str, str]) -> str | None:
    """The first file of a version that is not what was published, and why; None when all are. `digests`: see the store."""
    for table, files in made.tables.items():
        for file in files:
            if fault := lake.store.find_file_fault(made.version, table, file, digests):
                return f"{lake.store.locate(made.version, table, file)}: {fault}"
    return None


def list_changed_months(old: Manifest, tables: TableFiles) -> dict[str, tuple[str, ...]]:
    """By table, the partitions whose files differ from those of the old version."""
    return {
        table: tuple(sorted({file.month for file in set(files) ^ set(old.tables.get(table, ()))}))
        for table, files in tables.items()
    }


def roll_back_over(lake: Lake, last: int, number: int) -> int:
    """Shows a kept version as the one after `last`. Raises Overtaken when that is no longer the latest."""
    kept = [made.version for made in lake.versions() if made.kept]
    if number not in kept:
        raise RequestError(
            f"{lake.name} has no version {number} any more; kept are {', '.join(map(str, kept)) or 'none'}"
        )
    if lake.files.list_names(ERASING):
        raise RequestError(f"{lake.name}: an erasure is in progress; run `copydesk erase --finish` first")
    wanted = lake.manifest(number)
    if fault := find_damage(lake, wanted, {}):
        raise LakeError(f"version {number} is not complete, so nothing was changed: {fault}; choose another version")
    if number == last:
        lake.store.repair_shown()
        return last
    with open_draft(lake.store.folder, last + 1) as draft:
        before, tables, rows = lake.manifest(last), wanted.tables, wanted.rows
        # What was erased since stays so.
        if change := carry_erasures(lake, before, wanted):
            carried = build_table(lake, wanted, "erasures", change, draft, find_first_month(wanted))
            tables, rows = tables | {"erasures": carried}, rows | {"erasures": sum(file.rows for file in carried)}
        changed = list_changed_months(before, tables)
        again = replace(wanted, version=last + 1, batch=None, restores=number, changed=changed, note={}, vacant={})
        show_draft(lake, wanted, draft, replace(again, tables=tables, rows=rows))
    return last + 1
