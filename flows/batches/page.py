"""The pages of runs: one written at the end of each run, all of them anew from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.lake import Lake
from tasks.report.record import RunRecord, find_folder, name_page, outline, read_record, write_record, write_whole

if TYPE_CHECKING:
    import polars as pl

    from flows.batches.recipe import Outcome
    from tasks.audit import Finding
    from tasks.receipt import StagedRun


@dataclass(frozen=True)
class WrittenPage:
    """A page of a run: `published` or `blocked`, and where it is."""

    source: str
    logical_date: date
    state: str
    path: Path


def report_run(lake: Lake, outcome: Outcome, runs: Sequence[StagedRun], quarantine: pl.DataFrame | None) -> Path:
    """Writes the page of a run that has just ended, and the index; returns the page's path.

    `runs`, `quarantine`: what is staged, of which the page of a blocked batch is made; others are read from the lake.
    """
    from tasks.report.collect import collect_blocked, collect_published
    from tasks.report.index import write_index
    from tasks.report.page import write_page
    from tasks.report.rows import find_staged

    folder = find_folder(lake)
    source, day = outcome.batch.source.name, outcome.batch.logical_date
    record = RunRecord(source, day, outcome.state, gather_findings(outcome), outcome.blocked_by)
    if outcome.state == "unchanged":
        # Nothing was audited: what the audit said when the batch was published still holds.
        known = read_record(name_page(folder, source, day, "published").with_suffix(".json"))
        record = replace(record, findings=known.findings if known else ())
    if outcome.state == "blocked" and quarantine is not None:
        record = replace(record, receipt=outline(outcome.receipt))
        report = collect_blocked(lake, record, outcome.receipt, find_staged(runs, quarantine))
    else:
        found = collect_published(lake, source, day, record)
        if found is None:
            raise OSError(f"{lake.path} has no batch {source} {day} any more")
        report = found
    page = write_record(folder, record)
    write_whole(page, write_page(report))
    write_index(lake, folder)
    return page


def gather_findings(outcome: Outcome) -> tuple[Finding, ...]:
    """What the audit found, and how the batch stands to its source's earlier days where there are enough to say so."""
    drift = outcome.drift
    if drift is None:
        return tuple(outcome.findings)
    compared = any(row.deviation is not None for row in drift.comparisons)
    return (*outcome.findings, *(found for found in drift.findings if compared or not found.passed))


def write_pages(
    lake: Lake, batches: Sequence[tuple[str, date]], target: Path, blocked: Sequence[Path]
) -> tuple[Path, list[WrittenPage]]:
    """Writes the pages of batches and of blocked runs, and the index over them; returns where the index and they are.

    Pages of blocked runs stay as they were written: what they were made of is gone.
    """
    from tasks.report.collect import collect_published
    from tasks.report.index import write_index
    from tasks.report.page import write_page

    own = find_folder(lake)
    pages: list[WrittenPage] = []
    for source, day in batches:
        known = read_record(name_page(own, source, day, "published").with_suffix(".json"))
        report = collect_published(lake, source, day, known)
        if report is not None:
            page = name_page(target, source, day, "published")
            write_whole(page, write_page(report))
            pages.append(WrittenPage(source, day, report.state, page))
    for path in blocked:
        record = read_record(path)
        if record is None:
            continue
        page = name_page(target, record.source, record.logical_date, "blocked")
        pages.append(WrittenPage(record.source, record.logical_date, "blocked", page))
        if target != own:
            for part in (path, path.with_suffix(".html")):
                write_whole(page.with_suffix(part.suffix), part.read_text(encoding="utf-8"))
    return write_index(lake, target), pages


def find_batches(lake: Lake, source: str | None, day: date | None) -> list[tuple[str, date]]:
    """The batches that the lake has, those asked for."""
    if not lake.version():
        return []
    found = lake.receipts(source, ("source", "logical_date"))
    return [(row["source"], row["logical_date"]) for row in found if day is None or row["logical_date"] == day]


def find_blocked(lake: Lake, source: str | None, day: date | None) -> list[Path]:
    """The records of blocked runs, those asked for."""
    return sorted(find_folder(lake).glob(f"{source or '*'}/{day or '*'}.blocked.json"))
