"""The pages of runs: one written at the end of each run, and all of them again from the lake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from flows.batches.run import BatchResult, Run
from tasks.errors import RequestError, RunFailed
from tasks.lakes.lake import Lake, require_lake
from tasks.report.record import (
    RunRecord,
    name_record,
    name_run_page,
    open_pages,
    read_blocked,
    read_record,
    shorten_receipt,
    write_record,
    write_text,
)
from tasks.stores.store_files import FolderFiles, StoreFiles, read_store_file

if TYPE_CHECKING:
    from tasks.auditing.audit import Finding
    from tasks.auditing.judge import JudgedBatch
    from tasks.report.collect import Report


# A page of a run: source, logical date, `published` or `blocked`, and where it is.
WrittenPage = tuple[str, date, str, str]


def add_page(run: Run, result: BatchResult, judged: JudgedBatch | None = None) -> BatchResult:
    """The result with its page, if the settings want one. A page that cannot be written is a warning."""
    if not run.settings.report:
        return result
    try:
        return replace(result, page=write_run_page(run.lake, result, judged))
    except Exception as error:
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        run.watcher.warn(f"the page of the run could not be written ({why}); the batch itself is not affected")
        return result


def locate_page(result: BatchResult, pages_url: str) -> str:
    """Where a browser finds the page of a run, where a person does if no server is known, "" without a page."""
    if not result.page or not pages_url:
        return result.page or ""
    name = name_run_page(result.batch.source.name, result.batch.logical_date, result.state)
    return f"{pages_url.rstrip('/')}/{quote(name)}"


def write_run_page(lake: Lake, result: BatchResult, judged: JudgedBatch | None) -> str:
    """Writes the page of a run that has just ended, and the index; returns where the page is."""
    from tasks.report.collect import collect_blocked, collect_published
    from tasks.report.days_around import place_days_around, update_days_around
    from tasks.report.page import write_index, write_page

    pages, erasures = open_pages(lake), lake.manifest().tables.get("erasures")
    source, day = result.batch.source.name, result.batch.logical_date
    record = RunRecord(source, day, result.state, gather_findings(result), result.blocked_by, left_out=result.left_out)
    record = replace(record, changes=dict(result.changes))
    known = read_record(pages, name_record(name_run_page(source, day, "published")))
    if result.state == "unchanged":
        # Nothing was audited: the findings of the run that published the batch still hold.
        record = replace(record, findings=known.findings if known else ())
    if not any(result.changes.get(name) for name in ("added", "changed", "removed")):
        record = replace(record, changes=known.changes if known else {})
    if judged is not None:
        record = replace(record, receipt=shorten_receipt(result.receipt))
        report: Report | None = collect_blocked(lake, record, judged)
    else:
        report = collect_published(lake, source, day, record)
    if report is None:
        raise OSError(f"{lake.name} has no batch {source} {day} any more")
    page = write_record(pages, record)
    write_text(pages, page, place_days_around(write_page(report), lake, pages, source, page))
    update_days_around(lake, pages, source, [day])
    write_index(lake, pages)
    # What was erased since the page was collected may be on it.
    return (
        pages.address(page)
        if lake.manifest().tables.get("erasures") == erasures
        else write_run_page(lake, result, judged)
    )


def gather_findings(result: BatchResult) -> tuple[Finding, ...]:
    """The findings of the audit, and those of the comparison with earlier days where there are enough of them."""
    drift = result.drift
    if drift is None:
        return tuple(result.findings)
    compared = any(row.deviation is not None for row in drift.comparisons)
    return (*result.findings, *(found for found in drift.findings if compared or not found.passed))


def write_reports(
    lake: Lake, source: str | None, day: date | None, folder: Path | None
) -> tuple[str, list[WrittenPage]]:
    """Writes the pages of all batches, of a source or of one batch, and the index; returns where the index and they are.

    `folder`: where to write, instead of where runs write theirs. Raises RequestError when there is no such batch, RunFailed
    when the folder cannot be written to.
    """
    from tasks.report.days_around import update_days_around
    from tasks.report.page import write_index

    own = open_pages(lake)
    names = own.list_names("")
    if not names:
        require_lake(lake)
    target = FolderFiles(folder) if folder else own
    pattern = f"{source or '*'}/{day or '*'}.blocked.json"
    blocked = read_blocked(own, (name for name in names if fnmatchcase(name, pattern)))
    try:
        pages = [*write_published(lake, source, day, target), *copy_blocked(own, blocked, target)]
        if not pages:
            wanted = " ".join(str(part) for part in (source, day) if part)
            raise RequestError(f"{lake.name} has no batch {wanted or 'at all'}. `copydesk sources` lists them.")
        for name in sorted({page[0] for page in pages}):
            update_days_around(lake, target, name, [page[1] for page in pages if page[0] == name])
        return write_index(lake, target), pages
    except OSError as error:
        raise RunFailed(f"the report could not be written: {error}") from None


def write_published(lake: Lake, source: str | None, day: date | None, target: StoreFiles) -> Iterator[WrittenPage]:
    """Writes the pages of published batches."""
    from tasks.report.collect import collect_published
    from tasks.report.page import write_page

    own = open_pages(lake)
    receipts = lake.receipts(source, ("source", "logical_date")) if lake.version() else []
    for name, made in ((row["source"], row["logical_date"]) for row in receipts):
        page = name_run_page(name, made, "published")
        if day in (None, made) and (report := collect_published(lake, name, made, read_record(own, name_record(page)))):
            write_text(target, page, write_page(report))
            yield name, made, report.state, target.address(page)


def copy_blocked(own: StoreFiles, records: Iterable[RunRecord], target: StoreFiles) -> Iterator[WrittenPage]:
    """Copies the pages of blocked runs, whose rows are no longer staged."""
    for record in records:
        page = name_run_page(record.source, record.logical_date, "blocked")
        for name in (page, name_record(page)) if target != own else ():
            if content := read_store_file(own, name):
                write_text(target, name, content.decode())
        yield record.source, record.logical_date, "blocked", target.address(page)
