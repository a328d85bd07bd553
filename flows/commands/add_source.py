"""`copydesk sources add`: looks at files, proposes a row of sources.toml, and appends it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import typer

from flows.commands.inspect import describe_inspected, list_inspected
from flows.commands.options import split_fields
from flows.console import name_counts, print_line
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.trials.inspection import Inspected

FILES, RECORDS = 20, 50


@dataclass(frozen=True)
class SourceOptions:
    """What is typed of a source that is added."""

    name: str
    path: str
    format: Optional[str]
    fields: Optional[list[str]]
    publisher: Optional[str]
    why: Optional[str]
    schedule: Optional[str]
    is_certain: bool


def add_source(place: Path, options: SourceOptions) -> None:
    """Proposes a row for the files at a path, asks on a terminal, and appends it to the file `place`. Raises RequestError."""
    from tasks.reading.plan import has_date
    from tasks.sources import SourceRow, load_sources, make_source
    from tasks.trials.proposal import (
        append_source,
        find_day,
        match_all_days,
        place_path,
        propose_fields,
        propose_path,
        write_row,
    )

    faults: dict[str, Any] = {}
    if options.name in load_sources(place, faults) or options.name in faults:
        raise RequestError(f"{place} has a source {options.name} already. Choose another name, or change its row.")
    path = place_path(options.path, place)
    fields = split_fields(options.fields)
    given = {
        "format": options.format or "auto",
        "publisher": options.publisher,
        "why": options.why or "",
        "schedule": options.schedule,
    }
    given["records"] = fields.pop("records", None)  # type: ignore[assignment]
    try:
        row = SourceRow(options.name, path, **given, fields=fields)  # type: ignore[arg-type]
    except ValueError as error:
        raise RequestError(f"source {options.name}: {error}.") from None
    root = place.absolute().parent
    found, uris = look_at_files(make_source(replace(row, path=match_all_days(path))), root)
    row = replace(row, path=propose_path(path, uris))
    if not row.fields and (proposed := propose_fields(found)):
        row = replace(row, fields=proposed)
        found, _ = look_at_files(make_source(replace(row, path=match_all_days(path))), root)
    report_files(found)
    is_asked = sys.stdin.isatty() and not options.is_certain
    if is_asked and not row.why:
        row = replace(row, why=typer.prompt("What is it, in a sentence", default="", show_default=False))
    print_line()
    print_line(write_row(row))
    if not options.is_certain and not (is_asked and typer.confirm(f"Append this to {place}?", default=True)):
        raise RequestError(f"nothing was written. `--yes` appends the row to {place}.")
    append_source(place, row)
    # A dated source has files on some days only; the last of them is one.
    day = find_day(uris[-1]) if has_date(make_source(row)) else None
    option = f" --date {datetime.strptime(uris[-1][day[0] : day[1]], day[2]):%Y-%m-%d}" if day else ""
    print_line(f"{place}: source {row.name} added. `copydesk ingest {row.name}{option}` runs it.")


def look_at_files(source: Any, root: Path) -> tuple[list[Inspected], list[str]]:
    """The first files of a source as a run would read them, and the names of all of them."""
    from flows.batches.requests import today
    from flows.batches.run import make_limits
    from flows.settings import read_settings
    from tasks.trials.inspection import inspect_files

    limits = make_limits(read_settings())
    files, _ = list_inspected(source, sys.maxsize, limits.follow_links, root)
    found = inspect_files(files[:FILES], source, today(), limits, RECORDS, 1)
    return found, [file.uri for file in files]


def report_files(found: list[Inspected]) -> None:
    """The first file whole, and what the others have in common with it."""
    for line, style in describe_inspected(found[0]):
        print_line(line, style)
    formats = Counter(about.format for about in found)
    reasons: Counter[str] = sum((about.reasons for about in found), Counter())
    if len(found) > 1:
        counted = name_counts([{"name": name, "count": count} for name, count in formats.items()], "name")
        print_line(f"{len(found)} files looked at: {counted}; {sum(about.published for about in found):,} documents")
    if reasons:
        print_line(
            "quarantine: " + name_counts([{"name": name, "count": count} for name, count in reasons.items()], "name")
        )
