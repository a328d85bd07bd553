"""The audit between staging and publishing: evaluates the suites on a batch and decides whether it may be published.

`expectations/evaluate.py` finds the failing rows; severity and share decide what follows:

    critical, within its share    those documents go to quarantine with every reason, the others are published
    critical, beyond its share    the batch is blocked
    warning                       published and counted
    not evaluated                 the batch is blocked
    released by a person          published and counted, if the release names the reason

A share means little for a few rows, so up to FEW_ROWS documents may go to quarantine by any expectation that
tolerates some.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from expectations import projections, suites
from expectations.evaluate import Evaluation, evaluate
from expectations.suites import Expectation, list_columns
from tasks.batch import Release
from tasks.staging.receipt import StagedFolder

CHUNK_ROWS = 100_000  # what Great Expectations sees at once
FEW_ROWS = 5
NOT_EVALUATED = "not_evaluated"
RELEASED = "released"
RELEASED_WHY = "A person read the document and released it: `copydesk release` lists why."
# What the rows of a suite are; a batch is one row, and needs no count.
NOUNS = {"documents": "documents", "quarantine": "rows of quarantine", "drift": "publishers", "batch": ""}


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
    """Whether a batch may be published, and which of its documents must go to quarantine first.

    `failing`: doc_id and all reasons of those documents, in the order of ids and of the suite; `warned`: rows that are
    published all the same, by reason; `blocked_by`: reasons against publishing, empty when `passed`.
    """

    passed: bool
    findings: tuple[Finding, ...]
    failing: dict[str, tuple[str, ...]]
    warned: dict[str, int]
    blocked_by: tuple[str, ...]


def audit_documents(folders: Sequence[StagedFolder], releases: Sequence[Release] = ()) -> Verdict:
    """Evaluates the suite of documents. Without documents it passes (`audit_batch` judges sums), without a folder it does not."""
    rows = suites.load_suite("documents")
    names = list(dict.fromkeys(("doc_id", "document_rows", *projections.DOCUMENT_COLUMNS, *list_columns(rows))))
    shares = projections.share_languages(count_document_languages(folders))
    chunks = (projections.project_documents(chunk, shares) for chunk in read_chunks(folders, names))
    return audit_frames("documents", rows, chunks, releases)


def audit_quarantine(rows: pl.DataFrame) -> Verdict:
    """Evaluates the suite of quarantine; in `failing`, the uri takes the place of a doc_id that is missing."""
    return audit_frames("quarantine", suites.load_suite("quarantine"), [projections.project_quarantine(rows)])


def audit_batch(sums: Mapping[str, int | str]) -> Verdict:
    """Evaluates the suite of batches on the receipt's counts: all of `expectations.projections.COUNTS`."""
    frame = pl.DataFrame([{"doc_id": "batch", **projections.project_sums(sums)}])
    return audit_frames("batch", suites.load_suite("batch"), [frame])


def read_chunks(folders: Sequence[StagedFolder], names: list[str]) -> Iterator[pl.DataFrame]:
    """Those of the columns `names` that the narrow files have, in frames of at most CHUNK_ROWS."""
    waiting: list[pl.DataFrame] = []
    for part in folders:
        narrow = part.scan("narrow")
        found = narrow.collect_schema()
        waiting.append(narrow.select(name for name in names if name in found).collect())
        if sum(frame.height for frame in waiting) >= CHUNK_ROWS:
            *whole, rest = pl.concat(waiting, how="diagonal").iter_slices(CHUNK_ROWS)
            yield from whole
            waiting = [rest]
    if waiting:
        yield pl.concat(waiting, how="diagonal")


def count_document_languages(folders: Sequence[StagedFolder]) -> pl.DataFrame:
    """Documents of each publisher in each language: publisher, language, count, in any number of rows."""
    parts = [pl.DataFrame(schema={"publisher": pl.String, "language": pl.String, "count": pl.Int64})]
    for part in folders:
        narrow = part.scan("narrow")
        if {"publisher", "language"} <= narrow.collect_schema().keys():
            known = narrow.filter(pl.col("language").is_not_null())
            parts.append(known.group_by("publisher", "language").agg(count=pl.len().cast(pl.Int64)).collect())
    return pl.concat(parts)


def audit_frames(
    suite: str, rows: Sequence[Expectation], frames: Iterable[pl.DataFrame], releases: Sequence[Release] = ()
) -> Verdict:
    """Evaluates `rows` in every frame and decides over all of them. Frames have `doc_id` and the columns of the rows."""
    released = {(release.doc_id, reason): release for release in releases for reason in release.reasons}
    used: dict[str, Release] = {}
    evaluations: dict[str, list[Evaluation]] = {row.reason: [] for row in rows}
    failing: dict[str, set[str]] = {}
    critical = {row.reason for row in rows if row.severity == "critical"}
    total = 0
    for frame in frames:
        total += frame.height
        for found in evaluate(rows, frame):
            if released:
                answers = {place: released.get((frame["doc_id"][place], found.reason)) for place in found.places}
                used |= {release.doc_id: release for release in answers.values() if release}
                found = replace(found, places=[place for place, release in answers.items() if not release])
            evaluations[found.reason].append(found)
            if found.reason in critical:
                for doc_id in frame["doc_id"].gather(found.places):
                    failing.setdefault(doc_id, set()).add(found.reason)
    if not rows or not all(evaluations.values()) or len(evaluations) != len(rows):
        why = f"The suite {suite} has no expectations, no rows to judge, or two expectations with one reason."
        nothing = Finding(NOT_EVALUATED, "critical", "", suite, 0, 0.0, "nothing was evaluated", False, why)
        return Verdict(False, (nothing,), {}, {}, (NOT_EVALUATED,))
    noun = NOUNS.get(suite, "rows")
    findings = tuple(make_finding(row, evaluations[row.reason], total, noun) for row in rows)
    if used:
        named = "; ".join(f"{used[doc_id].uri}: {used[doc_id].why}" for doc_id in sorted(used))
        observed = f"{len(used):,} of {total:,} documents: {named}"
        share = len(used) / total
        findings += (Finding(RELEASED, "warning", "", "doc_id", len(used), share, observed, True, RELEASED_WHY),)
    blocked_by = tuple(finding.reason for finding in findings if finding.severity == "critical" and not finding.passed)
    order = {row.reason: place for place, row in enumerate(rows)}
    return Verdict(
        passed=not blocked_by,
        findings=findings,
        failing={doc_id: tuple(sorted(failing[doc_id], key=order.__getitem__)) for doc_id in sorted(failing)},
        warned={found.reason: found.failed for found in findings if found.severity == "warning" and found.failed},
        blocked_by=blocked_by,
    )


def make_finding(row: Expectation, evaluations: Sequence[Evaluation], total: int, noun: str) -> Finding:
    """One row's finding over all frames, `total` rows together. Not evaluated is critical, whatever the row's severity."""
    faults = [found.fault for found in evaluations if found.fault]
    failed = sum(len(found.places) for found in evaluations)
    tolerated = max(FEW_ROWS, round(row.tolerated * total, 6)) if row.tolerated else 0
    return Finding(
        reason=row.reason,
        severity="critical" if faults else row.severity,
        expectation=row.kind,
        column=row.column,
        failed=failed,
        share=failed / total if total else 0.0,
        observed=faults[0] if faults else describe_observed(row, evaluations, total, noun),
        passed=not faults and failed <= tolerated,
        why=row.why,
    )


def describe_observed(row: Expectation, evaluations: Sequence[Evaluation], total: int, noun: str) -> str:
    """What failing rows have: `3 of 120 documents have text_chars 0 to 12`, or the row's `finding`; the same for any frames."""
    failed = sum(len(found.places) for found in evaluations)
    if not failed:
        return "as expected" if not noun else f"0 of {total:,} {noun}" if total else f"no {noun}"
    ranges = [found for part in evaluations for found in part.ranges if found[1] is not None]
    spans = {}
    for name in dict.fromkeys(found[0] for found in ranges):
        low, high = min(low for at, low, _ in ranges if at == name), max(high for at, _, high in ranges if at == name)
        short, long = format_value(name, low), format_value(name, high)
        spans[name] = short if short == long else f"{short} to {long}"
    missing = sum(found.missing for found in evaluations)
    if row.finding and spans and not missing:
        return row.finding[0 if failed == 1 else -1].format(rows=f"{failed:,}", total=f"{total:,}", **spans)
    parts = [", ".join(f"{name} {span}" for name, span in spans.items())] if spans else []
    parts += [f"no value ({missing:,})" if spans else "no value"] if missing else []
    observed = " or ".join(parts)
    return f"{failed:,} of {total:,} {noun} {'has' if failed == 1 else 'have'} {observed}" if noun else observed


def format_value(column: str, value: object) -> str:
    """A value in a finding, short: shares in per cent, other numbers with three decimals at most."""
    if isinstance(value, float):
        return f"{value:.1%}" if column.endswith("_share") else f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)[:40]
