"""`erase`: records leave the lake for good, and stay out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from flows.commands.options import LakeOption, make_day_option, open_existing_lake
from flows.console import print_line, print_table
from tasks.counts import format_count
from tasks.errors import RequestError, RunFailed

if TYPE_CHECKING:
    from flows.settings import Settings
    from tasks.erasing.survey import Survey
    from tasks.erasing.targets import Keys, Request
    from tasks.lakes.lake import Lake

MOST_SHOWN = 50


@dataclass(frozen=True)
class WantedScan:
    """What a scan looks for, and where else than in the lake."""

    raw: tuple[Path, ...]
    sources: list[str]
    sketch: Optional[Path]
    also: list[Path]
    excepts_copies: bool


def erase(
    keys: Annotated[
        Optional[list[str]],
        typer.Argument(help="doc_id, uri, url or record id; with --verify, raw files.", metavar="[KEY]..."),
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
    on: Annotated[Optional[date], make_day_option("--on", "The day it was asked for.", default="now")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be removed, and remove nothing.")
    ] = False,
    tags: Annotated[bool, typer.Option("--tags", help="Remove tagged versions that hold the text as well.")] = False,
    sketch: Annotated[
        Optional[Path],
        typer.Option("--sketch", help="Hashes of the texts, to verify with later; outside the lake.", metavar="FILE"),
    ] = None,
    finish: Annotated[bool, typer.Option("--finish", help="Only finish an erasure that was interrupted.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Scan every byte of the lake for erased texts, by raw files or a sketch.")
    ] = False,
    also: Annotated[
        Optional[list[Path]], typer.Option("--also", help="With --verify: scan this file or folder too.")
    ] = None,
    except_copies: Annotated[
        bool, typer.Option("--except-copies", help="With --verify: not the words that published documents have too.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Erase records from every version, table, page and file of the lake; they stay out of later runs. Raw files stay."""
    from flows.batches.erasures import finish_pending
    from flows.settings import read_settings
    from tasks.erasing.survey import survey_request
    from tasks.erasing.targets import Request, is_erased

    settings, opened = read_settings(lake=lake), open_existing_lake(lake)
    if verify:
        verify_erased(
            opened, settings, WantedScan(tuple(map(Path, keys or ())), source or [], sketch, also or [], except_copies)
        )
        return
    if finish and any((keys, publisher, source, from_file)):
        raise RequestError(
            "--finish only finishes an erasure that was interrupted. Leave out what else is to be erased."
        )
    finished = [] if dry_run else list(finish_pending(opened, settings))
    for line in finished:
        print_line(line)
    if finish:
        if not finished:
            print_line(f"{opened.name}: no erasure is in progress")
        return
    asked = gather_keys(keys, publisher, source, from_file)
    if not dry_run and not (why or "").strip():
        raise RequestError("say why it is to be erased: --why 'the author asks for it'. --dry-run only counts.")
    at = datetime.combine(on, time.min, UTC) if on else datetime.now(UTC).replace(microsecond=0)
    request = make_request(opened, asked, Request((), (), (why or "").strip(), by, at, tags))
    if request is None and (finished or is_erased(opened, asked)):
        print_line(f"{opened.name}: this is erased already")
        return
    if request is None:
        raise RequestError(f"{opened.name} has no record of these keys, in no version that is kept. Nothing was done.")
    print_survey(survey_request(opened, request), settings)
    if dry_run:
        print_line(f"{opened.name}: nothing was removed")
        return
    run_erasure(opened, request, settings, sketch)


def make_request(lake: Lake, keys: Keys, wanted: Request) -> Optional[Request]:
    """The request for what the keys name; None where no kept version has any of it."""
    from tasks.erasing.targets import resolve_keys

    ids, records = resolve_keys(lake, keys)
    found = replace(wanted, ids=tuple(sorted(ids)), records=tuple(sorted(records)))
    return found if ids or records else None


def run_erasure(lake: Lake, request: Request, settings: Settings, sketch: Optional[Path]) -> None:
    """Erases what a request names; `sketch`: where the hashes of the texts are written before."""
    import secrets

    from flows.batches.erasures import erase_records
    from tasks.erasing.sketch import sketch_texts, write_sketch
    from tasks.erasing.texts import read_erased_texts

    if sketch:
        made = sketch_texts(read_erased_texts(lake, request), secrets.randbits(63))
        write_sketch(sketch, made)
        print_line(
            f"{sketch}: {format_count(len(made.runs), 'run')} of twelve words, as hashes; keep it outside the lake"
        )
    for line in erase_records(lake, request, settings):
        print_line(line)


def verify_erased(lake: Lake, settings: Settings, asked: WantedScan) -> None:
    """Scans a lake for erased texts. Raises RequestError without texts to look for, RunFailed where any is found."""
    from flows.batches.run import make_limits
    from tasks.erasing.sketch import read_sketch
    from tasks.erasing.verify import except_copies, scan_lake, sketch_raw_files
    from tasks.sources import load_sources
    from tasks.toml_rows import suggest_name

    if bool(asked.raw) == bool(asked.sketch):
        raise RequestError("--verify looks for the texts of raw files (name them), or of a --sketch. Give one of them.")
    if len(asked.sources) > 1 or (asked.sources and asked.sketch):
        raise RequestError("with --verify, --source says how raw files are read. Give one source, and its raw files.")
    declared = load_sources(settings.sources) if asked.sources else {}
    if asked.sources and asked.sources[0] not in declared:
        hint = suggest_name(asked.sources[0], declared)
        raise RequestError(f"source {asked.sources[0]}: {settings.sources} declares no such source.{hint}")
    source = declared[asked.sources[0]] if asked.sources else None
    made = (
        read_sketch(asked.sketch) if asked.sketch else sketch_raw_files(lake, asked.raw, source, make_limits(settings))
    )
    print_line(f"looking for {format_count(len(made.runs), 'run')} of twelve words")
    if asked.excepts_copies:
        made, holders = except_copies(lake, made)
        for doc_id, runs in sorted(holders.items())[:MOST_SHOWN]:
            print_line(f"published, not erased, and has {runs:,} of these runs: {doc_id}")
    places = list(scan_lake(lake, made, asked.also))
    rows = [(row.place, row.files, row.size, row.chars, sum(hits for _, hits in row.hits)) for row in places]
    print_table(
        ("scanned", "files", "bytes", "characters", "matches"),
        rows,
        right=frozenset({"files", "bytes", "characters", "matches"}),
    )
    found = [hit for row in places for hit in row.hits]
    for name, count in found[:MOST_SHOWN]:
        print_line(f"{name}: {format_count(count, 'run')}")
    if found:
        raise RunFailed(
            f"{format_count(len(found), 'file')} of {lake.name} {'has' if len(found) == 1 else 'have'} words of erased texts"
        )
    if unread := [name for row in places for name in row.unread]:
        for name in unread[:MOST_SHOWN]:
            print_line(f"{name}: cannot be unpacked")
        raise RunFailed(
            f"no run of twelve words of these texts was found, but {format_count(len(unread), 'file')} cannot be unpacked, so "
            "nothing is proved about them: look at them, or delete them if they are of no use"
        )
    print_line(f"{lake.name}: no run of twelve words of these texts is left")


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
            if sign and kind in ("publisher", "source"):
                found[kind].append(name)
            else:
                found["names"].append(line)
    if not any(found.values()):
        raise RequestError(
            "name what is to be erased: a doc_id, uri, url or record id, --publisher, --source or --from."
        )
    return Keys(tuple(found["names"]), tuple(found["publisher"]), tuple(found["source"]))


def print_survey(survey: Survey, settings: Settings) -> None:
    """What an erasure removes, what it leaves, and which raw files and corrections hold the text."""
    from flows.batches.erasures import count_corrections
    from tasks.corrections import FILE

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
    if corrections := count_corrections(survey.targets, settings):
        print_line(
            f"{FILE} has {format_count(corrections, 'row')} of these records, which quote them; remove them by hand"
        )
    if survey.files:
        print_line("raw files that hold the text, which stay:")
        print_table(("source", "date", "file"), survey.files)
