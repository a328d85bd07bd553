"""`erase`: records leave the lake for good, and stay out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from flows.commands.options import LakeOption, open_existing_lake
from flows.console import print_line, print_table
from tasks.counts import format_count
from tasks.errors import RequestError

if TYPE_CHECKING:
    from tasks.erasing.survey import Survey
    from tasks.erasing.targets import Keys

MOST_SHOWN = 50


def erase(
    keys: Annotated[
        Optional[list[str]], typer.Argument(help="doc_id, uri, url or record id; may be several.", metavar="[KEY]...")
    ] = None,
    publisher: Annotated[Optional[list[str]], typer.Option("--publisher", help="All that this publisher has.")] = None,
    source: Annotated[Optional[list[str]], typer.Option("--source", help="All that this source brought.")] = None,
    from_file: Annotated[
        Optional[Path],
        typer.Option(
            "--from", help="A file with a key per line; publisher=NAME and source=NAME as well.", metavar="FILE"
        ),
    ] = None,
    why: Annotated[Optional[str], typer.Option("--why", help="The reason, kept with the hashes in `erasures`.")] = None,
    by: Annotated[Optional[str], typer.Option("--by", help="Who asked for it.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be removed, and remove nothing.")
    ] = False,
    tags: Annotated[bool, typer.Option("--tags", help="Remove tagged versions that hold the text as well.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Only finish an erasure that was interrupted.")] = False,
    lake: LakeOption = None,
) -> None:
    """Erase records from every version, table, page and file of the lake; they stay out of later runs. Raw files stay."""
    from datetime import UTC, datetime

    from flows.batches.erasures import erase_records, finish_pending
    from flows.settings import read_settings
    from tasks.erasing.survey import survey_request
    from tasks.erasing.targets import Request, resolve_keys

    settings, opened = read_settings(lake=lake), open_existing_lake(lake)
    for line in finish_pending(opened, settings):
        print_line(line)
    if finish:
        return
    asked = gather_keys(keys, publisher, source, from_file)
    if not dry_run and not (why or "").strip():
        raise RequestError("say why it is to be erased: --why 'the author asks for it'. --dry-run only counts.")
    ids, records = resolve_keys(opened, asked)
    if not ids and not records:
        raise RequestError(f"{opened.name} has no record of these keys, in no version that is kept. Nothing was done.")
    now = datetime.now(UTC).replace(microsecond=0)
    request = Request(tuple(sorted(ids)), tuple(sorted(records)), (why or "").strip(), by, now, tags)
    survey = survey_request(opened, request)
    print_survey(survey)
    if dry_run:
        print_line(f"{opened.name}: nothing was removed")
        return
    for line in erase_records(opened, request, settings):
        print_line(line)


def gather_keys(
    names: Optional[list[str]], publishers: Optional[list[str]], sources: Optional[list[str]], path: Optional[Path]
) -> Keys:
    """The keys of the arguments, the options and a file. Raises RequestError where there are none."""
    from tasks.erasing.targets import Keys

    found: dict[str, list[str]] = {
        "names": list(names or ()),
        "publisher": list(publishers or ()),
        "source": list(sources or ()),
    }
    if path:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"{path} cannot be read: {error}") from None
        for line in filter(None, map(str.strip, lines)):
            kind, sign, name = line.partition("=")
            found[kind if sign and kind in ("publisher", "source") else "names"].append(
                name if sign and kind in found else line
            )
    if not any(found.values()):
        raise RequestError(
            "name what is to be erased: a doc_id, uri, url or record id, --publisher, --source or --from."
        )
    return Keys(tuple(found["names"]), tuple(found["publisher"]), tuple(found["source"]))


def print_survey(survey: Survey) -> None:
    """What an erasure removes, what it leaves, and which raw files hold the text."""
    print_table(("what", "count"), survey.counts.items(), right=frozenset({"count"}))
    if survey.tags:
        print_line(f"tagged versions that hold the text: {', '.join(survey.tags)}")
    if survey.near:
        print_line("documents that share passages with it and stay; erase them by their doc_id if they are to go:")
        rows = [
            (row.doc_id, row.kind, row.share, row.publisher, row.source, row.logical_date, row.uri)
            for row in survey.near
        ]
        print_table(("doc_id", "kind", "share", "publisher", "source", "date", "uri"), rows[:MOST_SHOWN])
        if len(rows) > MOST_SHOWN:
            print_line(f"and {format_count(len(rows) - MOST_SHOWN, 'more document')}")
    if survey.files:
        print_line("raw files that hold the text, which stay:")
        print_table(("source", "date", "file"), survey.files)
