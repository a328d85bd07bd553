"""The status of a lake as a grid: sources by days, each cell with the state of one batch and the command that runs it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.batches.run import COUNTS
from flows.batches.staging import BLOCKED, is_held
from flows.days.states import Day
from tasks.batch import name_command
from tasks.counts import count_warnings
from tasks.lakes.lake import Lake

# What each state of a cell is shown as, and what it means. The worst come first.
SIGNS = {
    "blocked": ("B", "the audit blocked the last run"),
    "failed": ("F", "the last run failed"),
    "missing": ("M", "there are files, and no batch"),
    "short": ("<", "far fewer records than usual"),
    "stale": ("S", "files, rules or settings changed since"),
    "warned": ("W", "published with warnings"),
    "running": ("R", "a run is at work"),
    "published": ("P", "published"),
    "no files": (".", "nothing to read"),
}
TO_RUN = ("blocked", "failed", "missing", "stale")
COLUMNS = ("source", "logical_date", *COUNTS, "warnings")


@dataclass(frozen=True)
class Cell:
    """One source on one day. `counts`: those of the batch's receipt and its warnings; empty without a batch."""

    source: str
    day: date
    state: str
    why: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The command that runs the batch again, "" where there is nothing to do."""
        return name_command(self.source, self.day) if self.state in TO_RUN else ""


def list_cells(lake: Lake, days: Sequence[Day]) -> Iterator[Cell]:
    """The cells of days as `survey_days` finds them, in their order."""
    receipts = {(row["source"], row["logical_date"]): row for row in lake.receipts(columns=COLUMNS)}
    for day in days:
        name, date_ = day.batch.source.name, day.batch.logical_date
        counts = count_receipt(receipts.get((name, date_)))
        state = day.state
        if is_running(lake, name, date_):
            state = "running"
        elif state == "fine":
            state = "warned" if counts["warnings"] else "published"
        elif state == "failed" and day.why.startswith(BLOCKED):
            state = "blocked"
        yield Cell(name, date_, state, day.why, counts)


def count_receipt(receipt: dict[str, Any] | None) -> dict[str, int]:
    """The counts of a batch; none without one."""
    if receipt is None:
        return {}
    return {name: receipt[name] for name in COUNTS} | {"warnings": count_warnings(receipt)}


def is_running(lake: Lake, source: str, day: date) -> bool:
    """Whether a run on this machine holds a batch."""
    return is_held(lake.staging / f"{source}@{day}.lock")


def sign_rows(cells: Sequence[Cell]) -> Iterator[tuple[str, ...]]:
    """A row per source: its name, a sign for each day of the grid (a blank without a cell), and its documents."""
    days = sorted({cell.day for cell in cells})
    by_place = {(cell.source, cell.day): cell for cell in cells}
    for source in dict.fromkeys(cell.source for cell in cells):
        own = [by_place.get((source, day)) for day in days]
        signs = "".join(SIGNS[cell.state][0] if cell else " " for cell in own)
        published = sum(cell.counts.get("published", 0) for cell in own if cell)
        yield source, signs, f"{published:,}"
