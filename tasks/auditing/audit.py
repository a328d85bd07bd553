"""The gate between staging and readers: what the suites say about a batch, and whether it may be published.

Great Expectations looks (`expectations/evaluate.py`), severity and share decide:

    critical, within its share    those documents go to quarantine with every reason, the others are published
    critical, beyond its share    the batch is blocked
    warning                       published and counted
    anything not evaluated        the batch is blocked
    let through by a person       published and counted, as far as the release names the reason

A share says little about a few rows, so up to FEW_ROWS documents may go to quarantine by any expectation that
tolerates some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import polars as pl

from expectations import projections, suites
from expectations.evaluate import Evaluation, evaluate, prepare
from expectations.suites import Expectation, list_columns
from tasks.batch import Release

CHUNK_ROWS = 100_000  # what Great Expectations sees at once
FEW_ROWS = 5
NOT_EVALUATED = "not_evaluated"
RELEASED = "released"
RELEASED_WHY = "A person looked at the document and let it through: `copydesk release` lists why."


__all__ = ["Finding", "Verdict", "audit_batch", "audit_documents", "audit_quarantine", "findings_table", "prepare"]


@dataclass(frozen=True)
class Finding:
    """What one expectation found: how many rows `failed`, their `share` of all rows, what was `observed` in them."""

    reason: str
    severity: str
    expectation: str
    column: str
    failed: int
    share: float
    observed: str
    passed: bool
    why: str


@dataclass(frozen=True)
class Verdict:
    """Whether a batch may be published, and what must happen to its documents first.

    `failing`: doc_id and all reasons of the documents that have to go to quarantine, in the order of ids and of the
    suite; `warned`: rows that are published all the same, by reason; `blocked_by`: why not, empty when `passed`.
    """

    passed: bool
    findings: tuple[Finding, ...]
    failing: dict[str, tuple[str, ...]]
    warned: dict[str, int]
    blocked_by: tuple[str, ...]


def audit_documents(
    narrow: Sequence[Path],
    without: frozenset[str] = frozenset(),
    *,
    unpublished: Sequence[frozenset[str]] = (),
    releases: Sequence[Release] = (),
) -> Verdict:
    """Put the suite of documents to narrow files of `tasks/staging/measure.py`, leaving out the documents `without`.

    `unpublished`: for each file, its documents that another file publishes; they are not looked at here. `releases`: what
    a person lets through. The documents in `failing` have to go to quarantine; audited again without them, none is left.
    A batch without a single document passes here: its sums are judged by `audit_batch`. A batch without a narrow file
    does not.
    """
    rows = suites.load_suite("documents")
    names = list(dict.fromkeys(("doc_id", "document_rows", *projections.DOCUMENT_COLUMNS, *list_columns(rows))))
    left_out = [without | hidden for hidden in unpublished] or list(repeat(without, len(narrow)))
    files = list(zip(narrow, left_out, strict=True))
    mix = projections.mix_languages(count_languages(files))
    chunks = (projections.project_documents(chunk, mix) for chunk in read_chunks(files, names))
    return audit_frames("documents", rows, chunks, releases)


def audit_quarantine(rows: pl.DataFrame) -> Verdict:
    """Put the suite of quarantine to a batch's quarantine rows; in `failing`, the uri stands where there is no doc_id."""
    return audit_frames("quarantine", suites.load_suite("quarantine"), [projections.project_quarantine(rows)])


def audit_batch(sums: Mapping[str, int | str]) -> Verdict:
    """Put the suite of batches to the receipt's counts: all of `expectations.projections.COUNTS`; others are ignored."""
    frame = pl.DataFrame([{"doc_id": "batch", **projections.project_sums(sums)}])
    return audit_frames("batch", suites.load_suite("batch"), [frame])


def read_chunks(narrow: Sequence[tuple[Path, frozenset[str]]], names: list[str]) -> Iterator[pl.DataFrame]:
    """Those of the columns `names` that narrow files have, each without some documents, in frames of at most CHUNK_ROWS."""
    held: list[pl.DataFrame] = []
    for path, without in narrow:
        there = [name for name in names if name in pl.read_parquet_schema(path)]
        rows = pl.read_parquet(path, columns=there, hive_partitioning=False)
        held.append(rows.filter(~pl.col("doc_id").is_in(sorted(without))) if without else rows)
        if sum(frame.height for frame in held) >= CHUNK_ROWS:
            *whole, rest = pl.concat(held, how="diagonal").iter_slices(CHUNK_ROWS)
            yield from whole
            held = [rest]
    if held:
        yield pl.concat(held, how="diagonal")


def count_languages(narrow: Sequence[tuple[Path, frozenset[str]]]) -> pl.DataFrame:
    """How many documents of each publisher are in each language: publisher, language, count, in any number of rows."""
    columns = {"publisher": pl.String, "language": pl.String, "count": pl.Int64}
    parts = [pl.DataFrame(schema=columns)]
    for path, without in narrow:
        if set(columns) - {"count"} <= set(pl.read_parquet_schema(path)):
            (rows,) = read_chunks([(path, without)], ["doc_id", "publisher", "language"])
            known = rows.filter(pl.col("language").is_not_null())
            parts.append(known.group_by("publisher", "language").agg(count=pl.len().cast(pl.Int64)))
    return pl.concat(parts)


def audit_frames(
    name: str, rows: Sequence[Expectation], frames: Iterable[pl.DataFrame], releases: Sequence[Release] = ()
) -> Verdict:
    """Evaluate `rows` in every frame and judge over all of them. Frames have `doc_id` and what the rows look at."""
    answered = {(release.doc_id, reason): release for release in releases for reason in release.reasons}
    let_through: dict[str, Release] = {}
    outcomes: dict[str, list[Evaluation]] = {row.reason: [] for row in rows}
    failing: dict[str, set[str]] = {}
    critical = {row.reason for row in rows if row.severity == "critical"}
    total = 0
    for frame in frames:
        total += frame.height
        for found in evaluate(rows, frame):
            outcome, excused = excuse(found, frame["doc_id"], answered) if answered else (found, {})
            let_through |= excused
            outcomes[outcome.reason].append(outcome)
            if outcome.reason in critical:
                for doc_id in frame["doc_id"].gather(outcome.places):
                    failing.setdefault(doc_id, set()).add(outcome.reason)
    if not rows or not all(outcomes.values()) or len(outcomes) != len(rows):
        return block_unlooked(name)
    findings = tuple(judge(row, outcomes[row.reason], total) for row in rows)
    if let_through:
        findings += (tell_released(let_through, total),)
    blocked_by = tuple(finding.reason for finding in findings if finding.severity == "critical" and not finding.passed)
    order = {row.reason: place for place, row in enumerate(rows)}
    return Verdict(
        passed=not blocked_by,
        findings=findings,
        failing={doc_id: tuple(sorted(failing[doc_id], key=order.__getitem__)) for doc_id in sorted(failing)},
        warned={found.reason: found.failed for found in findings if found.severity == "warning" and found.failed},
        blocked_by=blocked_by,
    )


def excuse(
    outcome: Evaluation, ids: pl.Series, answered: Mapping[tuple[str, str], Release]
) -> tuple[Evaluation, dict[str, Release]]:
    """The outcome without the rows that a release answers, and those releases by doc_id."""
    named = {place: answered.get((ids[place], outcome.reason)) for place in outcome.places}
    excused = {release.doc_id: release for release in named.values() if release}
    return replace(outcome, places=[place for place, release in named.items() if not release]), excused


def tell_released(let_through: Mapping[str, Release], total: int) -> Finding:
    """The warning that names the documents which a person let through, and why."""
    said = "; ".join(f"{let_through[doc_id].uri}: {let_through[doc_id].why}" for doc_id in sorted(let_through))
    count = len(let_through)
    observed = f"{count:,} of {total:,} rows: {said}"
    return Finding(RELEASED, "warning", "", "doc_id", count, count / total, observed, True, RELEASED_WHY)


def block_unlooked(name: str) -> Verdict:
    """The verdict on a suite that looked at nothing: it has no expectations, no files, or one reason for two rows."""
    why = f"The suite {name} has no expectations, nothing to look at, or two expectations with one reason."
    finding = Finding(NOT_EVALUATED, "critical", "", name, 0, 0.0, "nothing was evaluated", False, why)
    return Verdict(False, (finding,), {}, {}, (NOT_EVALUATED,))


def judge(row: Expectation, outcomes: Sequence[Evaluation], total: int) -> Finding:
    """One row's finding over all frames of together `total` rows. Not evaluated is critical, whatever the row says."""
    faults = [outcome.fault for outcome in outcomes if outcome.fault]
    failed = sum(len(outcome.places) for outcome in outcomes)
    tolerated = max(FEW_ROWS, round(row.tolerated * total, 6)) if row.tolerated else 0
    return Finding(
        reason=row.reason,
        severity="critical" if faults else row.severity,
        expectation=row.kind,
        column=row.column,
        failed=failed,
        share=failed / total if total else 0.0,
        observed=faults[0] if faults else describe_observed(outcomes, failed, total),
        passed=not faults and failed <= tolerated,
        why=row.why,
    )


def describe_observed(outcomes: Sequence[Evaluation], failed: int, total: int) -> str:
    """What stood in the failing rows: `3 of 120 rows: text_chars 0 to 12`. The same however the rows were divided."""
    if not failed:
        return f"0 of {total:,} rows" if total else "no rows"
    said = []
    ranges = [found for outcome in outcomes for found in outcome.ranges if found[1] is not None]
    for name in dict.fromkeys(found[0] for found in ranges):
        low, high = min(low for at, low, _ in ranges if at == name), max(high for at, _, high in ranges if at == name)
        said.append(f"{name} {show(low)}" + ("" if low == high else f" to {show(high)}"))
    missing = sum(outcome.missing for outcome in outcomes)
    said.extend([f"missing in {missing:,}"] if missing else [])
    return f"{failed:,} of {total:,} rows: {', '.join(said)}"


def show(value: object) -> str:
    """A value in a finding: short, numbers with three decimals at most."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)[:40]


def join_findings(verdicts: Sequence[Verdict]) -> tuple[Finding, ...]:
    """The findings of a batch: what the first audit of its documents found critical, and what the last audits found.

    `verdicts`: of the documents, of those that were left when some had to go (if any had), of quarantine, of the batch. A
    second audit finds nothing critical any more; what had to go, or blocked the batch, is what the first one found.
    """
    first, *_ = verdicts
    critical = {finding.reason: finding for finding in first.findings if finding.severity == "critical"}
    last = [finding for verdict in verdicts[-3:] for finding in verdict.findings]
    return tuple(critical.get(finding.reason, finding) for finding in last)


def findings_table(verdict: Verdict) -> list[dict[str, str]]:
    """Findings as rows of a table for people: what blocks first, then what failed, then the rest, in suite order."""
    ordered = sorted(verdict.findings, key=lambda found: (found.passed, found.severity != "critical", not found.failed))
    return [
        {
            "result": "passed" if found.passed and not found.failed else result_word(found),
            "reason": found.reason,
            "severity": found.severity,
            "rows": f"{found.failed:,}",
            "share": f"{found.share:.2%}",
            "observed": found.observed,
            "why": found.why,
        }
        for found in ordered
    ]


def result_word(found: Finding) -> str:
    """What a finding with failing rows leads to."""
    if found.severity == "warning":
        return "warned"
    return "quarantined" if found.passed else "blocked"
