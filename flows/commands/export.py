"""What leaves the lake for other tools: `export` writes rows to a file, `tag` keeps the version that they came from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer

from flows.commands.options import LakeOption, make_day_option, open_existing_lake
from flows.console import print_line
from tasks.counts import format_count


def export(
    target: Annotated[Path, typer.Argument(help="File to write: .csv, .jsonl or .parquet.", metavar="FILE")],
    lines: Annotated[
        bool, typer.Option("--lines", help="One row per line that is not in a text, not per document.")
    ] = False,
    columns: Annotated[
        Optional[str], typer.Option("--columns", help="Columns, with commas between them.", show_default="all")
    ] = None,
    source: Annotated[Optional[list[str]], typer.Option("--source", help="Only this source; may be repeated.")] = None,
    publisher: Annotated[Optional[list[str]], typer.Option("--publisher", help="Only this publisher.")] = None,
    language: Annotated[Optional[list[str]], typer.Option("--language", help="Only this language.")] = None,
    flag: Annotated[Optional[list[str]], typer.Option("--flag", help="Only documents with this flag.")] = None,
    without_flag: Annotated[Optional[list[str]], typer.Option("--without-flag", help="None with this flag.")] = None,
    start: Annotated[Optional[date], make_day_option("--from", "First day of publication (else of the batch).")] = None,
    end: Annotated[Optional[date], make_day_option("--to", "Last day.")] = None,
    tag: Annotated[
        Optional[str], typer.Option("--tag", help="The version with this tag, not the published one.")
    ] = None,
    lake: LakeOption = None,
) -> None:
    """Write documents, or the lines that are not in their texts, to one file. In CSV no text is run as a formula."""
    from tasks.lakes.export import Choice, export_rows
    from tasks.lakes.lake import read_steadily
    from tasks.stores.tags import find_tagged

    opened = open_existing_lake(lake)
    choice = Choice(
        table="lines" if lines else "documents",
        columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
        sources=tuple(source or ()),
        publishers=tuple(publisher or ()),
        languages=tuple(language or ()),
        flags=tuple(flag or ()),
        without_flags=tuple(without_flag or ()),
        start=start,
        end=end,
    )
    if tag:
        made = opened.manifest(find_tagged(opened.store, tag))
        count = export_rows(opened, made, choice, target)
    else:
        count, made = read_steadily(opened, lambda seen: (export_rows(opened, seen, choice, target), seen))
    what = format_count(count, "line" if lines else "document")
    print_line(f"{target}: {what} of {opened.name}, version {made.version}")


def tag(
    name: Annotated[
        Optional[str], typer.Argument(help="Name of the tag. Lists all when left out.", metavar="[NAME]")
    ] = None,
    version: Annotated[
        Optional[int], typer.Option("--version", help="Version.", show_default="the published one")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the tag; its version is swept like others.")] = False,
    lake: LakeOption = None,
) -> None:
    """Keep a version by a name, however many follow, and print a line that cites it. Without a name, list the tags."""
    from tasks.lakes.export import cite_version
    from tasks.stores.tags import add_tag, list_tags, remove_tag

    opened = open_existing_lake(lake)
    if name and remove:
        remove_tag(opened.store, name)
        print_line(f"{opened.name}: tag {name} removed")
        return
    if name:
        add_tag(opened.store, name, version or opened.version())
    tags = list_tags(opened.files)
    for one in [name] if name else tags:
        print_line(cite_version(opened, one, opened.manifest(tags[one])))
    if not tags:
        print_line(f"{opened.name} has no tags")
