"""Compares a batch with earlier days of its source: is this day usual?

Only receipts of earlier logical dates count, so the day on which a batch is run makes no difference. The verdict depends on
which earlier days the lake has, and published rows must not: it goes into the run's outcome and its commit, not into tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from expectations.suites import load_suite
from tasks.auditing.audit import Finding, audit_frames
from tasks.auditing.compare import MEASURES, Comparison, compare_batch
from tasks.lakes.lake import Lake, read_steadily, table_paths
from tasks.stores.manifest import Manifest
from tasks.stores.tables import month_of

WINDOW_DAYS = 56
READS = ("logical_date", "records", "quarantined", "profile")


@dataclass(frozen=True)
class Drift:
    """How unusual a batch is. `days`: earlier days in the window; `findings`: of the suite `drift`, in order."""

    days: int
    comparisons: tuple[Comparison, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """Reasons against publishing: what is unusual, if that blocks, and what was not evaluated."""
        return tuple(found.reason for found in self.findings if not found.passed and found.severity == "critical")


def read_history(lake: Lake, source: str, day: date) -> list[dict[str, Any]]:
    """The receipts of a source's earlier days in the window, by date, with the columns READS; only those with a profile."""
    first = day - timedelta(days=WINDOW_DAYS)
    months = sorted({month_of(first + timedelta(days=at)) for at in range(WINDOW_DAYS)})
    own = (pl.col("source") == source) & pl.col("logical_date").is_between(first, day, closed="left")

    def read(seen: Manifest) -> list[dict[str, Any]]:
        paths = [path for month in months for path in table_paths(lake, seen, "receipts", month)]
        if not paths or "profile" not in pl.read_parquet_schema(paths[0]):
            return []
        parts = [pl.scan_parquet(path, hive_partitioning=False).filter(own).select(READS) for path in paths]
        rows = pl.concat(parts).filter(pl.col("profile").is_not_null()).collect()
        return rows.sort("logical_date").to_dicts()

    return read_steadily(lake, read)


def judge_drift(receipt: Mapping[str, Any], history: Sequence[Mapping[str, Any]], *, blocks: bool = False) -> Drift:
    """Compares a batch's receipt with those of earlier days (`read_history`).

    `blocks`: failures are critical instead of warnings. An expectation that was not evaluated is always critical.
    """
    compared = tuple(compare_batch(receipt, history))
    names = list(dict.fromkeys(row.publisher for row in compared))
    found = {(row.publisher, row.measure): row for row in compared}
    frame = pl.DataFrame(
        {"doc_id": names}
        | {
            measure: [row.deviation if (row := found.get((name, measure))) else None for name in names]
            for measure in MEASURES
        },
        schema={"doc_id": pl.String} | dict.fromkeys(MEASURES, pl.Float64),
    )
    rows = load_suite("drift")
    verdict = audit_frames("drift", rows, [frame])
    findings = []
    for expected, finding in zip(rows, verdict.findings, strict=True):
        odd = [name for name, reasons in verdict.failing.items() if expected.reason in reasons]
        named = "; ".join(describe_comparison(found[name, expected.column]) for name in sorted(odd)[:5])
        more = f"; and {len(odd) - 5} more" if len(odd) > 5 else ""
        mild = finding.failed and not blocks
        findings.append(
            replace(
                finding, severity="warning" if mild else finding.severity, observed=named + more or finding.observed
            )
        )
    return Drift(len(history), compared, tuple(findings))


def describe_comparison(row: Comparison) -> str:
    """A comparison in words: the figure, and the usual one."""
    words = MEASURES[row.measure].wording
    number = words[words.index("{") : words.index("}") + 1]
    if row.median is None or row.low is None or row.high is None:
        return f"{row.publisher}: {words.format(row.now)}, no history"
    span = f"{number.format(row.low)} to {number.format(row.high)} in {row.days} earlier days"
    return f"{row.publisher}: {words.format(row.now)}, usually {number.format(row.median)} ({span})"


def note_drift(drift: Drift | None) -> dict[str, Any]:
    """The note in the commit: what was unusual, in words."""
    if drift is None:
        return {}
    unusual = {finding.reason: finding.observed for finding in drift.findings if not finding.passed}
    return {"drift": {"days": drift.days, "unusual": unusual}}
