"""The lake as a whole: checked, its versions and files listed, rolled back, partitioned otherwise."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from flows.batches.catalog import follow_publish
from flows.batches.places import make_policy, open_lake
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings

SHOWN = 50  # findings told one by one; the table at the end counts all


def check_lake(settings: Settings, *, whole: bool) -> int:
    """Verifies a lake and prints what is wrong with it, or only looks so."""
    from tasks.checking.check import check, find_odd_days

    lake = open_lake(settings.lake)
    if whole:
        with tempfile.TemporaryDirectory(prefix="copydesk-check-") as scratch:
            findings = check(lake, Path(scratch))
    else:
        findings = check(lake)
    # Without sound receipts, days say nothing.
    doubts = [] if findings else find_odd_days(lake)
    for found in [*findings, *doubts][:SHOWN]:
        # No table: paths and commands are there to be copied.
        out.print(f"{found.what}: {found.where}\n  next: {found.next}", soft_wrap=True, markup=False)
    if findings:
        kinds = Counter(found.what for found in findings)
        print_table(("wrong", "times"), kinds.most_common(), right=frozenset({"times"}))
        return fail(f"{len(findings)} things are wrong with {lake.name}", 1)
    said = "all documents" if whole else "a sample of the documents (--all takes every one)"
    out.print(f"{lake.name}: all files and sums and {said} are as their receipts say", soft_wrap=True, markup=False)
    if doubts:
        out.print(f"{len(doubts)} days look odd beside their neighbours", markup=False)
    return 0


def list_versions(settings: Settings) -> int:
    """The commits of a lake, newest last; those that are kept can be gone back to."""
    lake = open_lake(settings.lake)
    current = lake.version()
    rows = []
    for made in lake.versions():
        source, day = made.batch or ("", "")
        state = "current" if made.version == current else "kept" if made.kept else ""
        rows.append((made.version, source, day, made.rows.get("documents", ""), state))
    print_table(("version", "source", "date", "documents", ""), rows, right=frozenset({"version", "documents"}))
    return 0


def roll_back(settings: Settings, number: int) -> int:
    """Makes an earlier version the current one."""
    from tasks.lakes.lake import LakeError
    from tasks.publishing.publish import roll_back as roll

    lake = open_lake(settings.lake, make_policy(settings))
    try:
        made = roll(lake, number)
    except LakeError as error:
        return fail(error, 2)
    out.print(f"{lake.name}: readers see version {number} again, as version {made}", markup=False)
    try:
        follow_publish(settings)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    return 0


def change_partitions(settings: Settings, by: str) -> int:
    """Partitions a lake by month or by day."""
    from tasks.lakes.lake import LakeError
    from tasks.publishing.repartition import repartition

    if by not in ("month", "day"):
        return fail(f"--by {by}: lakes are partitioned by month or by day", 2)
    lake = open_lake(settings.lake, make_policy(settings))
    try:
        made = repartition(lake, by)
    except LakeError as error:
        return fail(error, 2)
    out.print(f"{lake.name}: version {made} is by {by}", markup=False)
    return 0


def list_files(settings: Settings, table: str) -> int:
    """The immutable files of a table in the published version, one a line."""
    from tasks.schema import TABLES

    if table not in TABLES:
        return fail(f"there is no table {table!r}; there are {', '.join(TABLES)}", 2)
    lake = open_lake(settings.lake)
    manifest = lake.manifest()
    for file in manifest.tables.get(table, ()):
        print(lake.locate(manifest.version, table, file))
    return 0
