"""What a page says in words: the result, what every expectation requires and found, dates and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from expectations.suites import Expectation, load_suite
from tasks.auditing.audit import FEW_ROWS, Finding

if TYPE_CHECKING:
    from tasks.report.collect import Report

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SUITES = {"documents": "documents", "quarantine": "quarantine", "batch": "batch", "history": "drift"}  # section: suite
RESULTS = ("blocked", "quarantined", "warned", "passed")  # of an expectation, in the order of the page


@dataclass(frozen=True)
class ShownFinding:
    """A finding as the page shows it. `result`: one of RESULTS; `requirement`: what its expectation requires, in short."""

    finding: Finding
    result: str
    suite: str
    requirement: str


@dataclass(frozen=True)
class Sum:
    """A total and its parts by name, which must add up to it."""

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> int:
        """What the parts lack; 0 when the sum closes."""
        return self.total - sum(count for _, count in self.parts)


def format_date(day: date) -> str:
    """31 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_count(count: int, one: str, more: str = "") -> str:
    """ "1 document", "2 documents"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def format_share(part: int, whole: int) -> str:
    """A share in per cent; a dash if there is no whole."""
    return f"{part / whole:.1%}" if whole else "–"


def describe_result(report: Report) -> tuple[str, str]:
    """The headline of a page and the sentences after it: what happened, why, and what readers have now."""
    receipt = report.receipt
    have = f"{format_count(receipt['published'], 'document')} in {format_count(len(receipt['languages']), 'language')}"
    if report.state == "unchanged":
        return "Nothing changed", f"Files, rules and settings are those of the published batch. Readers have {have}."
    if report.state == "published":
        duplicates = format_count(receipt["duplicates"], "duplicate")
        quarantined = format_count(receipt["quarantined"], "record in quarantine", "records in quarantine")
        parts = [text for text in (duplicates, quarantined) if not text.startswith("0 ")]
        left_out = f" Not published: {' and '.join(parts)}." if parts else " All records are published."
        warned = sum(finding.severity == "warning" and finding.failed > 0 for finding in report.findings)
        warning = f" {format_count(warned, 'expectation warns', 'expectations warn')}." if warned else ""
        return "Published", f"Readers have {have}.{left_out}{warning}"
    found = next((finding for finding in report.findings if finding.reason in report.blocked_by), None)
    kept = "Readers have nothing of this batch."
    if report.kept:
        kept = (
            f"Readers still have the {format_count(report.kept, 'document')} of this batch that were published before."
        )
    if found is None:
        return f"Blocked by {', '.join(report.blocked_by)}", f"The audit's findings are not stored. {kept}"
    others = [reason for reason in report.blocked_by if reason != found.reason]
    also = f" {', '.join(others)} {'blocks' if len(others) == 1 else 'block'} it too." if others else ""
    return f"Blocked: {found.observed} ({found.reason})", f"{found.why}{also} {kept}"


def list_findings(report: Report) -> tuple[ShownFinding, ...]:
    """Every finding: first those that block, then those of quarantined rows, of warnings, and those that passed."""
    known = {row.reason: (section, row) for section, name in SUITES.items() for row in load_suite(name)}
    shown = []
    for finding in report.findings:
        section, row = known.get(finding.reason, ("other", None))
        requirement = describe_expectation(row) if row else f"{finding.expectation} {finding.column}".strip()
        if section == "history":
            requirement += " spreads from the usual"
        if finding.reason in report.blocked_by:
            result = "blocked"
        elif finding.passed and not finding.failed:
            result = "passed"
        else:
            result = "warned" if finding.severity == "warning" else "quarantined" if finding.passed else "blocked"
        shown.append(ShownFinding(finding, result, section, requirement))
    return tuple(sorted(shown, key=lambda found: RESULTS.index(found.result)))


def describe_expectation(row: Expectation) -> str:
    """What an expectation requires, in short, and how many failing rows it tolerates."""
    if row.equals is not None:
        text = f"{row.column} = {row.equals}"
    elif row.one_of:
        text = f"{row.column}: " + (f"{row.one_of[0]}" if len(row.one_of) == 1 else f"one of {len(row.one_of)} values")
    elif row.low == row.high:
        text = f"{row.column} = {row.low}"
    else:
        text = (
            ("" if row.low is None else f"{row.low} ≤ ") + row.column + ("" if row.high is None else f" ≤ {row.high}")
        )
        text = f"{row.column} ≥ {row.low}" if row.high is None else text
    return f"{text}, except in {FEW_ROWS} rows or {row.tolerated:.0%}" if row.tolerated else text


def sum_receipt(receipt: Mapping[str, Any]) -> tuple[Sum, Sum]:
    """Records and characters of a receipt, with the parts that they must add up to."""
    names = ("published", "duplicates", "quarantined")
    parts = {
        "body_chars": "in the text",
        "apart_chars": "kept apart",
        "removed_chars": "removed",
        "line_ends": "line ends",
    }
    return (
        Sum("records read", receipt["records"], tuple((name, receipt[name]) for name in names)),
        Sum("characters read", receipt["chars"], tuple((name, receipt[column]) for column, name in parts.items())),
    )
