"""The reference pages that are tables of declared things: columns, formats, expectations, commands."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import pyarrow as pa
from typer import Typer
from typer.main import get_command

from expectations.suites import ROWS, Expectation
from tasks.auditing.audit import FEW_ROWS
from tasks.batch import Fields
from tasks.columns import DEFAULT
from tasks.formats.exporters import load_exporters
from tasks.formats.registry import FORMATS
from tasks.formats.stream import PACKINGS
from tasks.formats.unread import UNREAD, Unread
from tasks.schema import SORT_KEYS, TABLES
from tasks.toml_rows import read_toml_rows

ABOUT = {
    "documents": "One row per published document.",
    "lines": "One row for every non-blank line that is not in `documents.text`: kept apart or removed. Both tables "
    "together give the exact canonical text again.",
    "duplicates": "One row per record with the text and the publisher of a document that is published already, with all that the "
    "record said of itself.",
    "stories": "One row per document that shares a story with another one, quotes one or is quoted, whatever publisher, source, "
    "day or batch it is from. A document without copies has none.",
    "quarantine": "One row per record that was read and not published, for the reasons that it lists.",
    "receipts": "One row per batch (source and logical date): its inputs, and its sums, which close. No row holds a "
    "time or a run's id; those are in `.lake-store/commits`.",
    "erasures": "One row per record that was erased, in each batch that had it: hashes that keep it out of later runs, and no "
    "text. It is the only table with a time of its own: when the erasure was asked for.",
}
TITLES = {
    "documents": "Documents",
    "lines": "Lines",
    "captions": "Captions",
    "quarantine": "Quarantine",
    "batch": "The batch: its receipt's sums",
    "drift": "The batch compared with the earlier days of its source",
}


def fill_page(name: str, /, **values: object) -> str:
    """A page: its text in `templates/`, with the values in place of `{name}`."""
    text = files("flows.reference").joinpath("templates", f"{name}.md").read_text(encoding="utf-8")
    return text.format(**values)


def format_table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> str:
    """A table with a head. `right`: columns of numbers.

    >>> print(format_table(("what", "n"), [("a|b", 3)], right=("n",)), end="")
    | what | n |
    | --- | --: |
    | a\\|b | 3 |
    """
    rules = ("--:" if column in tuple(right) else "---" for column in columns)
    cells = ([str(cell).replace("|", "\\|") for cell in row] for row in rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in (columns, rules, *cells))


def write_dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = []
    for name, schema in TABLES.items():
        parts.append(f"\n## {name}\n\n{ABOUT[name]} Sorted by {', '.join(SORT_KEYS[name])} in each file.\n\n")
        rows = (
            (f"`{field.name}`", format_type(field.type), "yes" if field.nullable else "", describe_column(field))
            for field in schema
        )
        parts.append(format_table(("column", "type", "may be missing", "meaning"), rows))
    return fill_page("dictionary", tables="".join(parts))


def describe_column(field: pa.Field) -> str:
    """What a column means, and its value in rows of older releases where that is declared."""
    old = f" In rows of older releases: `{field.metadata[DEFAULT].decode()}`." if DEFAULT in field.metadata else ""
    return f"{field.metadata[b'meaning'].decode()}{old}"


def format_type(kind: pa.DataType) -> str:
    """An Arrow type in words that users of every engine know."""
    if pa.types.is_list(kind):
        return f"list<{format_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ", ".join(f"{field.name} {format_type(field.type)}" for field in kind) + ">"
    return {"timestamp[us, tz=UTC]": "timestamp (UTC)", "date32[day]": "date"}.get(str(kind), str(kind))


def write_formats() -> str:
    """The page as Markdown."""
    rows = (
        (
            f"`{row.name}`",
            ", ".join(f"`{extension}`" for extension in row.extensions),
            "many records" if row.holds_records else "one document",
            row.why,
        )
        for row in FORMATS
    )
    packings = ", ".join(f"{packing.name} (`{packing.extension}`)" for packing in PACKINGS)
    table = format_table(("format", "extensions", "a file is", "what it is"), rows)
    defaults = ((f"`{name}`", ", ".join(names)) for name, names in asdict(Fields()).items() if names)
    fields = format_table(("field", "names"), defaults)
    exporters = format_table(
        ("exporter", "recognised by", "what it is"),
        ((row.name, ", ".join(f"`{mark}`" for mark in row.marks), row.why) for row in load_exporters()),
    )
    unread = format_table(
        ("format", "by name", "what to do"), ((row.name, describe_names(row), row.why) for row in UNREAD)
    )
    return fill_page("formats", formats=table, packings=packings, fields=fields, exporters=exporters, unread=unread)


def describe_names(row: Unread) -> str:
    """The extensions and names of a format that is not read."""
    names = [f"names like `{row.names.pattern}`"] if row.names else []
    return ", ".join([*(f"`{extension}`" for extension in row.extensions), *names])


def write_expectations() -> str:
    """The page as Markdown."""
    parts = []
    for name, title in TITLES.items():
        rows = (
            (
                f"`{row.reason}`",
                "a setting" if name == "drift" else row.severity,
                row.why,
                row.breaks,
                describe_failure(row, name),
            )
            for row in read_toml_rows(ROWS / f"{name}.toml", "expectation", Expectation)
        )
        columns = ("reason", "severity", "why", "broken by", "what a failure leads to")
        parts.append(f"\n## {title}\n\n{format_table(columns, rows)}")
    return fill_page("expectations", suites="".join(parts))


def describe_failure(row: Expectation, suite: str) -> str:
    """What a failing row leads to."""
    if suite == "drift":
        return "published with a warning; with `--drift block` the batch is blocked"
    if row.severity == "warning":
        counted = suite in ("documents", "lines", "captions")
        return "published, and " + ("counted in the receipt's `warnings`" if counted else "reported with the run")
    if row.tolerated:
        return f"quarantine; more than {row.tolerated:.0%} of the batch, and more than {FEW_ROWS}, block it".replace(
            "%", " %"
        )
    return "the batch is blocked: readers keep what they had"


def write_commands() -> str:
    """The page as Markdown."""
    from flows.cli import app

    sections = "".join(describe_command(name, command) for name, command in list_commands(app).items())
    return fill_page("commands", commands=sections)


def list_commands(app: Typer) -> dict[str, Any]:
    """Every command by the words that call it, of Typer's own command class, which has no public name."""
    group: Any = get_command(app)
    return {f"copydesk {name}": command for name, command in group.commands.items()}


def describe_command(name: str, command: Any) -> str:
    """Heading, purpose, usage, and one row per parameter."""
    context = command.context_class(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    rows = [(f"`{first}`", " ".join(second.split())) for first, second in filter(None, records) if first != "--help"]
    head = f"\n## {name}\n\n{command.help or ''}\n\n    {name} {usage}\n"
    return head + ("\n" + format_table(("argument or option", "meaning"), rows) if rows else "")
