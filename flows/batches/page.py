"""The pages of runs: one written at the end of each run, all of them anew from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tasks.lakes.lake import Lake
from tasks.lakes.store_files import StoreFiles, read_store_file
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
    import polars as pl

    from flows.batches.recipe import Outcome
    from tasks.auditing.audit import Finding
    from tasks.staging.receipt import StagedFolder


@dataclass(frozen=True)
class WrittenPage:
    """A page of a run: `published` or `blocked`, and where it is."""

    source: str
    logical_date: date
    state: str
    place: str


def report_run(lake: Lake, outcome: Outcome, folders: Sequence[StagedFolder], quarantine: pl.DataFrame | None) -> str:
    """Writes the page of a run that has just ended, and the index; returns where the page is.

    `folders`, `quarantine`: what is staged, of which the page of a blocked batch is made; others are read from the lake.
    """
    from tasks.report.collect import collect_blocked, collect_published
    from tasks.report.index import write_index
    from tasks.report.page import write_page
    from tasks.staging.receipt import StagedBatch

    pages = open_pages(lake)
    source, day = outcome.batch.source.name, outcome.batch.logical_date
    record = RunRecord(source, day, outcome.state, gather_findings(outcome), outcome.blocked_by)
    if outcome.state == "unchanged":
        # Nothing was audited: what the audit said when the batch was published still holds.
        known = read_record(pages, name_record(name_run_page(source, day, "published")))
        record = replace(record, findings=known.findings if known else ())
    if outcome.state == "blocked" and quarantine is not None:
        record = replace(record, receipt=shorten_receipt(outcome.receipt))
        report = collect_blocked(lake, record, StagedBatch(tuple(folders), quarantine, outcome.receipt))
    else:
        found = collect_published(lake, source, day, record)
        if found is None:
            raise OSError(f"{lake.name} has no batch {source} {day} any more")
        report = found
    page = write_record(pages, record)
    write_text(pages, page, write_page(report))
    write_index(lake, pages)
    return pages.address(page)


def gather_findings(outcome: Outcome) -> tuple[Finding, ...]:
    """What the audit found, and how the batch stands to its source's earlier days where there are enough to say so."""
    drift = outcome.drift
    if drift is None:
        return tuple(outcome.findings)
    compared = any(row.deviation is not None for row in drift.comparisons)
    return (*outcome.findings, *(found for found in drift.findings if compared or not found.passed))


def write_pages(
    lake: Lake, batches: Sequence[tuple[str, date]], target: StoreFiles, blocked: Sequence[RunRecord]
) -> tuple[str, list[WrittenPage]]:
    """Writes the pages of batches and of blocked runs, and the index over them; returns where the index and they are.

    Pages of blocked runs stay as they were written: what they were made of is gone.
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
            if said := read_store_file(own, name):
                write_text(target, name, said.decode())
    return write_index(lake, target), pages


def find_batches(lake: Lake, source: str | None, day: date | None) -> list[tuple[str, date]]:
    """The batches that the lake has, those asked for."""
    if not lake.version():
        return []
    found = lake.receipts(source, ("source", "logical_date"))
    return [(row["source"], row["logical_date"]) for row in found if day is None or row["logical_date"] == day]


def find_blocked(lake: Lake, source: str | None, day: date | None) -> list[RunRecord]:
    """The records of blocked runs, those asked for."""
    pages = open_pages(lake)
    wanted = f"{source or '*'}/{day or '*'}.blocked.json"
    return list(read_blocked(pages, (name for name in pages.list_names("") if fnmatchcase(name, wanted))))
