"""The pages of runs: one written at the end of each run, and all of them again from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from flows.batches.run import BatchResult, Run
from flows.errors import RequestError, RunFailed
from tasks.lakes.lake import Lake
from tasks.lakes.store_files import FolderFiles, StoreFiles, read_store_file
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

if TYPE_CHECKING:
    from tasks.auditing.audit import Finding
    from tasks.auditing.judge import JudgedBatch


@dataclass(frozen=True)
class WrittenPage:
    """A page of a run: `published` or `blocked`, and where it is."""

    source: str
    logical_date: date
    state: str
    place: str


def add_page(run: Run, result: BatchResult, judged: JudgedBatch | None = None) -> BatchResult:
    """The result with its page, which is written now unless the settings want none. `judged`: what a blocked batch staged.

    A page that cannot be written is a warning: the batch itself is settled.
    """
    if not run.settings.report:
        return result
    try:
        return replace(result, page=write_run_page(run.lake, result, judged))
    except Exception as error:
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        run.watcher.warn(f"the page of the run could not be written ({why}); the batch itself is not affected")
        return result


def write_run_page(lake: Lake, result: BatchResult, judged: JudgedBatch | None) -> str:
    """Writes the page of a run that has just ended, and the index; returns where the page is."""
    from tasks.report.collect import collect_blocked, collect_published
    from tasks.report.index import write_index
    from tasks.report.page import write_page

    pages = open_pages(lake)
    source, day = result.batch.source.name, result.batch.logical_date
    record = RunRecord(source, day, result.state, gather_findings(result), result.blocked_by)
    if result.state == "unchanged":
        # Nothing was audited: the findings of the run that published the batch still hold.
        known = read_record(pages, name_record(name_run_page(source, day, "published")))
        record = replace(record, findings=known.findings if known else ())
    if judged is not None:
        record = replace(record, receipt=shorten_receipt(result.receipt))
        report = collect_blocked(lake, record, judged)
    else:
        found = collect_published(lake, source, day, record)
        if found is None:
            raise OSError(f"{lake.name} has no batch {source} {day} any more")
        report = found
    page = write_record(pages, record)
    write_text(pages, page, write_page(report))
    write_index(lake, pages)
    return pages.address(page)


def gather_findings(result: BatchResult) -> tuple[Finding, ...]:
    """The findings of the audit, and those of the comparison with earlier days where there are enough of them."""
    drift = result.drift
    if drift is None:
        return tuple(result.findings)
    compared = any(row.deviation is not None for row in drift.comparisons)
    return (*result.findings, *(found for found in drift.findings if compared or not found.passed))


def write_reports(
    lake: Lake, source: str | None, day: date | None, target: Path | None
) -> tuple[str, list[WrittenPage]]:
    """Writes the pages of all batches, of a source or of one batch, and the index; returns where the index and they are.

    Raises RequestError when there is no such batch, RunFailed when `target` cannot be written to.
    """
    if not lake.version() and not open_pages(lake).list_names(""):
        raise RequestError(f"there is no lake at {lake.name}. Ingest something first.")
    batches, blocked = find_published(lake, source, day), find_blocked(lake, source, day)
    if not batches and not blocked:
        wanted = " ".join(str(part) for part in (source, day) if part)
        raise RequestError(f"{lake.name} has no batch {wanted or 'at all'}. `copydesk sources` lists them.")
    try:
        return write_pages(lake, batches, FolderFiles(target) if target else open_pages(lake), blocked)
    except OSError as error:
        raise RunFailed(f"the report could not be written: {error}") from None


def write_pages(
    lake: Lake, batches: Sequence[tuple[str, date]], target: StoreFiles, blocked: Sequence[RunRecord]
) -> tuple[str, list[WrittenPage]]:
    """Writes the pages of batches and of blocked runs, and the index over them; returns where the index and they are.

    Pages of blocked runs are copied: their rows are no longer staged.
    """
    from tasks.report.collect import collect_published
    from tasks.report.index import write_index
    from tasks.report.page import write_page

    own = open_pages(lake)
    pages: list[WrittenPage] = []
    for source, day in batches:
        page = name_run_page(source, day, "published")
        report = collect_published(lake, source, day, read_record(own, name_record(page)))
        if report is not None:
            write_text(target, page, write_page(report))
            pages.append(WrittenPage(source, day, report.state, target.address(page)))
    for record in blocked:
        page = name_run_page(record.source, record.logical_date, "blocked")
        pages.append(WrittenPage(record.source, record.logical_date, "blocked", target.address(page)))
        for name in (page, name_record(page)) if target != own else ():
            if content := read_store_file(own, name):
                write_text(target, name, content.decode())
    return write_index(lake, target), pages


def find_published(lake: Lake, source: str | None, day: date | None) -> list[tuple[str, date]]:
    """Source and logical date of the batches that the lake has; only those of `source` and `day` where they are given."""
    if not lake.version():
        return []
    found = lake.receipts(source, ("source", "logical_date"))
    return [(row["source"], row["logical_date"]) for row in found if day is None or row["logical_date"] == day]


def find_blocked(lake: Lake, source: str | None, day: date | None) -> list[RunRecord]:
    """The records of blocked runs; only those of `source` and `day` where they are given."""
    pages = open_pages(lake)
    wanted = f"{source or '*'}/{day or '*'}.blocked.json"
    return list(read_blocked(pages, (name for name in pages.list_names("") if fnmatchcase(name, wanted))))
