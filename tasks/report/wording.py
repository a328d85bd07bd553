"""What a page says in words: the result, what every expectation requires and found, numbers, and text that is safe to show.

Escaping alone does not make text of articles safe. Control characters are errors in HTML, and direction marks (U+202E and
similar) reverse the rest of a line; they are shown by their number, so that people see that they are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup
from markupsafe import escape as quote

from expectations.suites import Expectation, load_suite
from tasks.auditing.audit import FEW_ROWS, Finding
from tasks.counts import format_count
from tasks.unseen import UNSEEN, name_character

if TYPE_CHECKING:
    from tasks.report.collect import Report

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SUITES = {"documents": "documents", "quarantine": "quarantine", "batch": "batch", "history": "drift"}  # section: suite
RESULTS = ("blocked", "quarantined", "warned", "passed")  # of an expectation, in the order of the page


class ShownFinding(NamedTuple):
    """A finding as the page shows it. `result`: one of RESULTS; `requirement`: what its expectation requires, in short."""

    finding: Finding
    result: str
    suite: str
    requirement: str


class Sum(NamedTuple):
    """A total and its parts by name, which must add up to it."""

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> int:
        """What the parts lack; 0 when the sum closes."""
        return self.total - sum(count for _, count in self.parts)


def describe_result(report: Report) -> tuple[str, str]:
    """The headline of a page and the sentences after it: what happened, why, and what readers have now."""
    receipt = report.receipt
    have = f"{format_count(receipt['published'], 'document')} in {format_count(len(receipt['languages']), 'language')}"
    if report.state == "unchanged":
        return "Nothing changed", f"Files, rules and settings are those of the published batch. Readers have {have}."
    if report.state == "published":
        duplicates = format_count(receipt["duplicates"], "duplicate")
        quarantined = format_count(receipt["quarantined"], "record in quarantine", "records in quarantine")
        erased = format_count(receipt["erased"], "erased record")
        parts = [text for text in (duplicates, quarantined, erased) if not text.startswith("0 ")]
        listed = ", ".join(parts[:-1]) + (" and " if parts[1:] else "") + parts[-1] if parts else ""
        left_out = f" Not published: {listed}." if parts else " All records are published."
        warned = sum(finding.severity == "warning" and finding.failed > 0 for finding in report.findings)
        warning = f" {format_count(warned, 'expectation warns', 'expectations warn')}." if warned else ""
        return "Published", f"Readers have {have}.{left_out}{describe_changes(report.changes)}{warning}"
    found = next((finding for finding in report.findings if finding.reason in report.blocked_by), None)
    documents = format_count(report.kept or 0, "document")
    kept = f"Readers still have the {documents} of this batch that were published before."
    kept = kept if report.kept else "Readers have nothing of this batch."
    if found is None:
        return f"Blocked by {', '.join(report.blocked_by)}", f"The audit's findings are not stored. {kept}"
    others = [reason for reason in report.blocked_by if reason != found.reason]
    also = f" {', '.join(others)} {'blocks' if len(others) == 1 else 'block'} it too." if others else ""
    return f"Blocked: {found.observed} ({found.reason})", f"{found.why}{also} {kept}"


def describe_changes(changes: Mapping[str, int]) -> str:
    """A sentence on what the last run that changed the batch did to its documents; empty for a batch that was run once.

    >>> describe_changes({"added": 1, "changed": 0, "removed": 0, "kept": 2})
    ' The last run that changed it: 1 document added, 2 kept, whose files are no longer there.'
    """
    names = {
        "added": "added",
        "changed": "changed",
        "removed": "removed",
        "kept": "kept, whose files are no longer there",
    }
    parts = [f"{changes[name]:,} {words}" for name, words in names.items() if changes.get(name)]
    if not parts:
        return ""
    parts[0] = parts[0].replace(" ", " document " if parts[0].startswith("1 ") else " documents ", 1)
    return f" The last run that changed it: {', '.join(parts)}."


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
    elif row.low is None or row.high is None:
        text = f"{row.column} ≥ {row.low}" if row.high is None else f"{row.column} ≤ {row.high}"
    else:
        text = f"{row.low} ≤ {row.column} ≤ {row.high}"
    return f"{text}, except in {FEW_ROWS} rows or {row.tolerated:.0%}" if row.tolerated else text


def sum_receipt(receipt: Mapping[str, Any], *, is_blocked: bool) -> tuple[Sum, Sum]:
    """Records and characters of a receipt, with the parts that they must add up to."""
    published = "would be published" if is_blocked else "published"
    # The record of a run that an older release blocked has no `erased`.
    erased = [("erased", receipt["erased"])] if receipt.get("erased") else []
    others = [(name, receipt[name]) for name in ("duplicates", "quarantined")] + erased
    records = ((published, receipt["published"]), *others)
    names = {
        "in the text": "body_chars",
        "kept apart": "apart_chars",
        "removed": "removed_chars",
        "line ends": "line_ends",
    }
    chars = tuple((name, receipt[column]) for name, column in names.items())
    return Sum("records read", receipt["records"], records), Sum("characters read", receipt["chars"], chars)


def flatten_text(text: str) -> str:
    """Text on one line, for labels, with a replacement character for each invisible one."""
    return UNSEEN.sub("\ufffd", " ".join(text.split()))


def escape_label(text: str) -> str:
    """Flattened text, escaped for use between tags or in a quoted attribute."""
    return str(quote(flatten_text(text)))


def escape_text(text: object) -> Markup:
    """Text for the body of a page: escaped, with each invisible character shown by its number."""
    words = str(text)
    # `split` gives the text between the invisible characters, `findall` the characters themselves.
    parts = [quote(part) for part in UNSEEN.split(words)]
    marks = [Markup('<span class="unseen">{}</span>').format(name_character(found)) for found in UNSEEN.findall(words)]
    return Markup("").join(part for pair in zip(parts, [*marks, ""], strict=True) for part in pair)
