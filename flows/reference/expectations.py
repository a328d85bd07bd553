"""The page on what is expected of data, `docs/expectations.md`."""

from __future__ import annotations

from expectations.suites import ROWS, Expectation
from flows.reference.tables import format_table
from tasks.auditing.audit import FEW_ROWS
from tasks.toml_rows import read_toml_rows

INTRO = """# What is expected of data

Generated from the rows in `expectations/rows/` by `make docs`; change those. Great Expectations judges every staged batch by them
before readers can see it (`tasks/auditing/audit.py`). Documents are judged one by one, with their lines and captions. A document
that fails a critical expectation goes to quarantine with all its reasons, and what is left is judged again. An expectation that
raised, or that was not evaluated, blocks the batch whatever its severity. `copydesk release` publishes one such document despite
its reasons; that is a warning too, `released`.

A test breaks each expectation on purpose, as the column "broken by" says.
"""
TITLES = {
    "documents": "Documents",
    "lines": "Lines",
    "captions": "Captions",
    "quarantine": "Quarantine",
    "batch": "The batch: its receipt's sums",
    "drift": "The batch compared with the earlier days of its source",
}


def write_expectations() -> str:
    """The page as Markdown."""
    parts = [INTRO]
    for name, title in TITLES.items():
        rows = (
            (
                f"`{row.reason}`",
                "a setting" if name == "drift" else row.severity,
                row.why,
                row.breaks,
                describe_failure(row, name),
            )
            for row in read_toml_rows(ROWS / f"{name}.toml", "expectation", Expectation)
        )
        columns = ("reason", "severity", "why", "broken by", "what a failure leads to")
        parts.append(f"\n## {title}\n\n{format_table(columns, rows)}")
    return "".join(parts)


def describe_failure(row: Expectation, suite: str) -> str:
    """What a failing row leads to."""
    if suite == "drift":
        return "published with a warning; with `--drift block` the batch is blocked"
    if row.severity == "warning":
        counted = suite in ("documents", "lines", "captions")
        return "published, and " + ("counted in the receipt's `warnings`" if counted else "reported with the run")
    if row.tolerated:
        return f"quarantine; more than {row.tolerated:.0%} of the batch, and more than {FEW_ROWS}, block it".replace(
            "%", " %"
        )
    return "the batch is blocked: readers keep what they had"
