"""`copydesk report`: the pages of runs made anew from the lake."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from pathlib import Path

from flows.batches.page import find_batches, find_blocked, write_pages
from flows.batches.places import open_lake
from flows.console import fail, out, print_table
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings
from tasks.lakes.store_files import FolderFiles
from tasks.report.record import open_pages

MOST_ROWS = 20


def write_reports(settings: Settings, source: str | None, day: date | None, target: Path | None) -> int:
    """Writes the pages of all batches of a lake (of a source, of one batch) and the index, and says where they are."""
    try:
        lake = open_lake(settings.lake)
        if not lake.version() and not open_pages(lake).list_names(""):
            return fail(f"there is no lake at {settings.lake}. Ingest something first, or give --lake.", 2)
        batches, blocked = find_batches(lake, source, day), find_blocked(lake, source, day)
        if not batches and not blocked:
            return fail(f"{settings.lake} has no batch {name_batch(source, day)}. `copydesk sources` lists them.", 2)
        index, pages = write_pages(lake, batches, FolderFiles(target) if target else open_pages(lake), blocked)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    except OSError as error:
        return fail(f"the report could not be written: {error}", 1)
    print_table(("source", "date", "state", "page"), map(astuple, pages if len(pages) <= MOST_ROWS else ()))
    out.print(
        f"{len(pages)} pages, from {index}" if len(pages) != 1 else f"index: {index}", soft_wrap=True, markup=False
    )
    return 0


def name_batch(source: str | None, day: date | None) -> str:
    """What was asked for, in words."""
    return " ".join(str(part) for part in (source, day) if part) or "at all"
