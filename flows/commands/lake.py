"""The commands that look after a whole lake: check, versions, rollback, files, repartition and iceberg."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption, open_chosen_lake, open_existing_lake
from flows.console import print_line, print_table
from tasks.counts import format_count
from tasks.errors import RequestError, RunFailed

MOST_SHOWN = 50  # the table at the end counts all faults


def check(
    whole: Annotated[
        bool,
        typer.Option(
            "--all", help="Every document, not a sample; kept versions, manifests, releases, learned lines, pages."
        ),
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="First make the newest complete version visible again. Deletes nothing.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Verify a lake: files (of tagged versions too) and documents against their hashes, receipts against rows."""
    from tasks.checking import check as checking

    if repair:
        from tasks.publishing.repair import repair_lake

        for line in repair_lake(open_chosen_lake(lake)):
            print_line(f"repaired: {line}")
    opened = open_existing_lake(lake)
    if whole:
        with tempfile.TemporaryDirectory(prefix="copydesk-check-") as scratch:
            faults = checking.check_lake(opened, Path(scratch))
    else:
        faults = checking.check_lake(opened)
    # Without sound receipts, the numbers of a day mean nothing.
    odd_days = [] if faults else checking.find_odd_days(opened)
    for found in [*faults, *odd_days][:MOST_SHOWN]:
        # Not a table: paths and commands are to be copied.
        print_line(f"{found.what}: {found.where}\n  next: {found.next}")
    if faults:
        kinds = Counter(found.what for found in faults)
        print_table(("wrong", "times"), kinds.most_common(), right=frozenset({"times"}))
        raise RunFailed(f"{format_count(len(faults), 'fault')} in {opened.name}")
    checked = (
        "all documents, kept versions, learned lines, releases and pages"
        if whole
        else "a sample of the documents (--all takes every one)"
    )
    print_line(f"{opened.name}: all files and sums and {checked} are as their receipts say")
    if odd_days:
        kinds = Counter(found.what for found in odd_days)
        print_line("worth a look: " + ", ".join(f"{what} ({times:,})" for what, times in kinds.most_common()))


def versions(lake: LakeOption = None) -> None:
    """The versions of a lake, when each was made, and which of them are kept."""
    from tasks.stores.tags import list_tags

    opened = open_existing_lake(lake)
    current, committed = opened.version(), opened.store.list_versions()
    tags = list_tags(opened.files)
    rows = []
    for made in opened.versions():
        source, day = made.batch or ("", "")
        named = [f"tag {tag}" for tag, version in tags.items() if version == made.version]
        state = ", ".join(["current" if made.version == current else "kept" if made.kept else "", *named])
        time = committed[made.version]
        shown = f"{time:%Y-%m-%d %H:%M}" if time else ""
        rows.append((made.version, shown, source, day, made.rows.get("documents", ""), state))
    print_table(
        ("version", "made at (UTC)", "source", "date", "documents", "state"),
        rows,
        right=frozenset({"version", "documents"}),
    )


def rollback(
    number: Annotated[int, typer.Argument(help="Version to go back to.", metavar="VERSION")], lake: LakeOption = None
) -> None:
    """Make an earlier version of a lake the one that readers see."""
    from flows.batches.run import follow_publish, open_settings_lake
    from flows.settings import read_settings
    from tasks.publishing.publish import roll_back

    settings = read_settings(lake=lake)
    opened = open_settings_lake(settings)
    made = roll_back(opened, number)
    print_line(f"{opened.name}: readers see version {number} again, as version {made}")
    follow_publish(opened, settings)


def files(
    table: Annotated[
        str,
        typer.Argument(
            help="documents, lines, stories, duplicates, quarantine, receipts or erasures.", metavar="TABLE"
        ),
    ] = "documents",
    lake: LakeOption = None,
) -> None:
    """The files of the published version, which never change: for a reader who must see one version throughout."""
    from tasks.schema import TABLES

    if table not in TABLES:
        raise RequestError(f"there is no table {table!r}; there are {', '.join(TABLES)}")
    opened = open_existing_lake(lake)
    manifest = opened.manifest()
    for file in manifest.tables.get(table, ()):
        print_line(opened.store.locate(manifest.version, table, file))


def repartition(
    by: Annotated[str, typer.Option("--by", help="month or day.", metavar="month|day")], lake: LakeOption = None
) -> None:
    """Partition a lake by day, or by month again, in one step; each day lies below its month."""
    from tasks.publishing.repartition import move_partitions

    if by not in ("month", "day"):
        raise RequestError(f"--by {by}: lakes are partitioned by month or by day")
    opened = open_chosen_lake(lake)
    made = move_partitions(opened, by)
    print_line(f"{opened.name}: version {made} is by {by}")


def iceberg(
    catalog: Annotated[
        Optional[str],
        typer.Option(
            "--catalog", help="An SQLite file, or a URI (postgresql, thrift, http).", show_default="in the lake's store"
        ),
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Register the published files in an Iceberg catalog, or point it to the version that is published now."""
    from flows.batches.run import open_settings_lake, register_lake
    from flows.settings import read_settings

    settings = read_settings(lake=lake, iceberg=catalog)
    uri, tables = register_lake(open_settings_lake(settings), settings.iceberg)
    print_table(
        ("table", "version", "rows", "files", "state"),
        ((row.name, row.version, row.rows, row.files, "" if row.changed else "unchanged") for row in tables),
        right=frozenset({"version", "rows", "files"}),
    )
    print_line(f"catalog: {uri}")
