"""An editor's decisions about single lines: `correct` writes one, `corrections` lists them and what the lake has of each."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows.commands.documents import find_document
from flows.commands.options import KeyArgument, LakeOption, SourcesOption, open_chosen_lake, open_existing_lake
from flows.console import print_line, print_table
from tasks.batch import name_command
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.lakes.lake import Lake


def correct(
    key: KeyArgument,
    line: Annotated[
        str, typer.Argument(help="Number of the line, as `copydesk why` shows it, or the whole line.", metavar="LINE")
    ],
    keep: Annotated[
        Optional[bool], typer.Option("--keep/--remove", help="The line belongs to the text, or does not.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason, in a few words.")] = "",
    by: Annotated[Optional[str], typer.Option("--by", help="Who decided.", show_default="your user name")] = None,
    everywhere: Annotated[
        bool, typer.Option("--publisher", help="In all documents of the publisher, not in this one alone.")
    ] = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Decide about a line of a document, as a row of corrections.toml that every later run obeys."""
    from flows.settings import read_settings
    from tasks.batch import Correction
    from tasks.corrections import add_correction, find_corrections_file

    if keep is None:
        raise RequestError("say what is right: --keep where the line belongs to the text, --remove where it does not.")
    opened = open_existing_lake(lake)
    document = find_document(opened, key)
    place: dict[str, Any] = {name: document[name] for name in ("source", "logical_date", "uri")}
    if everywhere:
        if not document["publisher"]:
            raise RequestError(f"{document['uri']} has no publisher; leave --publisher out to correct this document.")
        place = {"publisher": document["publisher"]}
    said = find_line(opened, document, line)
    try:
        row = Correction(said, "keep" if keep else "remove", why.strip(), by or getpass.getuser(), **place)
    except ValueError as error:
        raise RequestError(f"this correction cannot be written: {error}.") from None
    path = find_corrections_file(read_settings(sources=sources).sources)
    add_correction(path, row)
    print_line(f"{path}: {row.action} {said!r} in {row.place}")
    print_line(
        f"The next run obeys it. For this document: {name_command(document['source'], document['logical_date'])}"
    )


def find_line(lake: Lake, document: dict[str, Any], line: str) -> str:
    """The line of a document that a number (from 0) or its own text names. Raises RequestError."""
    from tasks.corrections import list_said
    from tasks.lakes.lake import restore_text

    lines = restore_text(lake, document).split("\n")
    if line.isdecimal() and int(line) < len(lines) and lines[int(line)].strip():
        return lines[int(line)].strip()
    if line.strip() in list_said(document, lines):
        return line.strip()
    raise RequestError(
        f"{document['uri']} has no line {line!r}. Give the number that `copydesk why` shows, or the whole line in quotes."
    )


def corrections(
    as_rules: Annotated[
        bool, typer.Option("--as-rules", help="Propose rules that would do what the corrections do.")
    ] = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """The corrections, and whether the lake obeys each; with --as-rules, rows of rules that would replace them."""
    from flows.settings import read_settings
    from tasks.corrections import find_corrections_file, load_corrections, propose_rules
    from tasks.trials.obeyed import find_obeyed

    path = find_corrections_file(read_settings(sources=sources).sources)
    rows = load_corrections(path)
    if not rows:
        print_line(f"{path} has no corrections. `copydesk correct` writes them.")
        return
    if as_rules:
        for text in propose_rules(rows):
            print_line(text)
        return
    states = find_obeyed(open_chosen_lake(lake), rows)
    print_table(
        ("action", "where", "line", "in the lake", "by", "why"),
        (
            (row.action, row.place, row.line[:100], state, row.by, row.why)
            for row, state in zip(rows, states, strict=True)
        ),
    )
