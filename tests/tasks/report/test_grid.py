"""The grid of the index: months, rows and cells, their states in words, and its size for many sources and days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tasks.report.grid import IndexRow, draw_grid, make_cell
from tasks.report.page import render_template

DAY = date(2026, 10, 4)
RECEIPT = {"records": 46, "published": 39, "duplicates": 0, "quarantined": 7, "chars": 9, "removed_chars": 1}


def make_row(source: str, day: date, state: str = "published", blocked_by: str = "", **receipt: Any) -> IndexRow:
    page = f"{source}/{day}{'.blocked' if blocked_by else ''}.html"
    return IndexRow(source, day, state, blocked_by, page, RECEIPT | {"warnings": []} | receipt)


def test_a_cell_says_what_happened() -> None:
    assert make_cell(make_row("wire", DAY)) == (
        "published",
        "wire, 4 October 2026: 39 of 46 records published, 7 quarantined",
        "wire/2026-10-04.html",
        "copydesk ingest wire --date 2026-10-04",
    )
    warned = make_cell(make_row("wire", DAY, warnings=[{"reason": "text_short", "count": 2}], quarantined=0))
    assert (warned.state, warned.label) == ("warned", "wire, 4 October 2026: 39 of 46 records published, 2 warnings")
    blocked = make_cell(make_row("wire", DAY, "blocked", "published_in_future"))
    assert (blocked.state, blocked.label) == ("blocked", "wire, 4 October 2026: blocked by published_in_future")
    assert len({cell.sign for cell in (make_cell(make_row("wire", DAY)), warned, blocked)}) == 3


def test_months_have_every_day_and_the_latest_comes_first() -> None:
    rows = [make_row("b", DAY), make_row("a", date(2026, 2, 28)), make_row("a", DAY + timedelta(1))]
    latest, earlier = draw_grid(rows)
    assert (latest.name, list(latest.days)[-1], [source for source, _ in latest.rows]) == (
        "October 2026",
        31,
        ["a", "b"],
    )
    assert (earlier.name, list(earlier.days)[-1]) == ("February 2026", 28)
    ((_, cells),) = earlier.rows
    assert [at for at, cell in enumerate(cells, 1) if cell] == [28]


def test_a_blocked_run_hides_what_it_would_have_replaced() -> None:
    rows = [make_row("a", DAY, "blocked", "text_short"), make_row("a", DAY)]
    ((_, cells),) = draw_grid(rows)[0].rows
    assert [cell.state for cell in cells if cell] == ["blocked"]


def test_fifty_sources_and_four_hundred_days_are_one_page() -> None:
    rows = [make_row(f"source-{n:02}", DAY - timedelta(days)) for n in range(50) for days in range(400)]
    months = draw_grid(rows)
    assert sum(cell is not None for month in months for _, cells in month.rows for cell in cells) == 20_000
    empty: dict[str, Any] = {"chart": None, "published": rows, "groups": {}, "shown": 0, "blocked": []}
    page = render_template("index.html", lake="lake", months=months, **empty)
    assert page.count('class="cell-published" href=') == 20_000
    assert len(page) < 8_000_000
