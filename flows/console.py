"""The output on a terminal: a progress line during a run, tables and directions at its end, errors in one line.

All of it goes through `make_text`: names, texts and errors come from files of strangers, and no terminal may obey them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.counts import count_warnings, format_count, sum_passed_over
from tasks.unseen import show_unseen

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from flows.batches.progress import Progress as BatchProgress
    from flows.batches.run import BatchResult, Watcher

STEPS = {"plan": "looking for files", "build": "reading and cleaning", "audit": "auditing", "publish": "publishing"}

QUESTION = (
    "SELECT language, count(*) AS documents, sum(removed_chars) AS chars_removed "
    "FROM '{lake}/documents/**/*.parquet' GROUP BY ALL ORDER BY documents DESC"
)

PIPE_WIDTH = 200  # a pipe has no width of its own, and a row on one line can be searched


def make_console(stream: TextIO, *, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for a row on one line where there is none."""
    has_width = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, highlight=False, width=None if has_width else PIPE_WIDTH)


@dataclass
class OutputForm:
    """How results are printed. `is_json`: rows as JSON objects on standard output, all else on standard error."""

    is_json: bool = False


output = OutputForm()
out = make_console(sys.stdout)
err = make_console(sys.stderr, stderr=True)


def make_text(value: object, style: str = "") -> Text:
    """A value as text: invisible characters are shown by their numbers, and nothing in it is markup or an emoji's name."""
    return Text(show_unseen(str(value)), style)


def print_line(line: object = "", style: str = "") -> None:
    """A line on standard output, never wrapped; on standard error where results are JSON."""
    (err if output.is_json else out).print(make_text(line, style), soft_wrap=True)


def print_object(values: Mapping[str, object]) -> None:
    """A JSON object on one line of standard output."""
    # No character but ASCII: a terminal obeys some of the others.
    sys.stdout.write(json.dumps(values, default=str, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def print_exactly(text: str) -> None:
    """A text on standard output without a character more or less; on a terminal its invisible characters are shown."""
    sys.stdout.buffer.write((show_unseen(text) if out.is_terminal else text).encode())
    sys.stdout.buffer.flush()


def print_warning(line: str) -> None:
    """A line on standard error."""
    err.print(make_text(line), soft_wrap=True)


def print_error(message: object) -> None:
    """An error on one line of standard error."""
    err.print(Text("error: ", "bold red") + make_text(" ".join(str(message).split()), "none"), soft_wrap=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: frozenset[str] = frozenset()) -> None:
    """A plain table, or its rows as JSON. `right`: the columns that are aligned to the right."""
    if output.is_json:
        names = [column or f"column {number}" for number, column in enumerate(columns, 1)]
        for row in rows:
            print_object(dict(zip(names, row, strict=True)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(make_text(column), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(make_text("" if cell is None else cell) for cell in row))
    out.print(table)


@dataclass(frozen=True)
class ProgressLine:
    """A line that changes while a run works, on a terminal only."""

    progress: Bar

    def show(self, what: str, share: float | None = None, said: str = "") -> None:
        """Shows what is done now, the share of it that is finished (0 to 1), and how far it is in words."""
        total = None if share is None else 1.0
        self.progress.update(
            self.progress.task_ids[0], description=show_unseen(what), total=total, completed=share or 0, said=said
        )
        self.progress.start()

    def hide(self) -> None:
        """Hides the line until it is shown again."""
        self.progress.stop()


@contextmanager
def open_progress_line() -> Iterator[ProgressLine]:
    """A line on standard error; in a pipe nothing of it is printed."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
    )
    progress = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    progress.add_task("", total=None, said="")
    try:
        yield ProgressLine(progress)
    finally:
        progress.stop()


@contextmanager
def open_progress() -> Iterator[tuple[Watcher, Callable[[], None]]]:
    """Yields a watcher that shows a line on a terminal (in a pipe only warnings), and a function that hides it."""
    from flows.batches.progress import StepMeter
    from flows.batches.run import Watcher

    with open_progress_line() as line:
        meter = StepMeter()

        def step(batch: str, name: str) -> None:
            meter.begin(f"{batch}: {STEPS[name]}")
            line.show(meter.what)

        def count(progress: BatchProgress) -> None:
            line.show(meter.what, progress.share if progress.total else None, meter.pace.describe(progress))

        yield Watcher(step, print_warning, count if err.is_terminal else None), line.hide


def print_result(result: BatchResult | Exception, hide: Callable[[], None] | None = None) -> None:
    """The table at the end of a batch, or its error. `hide`: hides the progress line first."""
    if hide:
        hide()
    if isinstance(result, Exception):
        print_error(result)
        return
    if output.is_json:
        print_object(describe_batch(result))
        return
    title = f"{result.batch.source.name}  {result.batch.logical_date}  {result.state}"
    if result.state == "published":
        title += f"  (version {result.version})"
    out.print(make_text(title, "bold"))  # not the table's title, which wraps where the table is narrow
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for row in outline_result(result):
        table.add_row(*map(make_text, row))
    out.print(table)
    if result.drift and not any(row.deviation is not None for row in result.drift.comparisons):
        print_line(f"  drift  too little history to compare with: {result.drift.days} earlier days")
    for finding in (*result.findings, *(result.drift.findings if result.drift else ())):
        if not finding.passed or finding.failed:
            blocks = finding.reason in result.blocked_by
            mark = make_text("blocks", "red") if blocks else make_text(finding.severity)
            said = make_text(f"  {finding.reason}: {finding.observed}. {finding.why}")
            out.print(Text("  ") + mark + said, soft_wrap=True)
    if result.page:
        print_line(f"  page: {result.page}")
    print_line()
    if result.state == "blocked":
        print_error(f"{result.batch.label}: {result.why}.")


def describe_batch(result: BatchResult) -> dict[str, object]:
    """The end of a batch as an object for scripts; counts are the receipt's."""
    return {
        "source": result.batch.source.name,
        "date": result.batch.logical_date,
        "state": result.state,
        "version": result.version,
        **result.counts,
        **{name: result.receipt[name] for name in ("erased", "reasons", "warnings", "rules", "languages")},
        "changes": dict(result.changes),
        "blocked_by": list(result.blocked_by),
        "page": result.page,
    }


def outline_result(result: BatchResult) -> Iterable[tuple[str, str, str]]:
    """The counts of a batch as rows of a table: what, how many, of which kinds."""
    receipt = result.receipt
    count = "{:,}".format
    kept = receipt["body_chars"] + receipt["apart_chars"] + receipt["line_ends"]
    yield "in", count(receipt["records"]), f"records from {len(receipt['inputs']):,} files"
    for own in result.left_out:
        yield "left out", count(own.count), own.summary
    for skipped in sum_passed_over(receipt):
        yield "passed over", count(skipped.count), f"{skipped.kind}, the first of them {skipped.first}"
    yield result.published_label, count(receipt["published"]), name_counts(receipt["languages"], "language")
    repeats = "records with the text and publisher of another document" if receipt["duplicates"] else ""
    yield "duplicates", count(receipt["duplicates"]), repeats
    yield "quarantined", count(receipt["quarantined"]), name_counts(receipt["reasons"], "reason")
    if receipt["erased"]:
        yield "erased", count(receipt["erased"]), "records that were erased before"
    yield "lines removed", count(receipt["removed_lines"]), name_counts(receipt["rules"], "rule")
    yield "captions merged", count(receipt["captions_merged"]), ""
    yield "characters", count(receipt["chars"]), f"{kept:,} kept, {receipt['removed_chars']:,} removed"
    if receipt["warnings"]:
        yield "warnings", count(count_warnings(receipt)), name_counts(receipt["warnings"], "reason")
    if changes := result.changes:
        names = {
            "added": "added",
            "changed": "changed",
            "removed": "removed",
            "kept": "kept, whose files are no longer there",
        }
        parts = [f"{changes[name]:,} {words}" for name, words in names.items()]
        changed = sum(changes[name] for name in ("added", "changed", "removed"))
        yield "changed since", count(changed), f"documents: {', '.join(parts)}"


def name_counts(tally: Sequence[dict[str, Any]], name: str, most: int = 8) -> str:
    """A tally in words, most frequent first: "en 12, de 3, and 4 more kinds"."""
    ranked = sorted(tally, key=lambda entry: (-entry["count"], entry[name]))
    words = ", ".join(f"{entry[name]} {entry['count']:,}" for entry in ranked[:most])
    rest = sum(entry["count"] for entry in ranked[most:])
    return words + (f", and {format_count(len(ranked) - most, 'more kind')} {rest:,}" if rest else "")


def print_directions(lake: str) -> None:
    """Where the Parquet is, and a query to paste. `lake`: its folder or address."""
    print_line(f"Parquet: {lake}/documents (also lines, duplicates, quarantine, receipts)")
    if "://" in lake:
        return  # engines need credentials first, each in its own way
    python = Path(sys.executable)
    shown = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    question = f'import duckdb; duckdb.sql(\\"{QUESTION.format(lake=lake)}\\").show()'
    print_line(f'ask:     {shown} -c "{question}"')
