"""Pages of runs and notes of failures that show an erased text: written again from the lake, or deleted."""

import html
import json
import re
from collections.abc import Collection, Iterator
from datetime import date

from tasks.erasing.runs import ErasedTexts
from tasks.erasing.unpack import TAG
from tasks.lakes.lake import Lake
from tasks.report.record import name_record, name_run_page, open_pages, read_record, write_text
from tasks.stores.store import FAILURES
from tasks.stores.store_files import StoreFiles, change_store_file, list_batch_files, read_store_file

PAGE = re.compile(r"(.+)/(\d{4}-\d\d-\d\d)(\.blocked)?\.html")
FAILED = json.dumps({"why": "failed before records of it were erased; run the batch again"}).encode()
Batches = Collection[tuple[str, date]]


def clear_pages(lake: Lake, texts: ErasedTexts, batches: Batches) -> Iterator[str]:
    """Writes again the pages of batches that lost records, and others that show the texts; deletes those of blocked runs."""
    from tasks.report.days_around import update_days_around
    from tasks.report.page import write_index

    pages = open_pages(lake)
    written = deleted = 0
    changed: dict[str, list[date]] = {}
    for name, source, day, is_blocked in find_pages(pages, texts, batches):
        changed.setdefault(source, []).append(day)
        if is_blocked or not write_again(lake, pages, source, day):
            for file in (name, name_record(name)):
                change_store_file(pages, file, lambda _: None)
            deleted += 1
        else:
            written += 1
    for source, days in changed.items():
        update_days_around(lake, pages, source, days)
    if written or deleted:
        write_index(lake, pages)
        yield f"pages written again: {written}; deleted: {deleted}"


def find_pages(pages: StoreFiles, texts: ErasedTexts, batches: Batches) -> Iterator[tuple[str, str, date, bool]]:
    """Name, source, logical date of the pages of some batches and of those that show texts, and whether a run was blocked."""
    for name in pages.list_names(""):
        if hit := PAGE.fullmatch(name):
            batch = (hit[1], date.fromisoformat(hit[2]))
            if batch in batches or shows_text(pages, name, texts):
                yield name, *batch, bool(hit[3])


def shows_text(pages: StoreFiles, name: str, texts: ErasedTexts) -> bool:
    """Whether a page shows any of the texts."""
    content = read_store_file(pages, name) or b""
    pieces = (html.unescape(piece) for piece in TAG.split(content.decode("utf-8", "replace")))
    return texts.is_in([line for piece in pieces for line in piece.split("\n") if line.strip()])


def write_again(lake: Lake, pages: StoreFiles, source: str, day: date) -> bool:
    """Writes the page of a published batch from the lake. False where the lake does not have the batch."""
    from tasks.report.collect import collect_published
    from tasks.report.days_around import place_days_around
    from tasks.report.page import write_page

    page = name_run_page(source, day, "published")
    report = collect_published(lake, source, day, read_record(pages, name_record(page)))
    if report is not None:
        write_text(pages, page, place_days_around(write_page(report), lake, pages, source, page))
    return report is not None


def clear_failures(lake: Lake, texts: ErasedTexts, batches: Batches) -> Iterator[str]:
    """Replaces why batches failed that lost records, and where it quotes the texts."""
    cleared = 0
    for source, day, name in list_batch_files(lake.files, FAILURES):
        said = (read_store_file(lake.files, name) or b"").decode("utf-8", "replace")
        if (source, day) in batches or texts.is_in([said]):
            change_store_file(lake.files, name, lambda content: FAILED if content else None)
            cleared += 1
    if cleared:
        yield f"failure details cleared: {cleared}"
