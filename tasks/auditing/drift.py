"""Compares a batch with earlier days of its source, in units of their spread: is this day usual?

Baseline: the median. Scale: the median absolute deviation, scaled to a standard deviation (Hampel, 1974), so that one odd
day in the past neither hides the next nor causes an alarm. The scale is at least `floor`, and at least the deviation that
chance causes in so few documents.

Only receipts of earlier logical dates count, so the day on which a batch is run makes no difference. The verdict depends on
which earlier days the lake has, and published rows must not: it goes into the run's outcome and its commit, not into tables.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log, sqrt
from statistics import median
from typing import Any

import polars as pl

from expectations.suites import load_suite
from tasks.auditing.audit import Finding, audit_frames
from tasks.lakes.lake import Lake, read_steadily, table_paths
from tasks.stores.manifest import Manifest, month_of

WINDOW_DAYS = 56
READS = ("logical_date", "records", "quarantined", "profile")
LEAST_DAYS = 5
LEAST_SAME_WEEKDAYS = 4  # from so many on, volume is compared with the same weekday only
LEAST_DOCUMENTS = 10  # a publisher that usually has fewer is only judged together with all others
TO_DEVIATION = 1.4826
EVERYONE = "(all publishers)"

Profile = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """What is compared: `floor` is the least scale, `noise` the deviation of one document, divided by √n for n of them."""

    floor: float
    noise: float
    wording: str


MEASURES = {
    "volume": Measure(0.1, 1.0, "{:,.0f} documents"),  # of the usual; Poisson
    "removed": Measure(0.015, 0.15, "{:.1%} of characters removed"),
    "length": Measure(0.08, 1.0, "median length {:,.0f} characters"),  # in logarithms
    "languages": Measure(0.03, 0.5, "{:.1%} different from the usual languages"),
    "captions": Measure(0.03, 0.5, "{:.1%} of documents with captions"),
    "unknown": Measure(0.02, 0.15, "{:.1%} unknown short lines"),
    "quarantined": Measure(0.01, 0.3, "{:.1%} of records in quarantine"),
}


@dataclass(frozen=True)
class Comparison:
    """One measure of a publisher and its history; `deviation` in units of the scale, None if there is too little history."""

    publisher: str
    measure: str
    now: float
    median: float | None
    low: float | None
    high: float | None
    days: int
    deviation: float | None


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
    """Compares a batch's receipt with earlier ones. `blocks`: failures are critical; what was not evaluated is so in any case."""
    compared = tuple(compare_batch(receipt, history))
    names = list(dict.fromkeys(row.publisher for row in compared))
    found = {(row.publisher, row.measure): row for row in compared}
    deviations = {key: row.deviation for key, row in found.items()}
    columns = {measure: [deviations.get((name, measure)) for name in names] for measure in MEASURES}
    frame = pl.DataFrame({"doc_id": names} | columns, {"doc_id": pl.String} | dict.fromkeys(MEASURES, pl.Float64))
    rows = load_suite("drift")
    verdict = audit_frames("drift", rows, [frame])
    findings = []
    for expected, finding in zip(rows, verdict.findings, strict=True):
        odd = [name for name, reasons in verdict.failing.items() if expected.reason in reasons]
        named = "; ".join(describe_comparison(found[name, expected.column]) for name in sorted(odd)[:5])
        more = f"; and {len(odd) - 5} more" if len(odd) > 5 else ""
        severity = "warning" if finding.failed and not blocks else finding.severity
        findings.append(replace(finding, severity=severity, observed=named + more or finding.observed))
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


def compare_batch(receipt: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Iterator[Comparison]:
    """Compares every publisher that usually has enough documents, and all together, by every measure."""
    day = receipt["logical_date"]
    now = {entry["publisher"]: entry for entry in receipt["profile"]}
    past = [(row["logical_date"], {entry["publisher"]: entry for entry in row["profile"]}) for row in history]
    names = sorted(now.keys() | {name for _, profile in past for name in profile})
    for name in names:
        counts = [(when, profile.get(name)) for when, profile in past]
        usual = median([entry["documents"] if entry else 0 for _, entry in counts]) if counts else 0
        if len(names) == 1 or usual >= LEAST_DOCUMENTS:
            yield from compare_publisher(name if len(names) > 1 else EVERYONE, day, now.get(name), counts)
    if len(names) > 1:
        whole = [(when, sum_profiles(profile.values())) for when, profile in past]
        yield from compare_publisher(EVERYONE, day, sum_profiles(now.values()), whole)
    shares = [row["quarantined"] / max(row["records"], 1) for row in history]
    share = receipt["quarantined"] / max(receipt["records"], 1)
    yield compare_measure(EVERYONE, "quarantined", share, shares, receipt["records"])


def compare_publisher(
    name: str, day: date, now: Profile | None, past: Sequence[tuple[date, Profile | None]]
) -> Iterator[Comparison]:
    """The measures of one publisher. Its days without documents count for the volume only."""
    weekdays = [entry for when, entry in past if when.weekday() == day.weekday()]
    counted = weekdays if len(weekdays) >= LEAST_SAME_WEEKDAYS else [entry for _, entry in past]
    enough = len(past) >= LEAST_DAYS
    volumes = [float(entry["documents"]) if entry else 0.0 for entry in counted] if enough else []
    yield compare_measure(name, "volume", now["documents"] if now else 0, volumes, 0)
    if now is None or not now["documents"]:
        return
    days = [entry for _, entry in past if entry and entry["documents"]]
    count = now["documents"]
    shares = {"removed": ("removed_chars", "chars"), "captions": ("captioned", "documents")}
    for measure, (part, whole) in (shares | {"unknown": ("unknown_lines", "lines")}).items():
        share = [entry[part] / max(entry[whole], 1) for entry in days]
        yield compare_measure(name, measure, now[part] / max(now[whole], 1), share, count)
    if now["median_chars"]:
        lengths = [entry["median_chars"] for entry in days if entry["median_chars"]]
        yield compare_measure(name, "length", now["median_chars"], lengths, count, logs=True)
    pooled = sum_languages(days)
    distances = [measure_distance(sum_languages([entry]), pooled) for entry in days]
    yield compare_measure(name, "languages", measure_distance(sum_languages([now]), pooled), distances, count)


def compare_measure(
    name: str, measure: str, now: float, past: Sequence[float], count: int, *, logs: bool = False
) -> Comparison:
    """One measure and its history. `count`: documents behind `now`; `logs`: compare ratios instead of differences."""
    is_volume = measure == "volume"
    if len(past) < (LEAST_SAME_WEEKDAYS if is_volume else LEAST_DAYS):
        return Comparison(name, measure, now, None, None, None, len(past), None)
    values, value = ([log(each) for each in past], log(now)) if logs else (list(past), now)
    floor, noise = MEASURES[measure].floor, MEASURES[measure].noise
    usual = median(values)
    # Chance alone makes a volume deviate by its square root.
    least = (floor * usual, noise * sqrt(usual), 1.0) if is_volume else (floor, noise / sqrt(max(count, 1)))
    # The median absolute deviation, scaled to a standard deviation.
    spread = TO_DEVIATION * median(abs(each - usual) for each in values)
    deviation = (value - usual) / max(spread, *least)
    return Comparison(name, measure, now, median(past), min(past), max(past), len(past), deviation)


def sum_profiles(entries: Iterable[Profile]) -> dict[str, Any]:
    """The profile of several publishers together, without a length: medians cannot be combined."""
    listed = list(entries)
    names = ("documents", "chars", "removed_chars", "captioned", "lines", "unknown_lines")
    languages = [{"language": name, "count": share} for name, share in sum_languages(listed, shares=False).items()]
    return {name: sum(entry[name] for entry in listed) for name in names} | {"median_chars": 0, "languages": languages}


def sum_languages(entries: Sequence[Profile], *, shares: bool = True) -> dict[str, float]:
    """The share (or count) of each language in several profiles."""
    counts: Counter[str] = Counter()
    for entry in entries:
        counts.update({row["language"]: row["count"] for row in entry["languages"]})
    total = counts.total() if shares else 1
    return {name: count / total for name, count in counts.items()} if total else {}


def measure_distance(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """The total variation of two language distributions, half the sum of all differences (0 to 1)."""
    return sum(abs(left.get(name, 0) - right.get(name, 0)) for name in left.keys() | right.keys()) / 2
