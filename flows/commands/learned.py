"""The lines that are learned for each publisher: learned, listed, and moved between lakes as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from flows.commands.options import LakeOption, open_chosen_lake, open_existing_lake
from flows.console import print_error, print_line, print_table
from tasks.counts import format_count
from tasks.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from tasks.lakes.lake import Lake

MOST_SHOWN = 50  # wrong rows of a file


def learn(
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="learned_veto.toml lies beside it.", show_default="sources.toml")
    ] = None,
) -> None:
    """Learn the lines that return across the documents of each publisher, as a new version for later runs."""
    from flows.settings import read_settings
    from tasks.learned.latest import learn_version

    opened = open_existing_lake(lake)
    made = learn_version(opened, read_settings(sources=sources).sources)
    print_line(
        f"learned {made.version}: {format_count(made.used, 'line')} of {format_count(made.publishers, 'publisher')} "
        f"({made.vetoed} more are vetoed)"
    )
    print_line(
        "New batches will use it. To clean a published one again: copydesk ingest NAME --date ... --learned latest"
    )


def learned(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(
            help="A publisher; or `export`, a file and publishers (all without one); or `import` and a file.",
            metavar="[PUBLISHER | export FILE [PUBLISHER]... | import FILE]",
        ),
    ] = None,
    version: Annotated[
        str, typer.Option("--version", help="Version to show or to export.", metavar="VERSION")
    ] = "latest",
    lake: LakeOption = None,
    sources: Annotated[
        Optional[Path], typer.Option("--sources", help="learned_veto.toml lies beside it.", show_default="sources.toml")
    ] = None,
) -> None:
    """The learned lines, each with how often it was seen and documents to look at; moved between lakes by export and import."""
    opened = open_chosen_lake(lake)
    match what or []:
        case [] | [_]:
            list_learned(opened, version, what[0] if what else None)
        case ["export", file, *publishers]:
            export_learned(opened, version, Path(file), publishers)
        case ["import", file]:
            read_learned_file(opened, Path(file), sources)
        case _:
            raise typer.BadParameter(
                f"write a publisher, `export FILE` or `import FILE`, and not {' '.join(what or [])!r}."
            )


def load_version(lake: Lake, version: str, publishers: Sequence[str]) -> tuple[str, pl.DataFrame]:
    """The name and the rows of a version, or those of some publishers. Raises RequestError where there are none."""
    import polars as pl

    from tasks.learned.versions import find_learned, load_learned

    found = find_learned(lake, version)
    if found is None:
        raise RequestError(f"nothing has been learned in {lake.name} yet. Run: copydesk learn")
    rows = load_learned(found)
    for name in publishers:
        if name not in rows["publisher"]:
            raise RequestError(
                f"version {found.version} has no learned line for publisher {name!r}. List all: `copydesk learned`"
            )
    return found.version, rows.filter(pl.col("publisher").is_in(list(publishers))) if publishers else rows


def list_learned(lake: Lake, version: str, publisher: str | None) -> None:
    """Prints the lines of a version."""
    name, rows = load_version(lake, version, [publisher] if publisher else [])
    print_line(f"version {name}")
    print_table(
        ("publisher", "line", "where", "documents", "months", "samples", "veto", "imported"),
        (
            (
                row["publisher"],
                row["text"],
                row["zone"],
                f"{row['documents']} of {row['of']}",
                row["months"],
                " ".join(row["doc_ids"]),
                row["veto"],
                "yes" if row["imported"] else "",
            )
            for row in rows.iter_rows(named=True)
        ),
        right=frozenset({"documents", "months"}),
    )


def export_learned(lake: Lake, version: str, file: Path, publishers: Sequence[str]) -> None:
    """Writes the lines of a version to a file that another lake reads."""
    from tasks.learned.shared import take_shared, write_shared_file

    name, rows = load_version(lake, version, publishers)
    write_shared_file(take_shared(rows), file)
    count = format_count(rows["publisher"].n_unique(), "publisher")
    print_line(f"{file}: {format_count(rows.height, 'line')} of {count}, learned {name}")


def read_learned_file(lake: Lake, file: Path, sources: Path | None) -> None:
    """Adds the lines of a file to those of a lake, as a new version; nothing where any row is wrong."""
    from flows.settings import read_settings
    from tasks.learned.latest import find_touched, import_learned
    from tasks.learned.shared import read_shared

    rows, faults = read_shared(file)
    for fault in faults[:MOST_SHOWN]:
        print_error(fault)
    if faults:
        raise RequestError(
            f"{file}: {format_count(len(faults), 'row')} of {len(rows) + len(faults)} cannot be used; nothing was imported."
        )
    made = import_learned(lake, rows, read_settings(sources=sources).sources)
    print_line(
        f"{file}: {format_count(len(rows), 'line')}, {made.new} of them new; {made.gone} removed that an earlier import gave. "
        f"Learned is version {made.version}, and new batches will use it."
    )
    batches: dict[str, list[date]] = {}
    for source, day in find_touched(lake, made.touched, made.version):
        batches.setdefault(source, []).append(day)
    if batches:
        print_line("Batches with documents of publishers whose lines are others now:")
        print_table(
            ("source", "batches", "first", "last"),
            ((source, len(days), min(days), max(days)) for source, days in batches.items()),
            right=frozenset({"batches"}),
        )
        print_line(
            "To clean them again: copydesk backfill SOURCE --from FIRST --to LAST --on-existing stale --learned latest"
        )
