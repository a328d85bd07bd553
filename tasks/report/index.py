"""All batches of a lake on one page, by source, latest first; blocked runs on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from tasks.lakes.lake import Lake
from tasks.report.charts import draw_days
from tasks.report.figures import EARLIER, OTHERS, DayCount, count_back
from tasks.report.page import render_template
from tasks.report.record import name_run_page, read_blocked
from tasks.report.svg import Chart
from tasks.report.wording import format_count
from tasks.stores.store_files import StoreFiles, change_store_file

ROWS_SHOWN = 400  # per source; earlier ones are only counted
DAYS_SHOWN, DAY_DIGITS = 60, 10
SOURCES_SHOWN = 6

COLUMNS = ("source", "logical_date", "records", "published", "duplicates", "quarantined", "chars", "removed_chars")


@dataclass(frozen=True)
class IndexRow:
    """A batch, or a blocked run of it. `receipt`: COLUMNS; `page`: relative address, empty if there is no page."""

    source: str
    logical_date: date
    state: str
    blocked_by: str
    page: str
    receipt: Mapping[str, Any]


def write_index(lake: Lake, pages: StoreFiles) -> str:
    """Writes index.html for the published batches and the blocked runs; returns where it is.

    If another run has written it meanwhile, it is made again, so that no page is left out.
    """
    change_store_file(pages, "index.html", lambda _: render_index(lake, pages).encode())
    return pages.address("index.html")


def render_index(lake: Lake, pages: StoreFiles) -> str:
    """The index as HTML."""
    names = pages.list_names("")
    receipts = lake.receipts(columns=COLUMNS) if lake.version() else ()
    published = [list_batch(receipt, names, "published") for receipt in receipts]
    blocked = [
        list_batch(record.receipt, names, "blocked", ", ".join(record.blocked_by))
        for record in read_blocked(pages, names)
        if record.receipt
    ]
    rows = sorted([*published, *blocked], key=lambda row: (row.source, -row.logical_date.toordinal(), row.state))
    groups = {source: list(group) for source, group in groupby(rows, key=lambda row: row.source)}
    documents = sum(row.receipt["published"] for row in published)
    batches = format_count(len(published), "batch", "batches")
    summary = f"{format_count(documents, 'document')} from {batches} of {format_count(len(groups), 'source')}"
    return render_template(
        "index.html",
        lake=lake.store.label,
        chart=draw_batches(published),
        summary=summary,
        groups=[
            (source, summarize_source(found), found[:ROWS_SHOWN], found[ROWS_SHOWN:])
            for source, found in groups.items()
        ],
        blocked=blocked,
    )


def draw_batches(rows: Sequence[IndexRow]) -> Chart | None:
    """Documents of the latest batches by day and source; None without any."""
    published = {(row.source, row.logical_date): row.receipt["published"] for row in rows if row.receipt["published"]}
    if not published:
        return None
    first = count_back(max(day for _, day in published), DAY_DIGITS, DAYS_SHOWN - 1)
    totals: Counter[str] = Counter()
    for (source, _), documents in published.items():
        totals[source] += documents
    named = sorted(totals, key=lambda source: (-totals[source], source))[:SOURCES_SHOWN]
    counts: Counter[tuple[str, str]] = Counter()
    for (source, day), documents in published.items():
        counts[str(day) if str(day) >= first else EARLIER, source if source in named else OTHERS] += documents
    return draw_days([DayCount(*key, documents) for key, documents in sorted(counts.items())], "source")


def list_batch(receipt: Mapping[str, Any], names: Sequence[str], state: str, blocked_by: str = "") -> IndexRow:
    """A receipt as a row of the index. `names`: the existing pages."""
    day = date.fromisoformat(str(receipt["logical_date"]))
    page = name_run_page(receipt["source"], day, state)
    return IndexRow(receipt["source"], day, state, blocked_by, page if page in names else "", receipt)


def summarize_source(rows: Sequence[IndexRow]) -> str:
    """Documents and days of a source, in words."""
    documents = sum(row.receipt["published"] for row in rows if row.state == "published")
    days = [row.logical_date for row in rows]
    span = f", {min(days)} to {max(days)}" if len(set(days)) > 1 else ""
    return f"{format_count(documents, 'document')}{span}."
