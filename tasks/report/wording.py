"""What a page says in words: the verdict, what every expectation asked and found, dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.suites import Expectation, load_suite
from tasks.auditing.audit import FEW_ROWS, Finding
from tasks.report.collect import Report

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SUITES = {"documents": "documents", "quarantine": "quarantine", "batch": "batch", "history": "drift"}  # section: suite
OTHER_SUITE = "other"
SPREADS = "history"  # its numbers are distances from the usual, in usual spreads
HEADS = {"published": "Published", "unchanged": "Nothing changed", "blocked": "Blocked"}


@dataclass(frozen=True)
class Asked:
    """An expectation with what came of it. `result`: blocked, quarantined, warned or held; `asks`: what had to be so."""

    result: str
    reason: str
    suite: str
    severity: str
    asks: str
    observed: str
    why: str


@dataclass(frozen=True)
class Sum:
    """A total and its parts by name, which must add up to it."""

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> int:
        """What is missing in the parts; 0 when the sum closes."""
        return self.total - sum(count for _, count in self.parts)


def say_date(day: date) -> str:
    """31 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def count(many: int, one: str, more: str = "") -> str:
    """ "1 document", "2 documents"."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def say_head(report: Report) -> str:
    """What became of the batch, in a word or two; of a blocked one, by what."""
    if not report.blocked_by:
        return HEADS[report.state]
    *most, last = report.blocked_by
    return f"Blocked by {', '.join(most)}{' and ' if most else ''}{last}"


def say_verdict(report: Report) -> str:
    """The sentences after `say_head`: why, and what readers have now."""
    if report.state == "blocked":
        return f"{say_block(report)} {say_kept(report)}"
    receipt = report.receipt
    have = f"{count(receipt['published'], 'document')} in {count(len(receipt['languages']), 'language')}"
    if report.state == "unchanged":
        return f"The files, rules and settings are those of the batch that readers have: {have}."
    out = [
        count(receipt[name], *forms)
        for name, forms in (
            ("duplicates", ("duplicate",)),
            ("quarantined", ("record in quarantine", "records in quarantine")),
        )
        if receipt[name]
    ]
    warned = sum(finding.severity == "warning" and finding.failed > 0 for finding in report.findings)
    warns = f" {count(warned, 'expectation warns', 'expectations warn')}." if warned else ""
    return f"Readers have {have}; {' and '.join(out) or 'nothing'} stayed out.{warns}"


def say_block(report: Report) -> str:
    """What the first of the expectations that blocked a batch found, and why it matters."""
    found = next((finding for finding in report.findings if finding.reason in report.blocked_by), None)
    return f"Found: {found.observed}. {found.why}" if found else "The audit kept no finding."


def say_kept(report: Report) -> str:
    """What readers see after a batch was blocked."""
    if report.kept:
        return f"Readers keep the {count(report.kept, 'document')} of this batch that were published before."
    return "Readers see nothing of this batch."


def list_asked(report: Report) -> tuple[Asked, ...]:
    """Every expectation, those that block first, then those that stopped or warned of rows, then those that held."""
    known = {row.reason: (suite, row) for suite, name in SUITES.items() for row in load_suite(name)}
    order = {"blocked": 0, "quarantined": 1, "warned": 2, "held": 3}
    asked = []
    for finding in report.findings:
        suite, row = known.get(finding.reason, (OTHER_SUITE, None))
        asked.append(
            Asked(
                result=name_result(finding, report.blocked_by),
                reason=finding.reason,
                suite=suite,
                severity=finding.severity,
                asks=(describe(row) if row else f"{finding.expectation} {finding.column}".strip())
                + (" spreads from the usual" if suite == SPREADS else ""),
                observed=say_observed(finding, suite),
                why=finding.why,
            )
        )
    return tuple(sorted(asked, key=lambda found: order[found.result]))


def say_observed(finding: Finding, suite: str) -> str:
    """What was found, in the audit's words; those of a batch's sums, which are one row, without the count of rows."""
    return finding.observed.removeprefix("1 of 1 rows: ") if suite == "batch" else finding.observed


def name_result(finding: Finding, blocked_by: Sequence[str]) -> str:
    """What a finding led to."""
    if finding.reason in blocked_by:
        return "blocked"
    if finding.passed and not finding.failed:
        return "held"
    return "warned" if finding.severity == "warning" else "quarantined" if finding.passed else "blocked"


def describe(row: Expectation) -> str:
    """What an expectation asks for, and how much it bears."""
    if row.equals is not None:
        asks = f"{row.column} = {row.equals}"
    elif row.one_of:
        asks = (
            f"{row.column}: {row.one_of[0]}"
            if len(row.one_of) == 1
            else f"{row.column}: one of {len(row.one_of)} values"
        )
    else:
        asks = say_range(row.column, row.low, row.high)
    return f"{asks}, but for {FEW_ROWS} rows or {row.tolerated:.0%}" if row.tolerated else asks


def say_range(column: str, low: object, high: object) -> str:
    """Limits as one writes them."""
    if low == high:
        return f"{column} = {low}"
    if high is None:
        return f"{column} ≥ {low}"
    return f"{column} ≤ {high}" if low is None else f"{low} ≤ {column} ≤ {high}"


def sum_up(receipt: Mapping[str, Any]) -> tuple[Sum, Sum]:
    """Records and characters of a receipt, with the parts that they must add up to."""
    names = ("published", "duplicates", "quarantined")
    parts = {
        "body_chars": "in the text",
        "apart_chars": "kept apart",
        "removed_chars": "taken out",
        "line_ends": "line ends",
    }
    return (
        Sum("records in", receipt["records"], tuple((name, receipt[name]) for name in names)),
        Sum("characters in", receipt["chars"], tuple((name, receipt[column]) for column, name in parts.items())),
    )


def share(part: int, whole: int) -> str:
    """A share in per cent; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"
