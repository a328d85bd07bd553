"""All batches of a lake on one page, by source, latest first; blocked ones on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from tasks.lakes.lake import Lake
from tasks.lakes.store_files import StoreFiles, change_store_file
from tasks.report.charts import draw_days
from tasks.report.figures import EARLIER, OTHERS, DayCount, count_back
from tasks.report.page import render
from tasks.report.record import name_page, read_blocked
from tasks.report.svg import Chart
from tasks.report.wording import count, share

ROWS_SHOWN = 400  # a source; the earlier ones are counted
DAYS_SHOWN, DAY_DIGITS = 60, 10
SOURCES_SHOWN = 6

COLUMNS = ("source", "logical_date", "records", "published", "duplicates", "quarantined", "chars", "removed_chars")


@dataclass(frozen=True)
class IndexRow:
    """A batch, or a run of it that was blocked. `page`: relative address, empty where there is none."""

    source: str
    logical_date: date
    state: str
    verdict: str
    page: str
    records: int
    published: int
    duplicates: int
    quarantined: int
    share: str


@dataclass(frozen=True)
class IndexGroup:
    """The batches of a source that are shown; `left`: how many are not."""

    source: str
    says: str
    rows: tuple[IndexRow, ...]
    left: int


def write_index(lake: Lake, pages: StoreFiles) -> str:
    """Writes index.html for the batches that the lake has and the runs that were blocked; returns where it is.

    One who finds that another run has written it meanwhile looks anew, so that no page is left out.
    """
    change_store_file(pages, "index.html", lambda _: render_index(lake, pages).encode())
    return pages.address("index.html")


def render_index(lake: Lake, pages: StoreFiles) -> str:
    """The page over all pages that there are."""
    names = pages.list_names("")
    known = frozenset(names)
    published = [
        make_row(row, known, "published", "") for row in (lake.receipts(columns=COLUMNS) if lake.version() else ())
    ]
    blocked = [
        make_row(record.receipt, known, "blocked", ", ".join(record.blocked_by))
        for record in read_blocked(pages, names)
        if record.receipt
    ]
    rows = sorted([*published, *blocked], key=lambda row: (row.source, -row.logical_date.toordinal(), row.state))
    groups = [group_rows(source, list(part)) for source, part in groupby(rows, key=lambda row: row.source)]
    documents = sum(row.published for row in published)
    summary = f"{count(documents, 'document')} from {count(len(published), 'batch', 'batches')} of {count(len(groups), 'source')}"
    return render(
        "index.html", lake=lake.label, chart=draw_batches(published), summary=summary, groups=groups, blocked=blocked
    )


def draw_batches(rows: Sequence[IndexRow]) -> Chart | None:
    """Documents of the latest batches by day and source; None without any."""
    shown = [row for row in rows if row.published]
    if not shown:
        return None
    first = count_back(max(row.logical_date for row in shown), DAY_DIGITS, DAYS_SHOWN - 1)
    totals = Counter[str]()
    for row in shown:
        totals[row.source] += row.published
    named = {source for source, _ in sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:SOURCES_SHOWN]}
    counts: Counter[tuple[str, str]] = Counter()
    for row in shown:
        period = str(row.logical_date) if str(row.logical_date) >= first else EARLIER
        counts[period, row.source if row.source in named else OTHERS] += row.published
    return draw_days([DayCount(*key, many) for key, many in sorted(counts.items())], "source")


def make_row(receipt: Mapping[str, Any], known: frozenset[str], state: str, verdict: str) -> IndexRow:
    """A receipt as a row of the index. `known`: the pages that there are."""
    day = receipt["logical_date"]
    day = day if isinstance(day, date) else date.fromisoformat(day)
    page = name_page(receipt["source"], day, state)
    return IndexRow(
        receipt["source"],
        day,
        state,
        verdict,
        page if page in known else "",
        receipt["records"],
        receipt["published"],
        receipt["duplicates"],
        receipt["quarantined"],
        share(receipt["removed_chars"], receipt["chars"]),
    )


def group_rows(source: str, rows: Iterable[IndexRow]) -> IndexGroup:
    """The rows of a source, those that are shown."""
    found = tuple(rows)
    documents = sum(row.published for row in found if row.state == "published")
    days = [row.logical_date for row in found]
    says = (
        f"{count(documents, 'document')}, {min(days)} to {max(days)}"
        if len(set(days)) > 1
        else count(documents, "document")
    )
    return IndexGroup(source, says + ".", found[:ROWS_SHOWN], max(len(found) - ROWS_SHOWN, 0))
