"""The page on what is expected of data: `docs/expectations.md`, made from the suites."""

from __future__ import annotations

from expectations import batch, captions, documents, drift, lines, quarantine
from expectations.row import Expectation
from tasks.auditing.audit import FEW_ROWS

INTRO = """# What is expected of data

Generated from `expectations/` by `make docs`; change it there. Every staged batch is put to these by Great Expectations before
anyone can see it (`tasks/auditing/audit.py`). Documents, with their lines and captions, are judged one by one; those that fail a
critical expectation leave for quarantine with all their reasons, and what is left is judged once more. An expectation that
raised, or that was not evaluated, blocks the batch whatever its severity. `copydesk release` lets a single document through
for the reasons it was stopped for; that is a warning too, `released`.

Each expectation is broken on purpose by a test, with what stands in the column "broken by".
"""
ABOUT = {
    "documents": ("Documents", documents.OWN),
    "lines": ("Lines", lines.EXPECTATIONS),
    "captions": ("Captions", captions.EXPECTATIONS),
    "quarantine": ("Quarantine", quarantine.EXPECTATIONS),
    "batch": ("The batch: its receipt's sums", batch.EXPECTATIONS),
    "drift": ("The batch beside the earlier days of its source", drift.EXPECTATIONS),
}


def write_expectations() -> str:
    """The page as Markdown."""
    parts = [INTRO]
    for name, (title, rows) in ABOUT.items():
        parts.append(f"\n## {title}\n\n| reason | severity | why | broken by | what becomes of it |\n")
        parts.append("| --- | --- | --- | --- | --- |\n")
        for row in rows:
            severity = "a setting" if name == "drift" else row.severity
            parts.append(f"| `{row.reason}` | {severity} | {row.why} | {row.breaks} | {tell_fate(row, name)} |\n")
    return "".join(parts)


def tell_fate(row: Expectation, suite: str) -> str:
    """Where the rows that fail an expectation go."""
    if suite == "drift":
        return "published with a warning; with `--drift block` the batch is blocked"
    if row.severity == "warning":
        counted = suite in ("documents", "lines", "captions")
        return "published, and " + ("counted in the receipt's `warnings`" if counted else "told with the run")
    if row.mostly < 1:
        return f"quarantine; more than {1 - row.mostly:.0%} of the batch, and more than {FEW_ROWS}, block it".replace(
            "%", " %"
        )
    return "the batch is blocked: readers keep what they had"
