"""The grid of the index: sources by days, month by month, each cell with the state of a batch and a link to its page."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from tasks.batch import name_command
from tasks.counts import count_warnings, format_count
from tasks.report.wording import MONTHS

SIGNS = {"published": "■", "warned": "▲", "blocked": "✕"}


class IndexRow(NamedTuple):
    """A batch, or a blocked run of it. `receipt`: its counts and warnings; `page`: relative address, or empty without a page."""

    source: str
    logical_date: date
    state: str
    blocked_by: str
    page: str
    receipt: Mapping[str, Any]


class GridCell(NamedTuple):
    """A batch. `label`: the cell in words, for pointers and screen readers; `page`: empty if there is no page; `command`: runs it
    again.
    """

    state: str
    label: str
    page: str
    command: str

    @property
    def sign(self) -> str:
        """What the cell shows, in another form for each state."""
        return SIGNS[self.state]


class GridMonth(NamedTuple):
    """A month. `rows`: each source that has a batch in it, with a cell or None for each day."""

    name: str
    days: range
    rows: list[tuple[str, list[GridCell | None]]]


def draw_grid(rows: Iterable[IndexRow]) -> list[GridMonth]:
    """The months that have batches, the latest first. `rows`: those of the index; a blocked run hides what it would replace."""
    cells: dict[tuple[int, int], dict[str, dict[int, GridCell]]] = defaultdict(lambda: defaultdict(dict))
    for row in sorted(rows, key=lambda row: row.state, reverse=True):  # published, then blocked
        day = row.logical_date
        cells[day.year, day.month][row.source][day.day] = make_cell(row)
    months = []
    for (year, month), sources in sorted(cells.items(), reverse=True):
        days = range(1, monthrange(year, month)[1] + 1)
        by_source = [(source, [own.get(day) for day in days]) for source, own in sorted(sources.items())]
        months.append(GridMonth(f"{MONTHS[month - 1]} {year}", days, by_source))
    return months


def make_cell(row: IndexRow) -> GridCell:
    """The cell of a row of the index."""
    receipt, day = row.receipt, row.logical_date
    warnings = count_warnings(receipt)
    state = "blocked" if row.state == "blocked" else "warned" if warnings else "published"
    counts = f"{receipt['published']:,} of {format_count(receipt['records'], 'record')} published"
    said = [f"blocked by {row.blocked_by}"] if row.blocked_by else [counts]
    said += [f"{receipt['quarantined']:,} quarantined"] if receipt["quarantined"] and not row.blocked_by else []
    said += [format_count(warnings, "warning")] if warnings and not row.blocked_by else []
    command = name_command(row.source, day)
    return GridCell(
        state, f"{row.source}, {day.day} {MONTHS[day.month - 1]} {day.year}: {', '.join(said)}", row.page, command
    )
