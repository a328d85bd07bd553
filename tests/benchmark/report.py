"""What the measured costs say: a table for the terminal, a page for the docs."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import stdev

from rich import box
from rich.table import Table
from scipy.stats import t as student

from benchmark.measure import Cost, take_median

COLUMNS = ("what", "documents", "CPU s", "wall s", "ms/doc", "docs/s", "peak MB")
RATIOS = (  # what is compared with what
    ("copydesk", "floor"),
    ("copydesk, a tenth", "floor"),
    ("langdetect", "copydesk"),
    ("datatrove C4", "copydesk"),
    ("datatrove C4 and language", "copydesk"),
    ("datatrove C4", "floor"),
)
CONFIDENCE = 0.95
UNDISTURBED = 0.9  # a run with one worker that had its core for less of its time was slowed down by others


@dataclass(frozen=True)
class Row:
    """What a job cost in each round."""

    name: str
    documents: int
    rounds: tuple[Cost, ...]

    @property
    def cost(self) -> Cost:
        """The median of each figure."""
        return take_median(self.rounds)


@dataclass(frozen=True)
class Report:
    """Rows, the size of the runs that stand for fixed start-up, the file of texts (empty: made ones) and their bytes per
    document, and notes on what is missing.
    """

    rows: tuple[Row, ...]
    small: int
    texts: str
    size: float
    notes: tuple[str, ...]

    @property
    def turns(self) -> int:
        """How many rounds there were."""
        return len(self.rows[0].rounds)

    def find(self, name: str) -> Row | None:
        """The row of a job."""
        return next((row for row in self.rows if row.name == name), None)


def cost_each(report: Report, row: Row, turn: int | None = None) -> float | None:
    """CPU milliseconds per document, without start-up: what a run costs above the one on a few documents.

    Of one round, or of the medians. None where there is no such run, or too few documents to tell it from start-up.
    """
    fixed = report.find(f"{row.name.split(',')[0]}, {report.small} documents")
    if fixed is None or row.documents <= report.small:
        return None
    large, small = (own.cost if turn is None else own.rounds[turn] for own in (row, fixed))
    each = (large.cpu - small.cpu) / (row.documents - report.small) * 1_000
    return each if each > 0 else None


def rate(report: Report, name: str, base: str) -> tuple[float, float, float] | None:
    """How many times what `base` costs a document `name` costs: the mean of all rounds, and the interval of confidence.

    Geometric mean; interval by Student's t on the logarithms. None where a figure is missing.
    """
    one, other = report.find(name), report.find(base)
    if one is None or other is None:
        return None
    pairs = [[cost_each(report, row, turn) for row in (one, other)] for turn in range(report.turns)]
    found = [math.log(mine / theirs) for mine, theirs in pairs if mine and theirs]
    if len(found) < report.turns:
        return None
    mean = sum(found) / len(found)
    wide = 0.0
    if len(found) > 1:
        wide = stdev(found) / math.sqrt(len(found)) * float(student.ppf((1 + CONFIDENCE) / 2, len(found) - 1))
    return math.exp(mean), math.exp(mean - wide), math.exp(mean + wide)


def describe_ratios(report: Report) -> Iterator[str]:
    """The ratios of CPU, a line each."""
    for name, base in RATIOS:
        if found := rate(report, name, base):
            value, low, high = (f"{figure:.3g}" for figure in found)
            yield f"{name} costs {value} times as much as {base} ({CONFIDENCE:.0%} confidence: {low} to {high})"
    imported, small = report.find("import great_expectations"), report.find(f"copydesk, {report.small} documents")
    if imported and small:
        start = small.cost.cpu / imported.cost.cpu
        yield f"copydesk ingest of {report.small} documents costs {start:.2f} times as much as import great_expectations"


def make_cells(report: Report) -> Iterator[tuple[str, ...]]:
    """The table's rows, as words."""
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
        )


def words(each: float | None) -> str:
    """Milliseconds as written in a table; nothing where nothing is known."""
    return "" if each is None else f"{each:.3f}"


def make_table(report: Report) -> Table:
    """The table for the terminal."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), title=f"CPU without start-up; medians of {report.turns} rounds")
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


def describe_texts(report: Report) -> str:
    """What the corpus is."""
    if report.texts:
        return "The corpus is a JSON Lines file of texts"
    return "The corpus is made from `seeds/`, without a sentence that returns (`tests/benchmark/sentences.py`), in eleven languages"


def write_page(report: Report, path: Path) -> None:
    """Writes the page for the docs."""
    costs = {row.name: row for row in report.rows}
    tenth, whole, two = costs["copydesk, a tenth"], costs["copydesk"], costs["copydesk, 2 workers"]
    before, after = cost_each(report, tenth), cost_each(report, whole)
    packages = ", ".join(f"{name} {version(name)}" for name in ("copydesk", "polars", "pyarrow", "great-expectations"))
    lines = [
        "# What it costs",
        "",
        "Written by `make bench WRITE=1`. The figures are from one run on a shared machine: read them as ratios, and measure on",
        f"your own, with `TEXTS=file.jsonl` on texts of your own. {describe_texts(report)}:",
        f"{whole.documents:,} documents of {report.size / 1000:.1f} kB of JSON on average. copydesk makes published Parquet of it, audit",
        f"included. Each run is a process of its own, in turns with the others, in {report.turns} round{'s' if report.turns > 1 else ''}. All but the run with two workers are",
        "bound to one core.",
        "",
        f"Machine: {name_machine()}. Python {platform.python_version()}, {packages}.",
        "",
        *(f"- {line}." for line in describe_ratios(report)),
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "| --- |" + " ---: |" * (len(COLUMNS) - 1),
        *("| " + " | ".join(cells) + " |" for cells in make_cells(report)),
        "",
        f"Figures are medians. ms/doc is CPU time per document without start-up: what a run costs above one on {report.small} documents, divided by",
        "the number of the rest; docs/s on one core follows from it. The ratios above are of ms/doc, taken within each round. Peak",
        "memory is the largest process's. Wall time depends on what else the machine is doing.",
        "The floor reads JSON Lines and writes zstd Parquet with Polars, and does nothing else. langdetect is its function `detect`",
        "over the texts of the floor. datatrove reads JSON Lines, runs its C4 filter (and its language step, with the compressed",
        "fastText model) and writes Parquet. The cost of both grows in a straight line, so fewer documents will do.",
        *report.notes,
        "",
        f"Ten times the documents ({tenth.documents:,} and {whole.documents:,}): {words(before) or '?'} and {words(after) or '?'} ms CPU per document, "
        f"{tenth.cost.memory:,.0f} and {whole.cost.memory:,.0f} MB at most.",
        compare_workers(whole.cost, two.cost),
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
