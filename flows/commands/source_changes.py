"""`rename-source` and `remove-source`: a source changes its name everywhere, or leaves the lake, in one commit."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.options import LakeOption, SourcesOption, open_existing_lake
from flows.console import print_line, print_table

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only count what would change.")]


def rename_source(
    old: Annotated[str, typer.Argument(help="Its name in the lake.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="Its new name.", metavar="NEW")],
    dry_run: DryRunOption = False,
    keep_publisher: Annotated[
        bool,
        typer.Option(
            "--keep-publisher",
            help="Documents whose publisher is OLD keep it: their records say so, it is not taken from the source's name.",
        ),
    ] = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Rename a source everywhere: rows, ids, stories, receipts, pages, sources.toml. If NEW has other days, both become one."""
    from flows.batches.run import follow_publish
    from flows.batches.source_changes import preview_renaming
    from flows.batches.source_changes import rename_source as rename
    from flows.settings import read_settings

    settings, opened = read_settings(lake=lake, sources=sources), open_existing_lake(lake)
    if dry_run:
        counts = preview_renaming(opened, settings, old, new, keeps_publisher=keep_publisher)
        print_table(("what", "count"), counts.items(), right=frozenset({"count"}))
        print_line(f"{opened.name}: nothing was changed")
        return
    for line in rename(opened, settings, old, new, keeps_publisher=keep_publisher):
        print_line(line)
    follow_publish(opened, settings)


def remove_source(
    name: Annotated[str, typer.Argument(help="Its name in the lake.", metavar="NAME")],
    dry_run: DryRunOption = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Remove all batches of a source, with its receipts, releases and pages. Earlier versions have it while they are kept."""
    from flows.batches.run import follow_publish
    from flows.batches.source_changes import preview_removal
    from flows.batches.source_changes import remove_source as remove
    from flows.settings import read_settings

    settings, opened = read_settings(lake=lake, sources=sources), open_existing_lake(lake)
    if dry_run:
        print_table(("what", "count"), preview_removal(opened, name).items(), right=frozenset({"count"}))
        print_line(f"{opened.name}: nothing was removed")
        return
    for line in remove(opened, settings, name):
        print_line(line)
    follow_publish(opened, settings)
