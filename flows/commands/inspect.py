"""`copydesk inspect`: what a run would make of files, without running it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.options import FieldOption, FormatOption, split_fields
from flows.console import name_counts, output, print_line, print_object
from tasks.counts import format_count
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.batch import InputFile, Source
    from tasks.trials.inspection import Inspected


def inspect(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns or addresses.", metavar="PATH...")],
    records: Annotated[
        int, typer.Option("--records", min=1, help="Records to look at in each file; large files are not read further.")
    ] = 200,
    files: Annotated[int, typer.Option("--files", min=1, help="Files to look at below each path.")] = 50,
    shown: Annotated[int, typer.Option("--show", min=0, help="Documents to show of each file.")] = 2,
    form: FormatOption = None,
    names: FieldOption = None,
) -> None:
    """Show what a run would make of files: format, encoding, fields, documents, quarantine. Writes nothing."""
    from flows.batches.requests import today
    from flows.batches.run import make_limits
    from flows.settings import read_settings
    from tasks.trials.inspection import inspect_files

    limits = make_limits(read_settings())
    for path in dict.fromkeys(paths):
        source = choose_source(path, form, names)
        found, rest = list_inspected(source, files, limits.follow_links)
        for about in inspect_files(found, source, today(), limits, records, shown):
            if output.is_json:
                print_object(make_plain(about))
            else:
                for line, style in describe_inspected(about):
                    print_line(line, style)
        if rest:
            print_line(f"... and {format_count(rest, 'more file')}; --files looks at more")


def choose_source(path: str, form: str | None, names: list[str] | None) -> Source:
    """A source with the format and fields that options choose. Raises RequestError."""
    from tasks.sources import SourceRow, make_source

    fields = split_fields(names)
    records = fields.pop("records", None)
    if isinstance(records, tuple):
        raise RequestError(f"records is given {len(records)} times; give it once.")
    try:
        return make_source(SourceRow("inspected", path, format=form or "auto", records=records, fields=fields))
    except ValueError as error:
        raise RequestError(f"{error}.") from None


def list_inspected(
    source: Source, most: int, follow_links: bool, root: Path | None = None
) -> tuple[list[InputFile], int]:
    """The first files at a path, and how many more there are. Raises PlanError, RequestError where there are none."""
    from flows.batches.requests import today
    from tasks.reading.plan import find_files

    listed = find_files(source, today(), root or Path.cwd(), follow_links)
    if not listed.files:
        left_out = "; ".join(own.summary for own in listed.left_out)
        raise RequestError(f"no files at {source.path}." + (f" Left out: {left_out}." if left_out else ""))
    return list(listed.files[:most]), max(0, len(listed.files) - most)


def make_plain(about: Inspected) -> dict[str, Any]:
    """What was found as values of JSON."""
    raw = {name: value for name, value in vars(about).items() if name != "lengths"}
    for name in ("encodings", "exporters", "unused", "reasons", "passed_over"):
        raw[name] = dict(sorted(raw[name].items()))
    return raw | {"fields": {key: dict(sorted(count.items())) for key, count in raw["fields"].items()}}


def describe_inspected(about: Inspected) -> Iterator[tuple[str, str]]:
    """What was found, line by line, each with its style."""
    yield about.uri, "bold"
    packing = f", packed with {about.packing}" if about.packing else ""
    encodings = f", {list_counts(about.encodings)}" if about.encodings else ""
    yield f"  format       {about.format or 'not opened'}{packing}{encodings}", ""
    more = "" if about.is_whole else f": the first {about.records:,}; --records reads more"
    yield f"  records      {format_count(about.records, 'record')}{more}", ""
    if about.exporters:
        yield f"  written by   {list_counts(about.exporters)}", ""
    for key, counts in about.fields.items():
        yield f"  {key:<12} from {list_counts(counts)}", ""
    if about.unused:
        yield f"  not used     {', '.join(sorted(about.unused)[:20])}", ""
    for kind, count in sorted(about.passed_over.items()):
        yield f"  passed over  {count:,} {kind}", ""
    yield (
        f"  documents    {about.published:,}" + (f", and {about.duplicates:,} duplicates" if about.duplicates else ""),
        "",
    )
    for row in about.documents:
        yield f"    {row['title'] or '(no title)'}", "bold"
        day = f"{row['published_at']:%Y-%m-%d %H:%M}" if row["published_at"] else "no date"
        flags = f" · {', '.join(row['flags'])}" if row["flags"] else ""
        yield (
            f"    {day} · {', '.join(row['authors']) or 'no author'} · {row['publisher']} · {row['language']}{flags}",
            "dim",
        )
        yield f"    {row['text']}", ""
    if about.reasons:
        yield f"  quarantine   {list_counts(about.reasons)}", ""
        for row in about.quarantined:
            yield f"    {row['uri']}: {', '.join(row['reasons'])}: {row['detail']}", ""


def list_counts(counts: Mapping[str, int] | Counter[str]) -> str:
    """Names with their counts, most frequent first."""
    return name_counts([{"name": name, "count": count} for name, count in counts.items()], "name")
