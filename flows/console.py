"""What a person sees: a line while it works, a short table when it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from flows.batches.recipe import Outcome

STEPS = {"plan": "looking for files", "build": "reading and cleaning", "audit": "auditing", "publish": "publishing"}

QUESTION = (
    "SELECT language, count(*) AS documents, sum(removed_chars) AS chars_taken_out "
    "FROM '{lake}/documents/**/*.parquet' GROUP BY ALL ORDER BY documents DESC"
)

PIPE_WIDTH = 200  # a pipe has no width of its own, and whoever searches it wants a row on a line


def make_console(stream: TextIO, *, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for a row on a line where there is none."""
    has_width = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, highlight=False, width=None if has_width else PIPE_WIDTH)


out = make_console(sys.stdout)
err = make_console(sys.stderr, stderr=True)


def fail(message: object, code: int) -> int:
    """One line on standard error; returns the exit code."""
    err.print(f"[bold red]error:[/] {escape(' '.join(str(message).split()))}", soft_wrap=True)
    return code


class Ticker:
    """Tells a terminal how a run is getting on; says nothing in a pipe but that it waits."""

    def __init__(self, progress: Progress, label: str) -> None:
        self.progress = progress
        self.label = label
        self.task = progress.add_task(label, total=None)

    def step(self, name: str) -> None:
        self.progress.update(self.task, description=f"{self.label}: {STEPS.get(name, name)}", total=None, completed=0)

    def wait(self, message: str) -> None:
        err.print(escape(message), soft_wrap=True)

    def shards(self, total: int) -> None:
        self.progress.update(self.task, total=total, completed=0)

    def shard_done(self) -> None:
        self.progress.advance(self.task)


@contextmanager
def watch_run(label: str) -> Iterator[Ticker]:
    """A progress line on a terminal for as long as the block runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield Ticker(progress, label)


def say_blocked(outcome: Outcome) -> str:
    """Why a batch was blocked, in a sentence."""
    batch = outcome.batch
    return (
        f"the audit blocked {batch.source.name} {batch.logical_date}: {', '.join(outcome.blocked_by)}. "
        "Readers keep what they had."
    )


def say_why(outcome: Outcome) -> str:
    """What blocked a batch, in a sentence an expectation: what was found, and why that matters."""
    found = (finding for finding in outcome.findings if finding.reason in outcome.blocked_by)
    return " ".join(f"{finding.reason}: {finding.observed}. {finding.why}" for finding in found)


def print_outcome(outcome: Outcome) -> None:
    """The table at the end of a run."""
    receipt = outcome.receipt
    title = f"{outcome.batch.source.name}  {outcome.batch.logical_date}  {outcome.state}"
    if outcome.state == "published":
        title += f"  (version {outcome.version})"
    table = Table(
        title=escape(title), title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for row in outline_receipt(receipt):
        table.add_row(*(escape(cell) for cell in row))
    out.print(table)
    if outcome.drift and not any(row.deviation is not None for row in outcome.drift.comparisons):
        out.print(f"  drift  too little history to compare with: {outcome.drift.days} earlier days", markup=False)
    for finding in (*outcome.findings, *(outcome.drift.findings if outcome.drift else ())):
        if not finding.passed or finding.failed:
            mark = "[red]blocks[/]" if finding.reason in outcome.blocked_by else finding.severity
            out.print(
                f"  {mark}  {escape(finding.reason)}: {escape(finding.observed)}. {escape(finding.why)}", soft_wrap=True
            )
    if outcome.page:
        out.print(f"  page: {outcome.page}", soft_wrap=True, markup=False)
    out.print()


def outline_receipt(receipt: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    """A receipt in the rows of a table: what, how many, of which kinds."""
    count = "{:,}".format
    yield "in", count(receipt["records"]), f"records from {len(receipt['inputs']):,} files"
    yield "published", count(receipt["published"]), name_counts(receipt["languages"], "language")
    yield (
        "duplicates",
        count(receipt["duplicates"]),
        "; ".join(f"{twin['uri']} = {twin['twin']}" for twin in receipt["twins"][:3]),
    )
    yield "quarantined", count(receipt["quarantined"]), name_counts(receipt["reasons"], "reason")
    yield "lines taken out", count(receipt["removed_lines"]), name_counts(receipt["rules"], "rule")
    yield "captions merged", count(receipt["captions_merged"]), ""
    kept = receipt["body_chars"] + receipt["apart_chars"] + receipt["line_ends"]
    yield "characters", count(receipt["chars"]), f"{kept:,} kept, {receipt['removed_chars']:,} taken out"
    if receipt["warnings"]:
        yield (
            "warnings",
            count(sum(entry["count"] for entry in receipt["warnings"])),
            name_counts(receipt["warnings"], "reason"),
        )


def name_counts(tally: Sequence[dict[str, Any]], name: str, most: int = 8) -> str:
    """A tally in words, most frequent first: "en 12, de 3, and 4 more"."""
    ranked = sorted(tally, key=lambda entry: (-entry["count"], entry[name]))
    words = ", ".join(f"{entry[name]} {entry['count']:,}" for entry in ranked[:most])
    return words + (f", and {len(ranked) - most} more kinds" if len(ranked) > most else "")


def print_directions(lake: str) -> None:
    """Where the Parquet is, and a question to paste. `lake`: how people call it."""
    out.print(f"Parquet: {lake}/documents (also lines, quarantine, receipts)", soft_wrap=True, markup=False)
    if "://" in lake:
        return  # engines need credentials first, each in its own way
    question = f'import duckdb; duckdb.sql(\\"{QUESTION.format(lake=lake)}\\").show()'
    out.print(f'ask:     {name_python()} -c "{question}"', soft_wrap=True, markup=False)


def name_python() -> str:
    """This interpreter as one would type it here."""
    whole = Path(sys.executable)
    return str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: frozenset[str] = frozenset()) -> None:
    """A plain table of anything."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    out.print(table)
