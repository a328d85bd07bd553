"""What the measured costs say: a table for the terminal, a page for the docs."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from rich import box
from rich.table import Table

from benchmark.measure import Cost

COLUMNS = ("what", "documents", "CPU s", "wall s", "ms/doc", "docs/s", "peak MB", "to copydesk", "to floor")
UNDISTURBED = 0.9  # a run with one worker that had its core for less of its time was slowed down by others


@dataclass(frozen=True)
class Row:
    """What a job cost."""

    name: str
    documents: int
    cost: Cost


@dataclass(frozen=True)
class Report:
    """Rows, the size of the runs that stand for fixed start-up, how many rounds, and notes on what is missing."""

    rows: tuple[Row, ...]
    small: int
    rounds: int
    notes: tuple[str, ...]


def cost_each(report: Report, row: Row) -> float | None:
    """CPU milliseconds per document, without start-up: what a run costs above the one on a few documents.

    None where there is no such run, or too few documents to tell it from start-up.
    """
    fixed = {own.name: own.cost.cpu for own in report.rows}.get(f"{row.name.split(',')[0]}, {report.small} documents")
    if fixed is None or row.documents <= report.small:
        return None
    each = (row.cost.cpu - fixed) / (row.documents - report.small) * 1_000
    return each if each > 0 else None


def make_cells(report: Report) -> Iterator[tuple[str, ...]]:
    """The table's rows, as words."""
    own, floor = (
        next((cost_each(report, row) for row in report.rows if row.name == name), None)
        for name in ("copydesk", "floor")
    )
    for row in report.rows:
        each = cost_each(report, row)
        yield (
            row.name,
            f"{row.documents:,}",
            f"{row.cost.cpu:.2f}",
            f"{row.cost.wall:.2f}",
            words(each),
            f"{1_000 / each:,.0f}" if each else "",
            f"{row.cost.memory:,.0f}",
            f"{each / own:.2f}" if each and own else "",
            f"{each / floor:,.0f}" if each and floor else "",
        )


def words(each: float | None) -> str:
    """Milliseconds as written in a table; nothing where nothing is known."""
    return "" if each is None else f"{each:.3f}"


def make_table(report: Report) -> Table:
    """The table for the terminal."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), title=f"CPU without start-up; medians of {report.rounds} rounds")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=True)
    for cells in make_cells(report):
        table.add_row(*cells)
    return table


def name_machine() -> str:
    """The processor's name, how many cores there are, and the memory."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {os.cpu_count()} cores, {measure_memory()} of memory"


def measure_memory() -> str:
    """The machine's memory in GB."""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def compare_workers(one: Cost, two: Cost) -> str:
    """What a second worker gains, in a sentence; where other processes slowed the runs down, no wall time is given."""
    if one.cpu < UNDISTURBED * one.wall:
        return (
            f"What a second worker gains cannot be said from this run: others held the machine up, and the run with one worker was on its "
            f"core for {one.cpu / one.wall:.0%} of its time."
        )
    return (
        f"Two workers on two cores finish in {two.wall:.1f} s instead of {one.wall:.1f} s: {one.wall / two.wall:.2f} times as fast, "
        "start-up included."
    )


def write_page(report: Report, path: Path) -> None:
    """Writes the page for the docs."""
    costs = {row.name: row for row in report.rows}
    tenth, whole, two = costs["copydesk, a tenth"], costs["copydesk"], costs["copydesk, 2 workers"]
    before, after = cost_each(report, tenth), cost_each(report, whole)
    packages = ", ".join(f"{name} {version(name)}" for name in ("copydesk", "polars", "pyarrow", "great-expectations"))
    lines = [
        "# What it costs",
        "",
        "Written by `make bench WRITE=1`. The figures are from one run on a shared machine: read them as ratios, and measure",
        "on your own. The corpus is made from `seeds/`: distinct articles of about 3.5 kB and 25 lines, most of them English,",
        "the rest in ten other languages; from JSON Lines to published Parquet, audit included. Each run is a process of its own,",
        f"in turns with the others, in {report.rounds} round{'s; figures are medians' if report.rounds > 1 else ''}. A run with one worker is bound to one core.",
        "",
        f"Machine: {name_machine()}. Python {platform.python_version()}, {packages}.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "| --- |" + " ---: |" * (len(COLUMNS) - 1),
        *("| " + " | ".join(cells) + " |" for cells in make_cells(report)),
        "",
        f"ms/doc is CPU time per document without start-up: what a run costs above one on {report.small} documents, divided by the number of the rest;",
        "docs/s on one core follows from it, and the last columns give it as a multiple of copydesk's and of the floor's cost. Peak memory is the largest",
        "process's. Wall time depends on what else the machine is doing. Sentences that return in other articles compress better",
        "than real text does, which makes writing cheaper for all, most of all for the floor.",
        "The floor reads JSON Lines and writes Parquet with Polars, and does nothing else. datatrove reads JSON Lines, runs its C4",
        "filter and its language step, and writes Parquet; its cost grows in a straight line, so a tenth of the corpus will do.",
        *report.notes,
        "",
        f"Ten times the documents ({tenth.documents:,} and {whole.documents:,}): {words(before) or '?'} and {words(after) or '?'} ms CPU per document, "
        f"{tenth.cost.memory:,.0f} and {whole.cost.memory:,.0f} MB at most.",
        compare_workers(whole.cost, two.cost),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
