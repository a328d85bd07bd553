"""A day's numbers beside those of earlier days, in units of the usual spread.

The usual is the median, the usual spread the median absolute deviation, scaled to a standard deviation (Hampel, 1974): one
odd day in the past neither hides the next nor raises an alarm. A spread is never believed to be smaller than `floor`, nor
than what chance does to so few documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, sqrt
from statistics import median
from typing import Any

LEAST_DAYS = 5
LEAST_SAME_WEEKDAYS = 4  # so many, and volume is held against the same weekday only
LEAST_DOCUMENTS = 10  # a publisher that usually has fewer is judged with all others together
TO_DEVIATION = 1.4826
EVERYONE = "(all publishers)"

Profile = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """What is compared: the least spread that is believed, and the spread of one document, which chance divides by √n."""

    name: str
    floor: float
    noise: float
    shows: str


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("volume", 0.1, 1.0, "{:,.0f} documents"),  # of the usual; Poisson
        Measure("removed", 0.015, 0.15, "{:.1%} of characters taken out"),
        Measure("length", 0.08, 1.0, "median length {:,.0f} characters"),  # in logarithms
        Measure("languages", 0.03, 0.5, "{:.1%} away from the usual languages"),
        Measure("captions", 0.03, 0.5, "{:.1%} of documents with captions"),
        Measure("unknown", 0.02, 0.15, "{:.1%} unknown short lines"),
        Measure("quarantined", 0.01, 0.3, "{:.1%} of records in quarantine"),
    )
}


@dataclass(frozen=True)
class Comparison:
    """One measure of one publisher: `now` beside the usual `median`, the extremes and the number of earlier days.

    `deviation` in units of the usual spread; None where there is too little history.
    """

    publisher: str
    measure: str
    now: float
    median: float | None
    low: float | None
    high: float | None
    days: int
    deviation: float | None


def compare_batch(receipt: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Iterator[Comparison]:
    """Every measure of every publisher that usually has enough documents, and of all together."""
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
        whole = [(when, add_up(profile.values())) for when, profile in past]
        yield from compare_publisher(EVERYONE, day, add_up(now.values()), whole)
    shares = [row["quarantined"] / max(row["records"], 1) for row in history]
    share = receipt["quarantined"] / max(receipt["records"], 1)
    yield weigh(EVERYONE, "quarantined", share, shares, receipt["records"])


def compare_publisher(
    name: str, day: date, now: Profile | None, past: Sequence[tuple[date, Profile | None]]
) -> Iterator[Comparison]:
    """The measures of one publisher. Days without a document of it count for the volume, and for nothing else."""
    weekdays = [entry for when, entry in past if when.weekday() == day.weekday()]
    counted = weekdays if len(weekdays) >= LEAST_SAME_WEEKDAYS else [entry for _, entry in past]
    enough = len(past) >= LEAST_DAYS
    volumes = [float(entry["documents"]) if entry else 0.0 for entry in counted] if enough else []
    yield weigh_volume(name, now["documents"] if now else 0, volumes)
    if now is None or not now["documents"]:
        return
    days = [entry for _, entry in past if entry and entry["documents"]]
    count = now["documents"]
    for measure, part, whole in (
        ("removed", "removed_chars", "chars"),
        ("captions", "captioned", "documents"),
        ("unknown", "unknown_lines", "lines"),
    ):
        share = [entry[part] / max(entry[whole], 1) for entry in days]
        yield weigh(name, measure, now[part] / max(now[whole], 1), share, count)
    if now["median_chars"]:
        lengths = [entry["median_chars"] for entry in days if entry["median_chars"]]
        yield weigh(name, "length", now["median_chars"], lengths, count, logs=True)
    pooled = mix_languages(days)
    away = [measure_distance(mix_languages([entry]), pooled) for entry in days]
    yield weigh(name, "languages", measure_distance(mix_languages([now]), pooled), away, count)


def weigh(name: str, measure: str, now: float, past: Sequence[float], count: int, *, logs: bool = False) -> Comparison:
    """One measure beside its history. `count`: documents behind `now`; `logs`: judged by ratio, not by difference."""
    if len(past) < LEAST_DAYS:
        return Comparison(name, measure, now, None, None, None, len(past), None)
    values, value = ([log(each) for each in past], log(now)) if logs else (list(past), now)
    floor, noise = MEASURES[measure].floor, MEASURES[measure].noise
    scale = max(spread(values), floor, noise / sqrt(max(count, 1)))
    deviation = (value - median(values)) / scale
    return Comparison(name, measure, now, median(past), min(past), max(past), len(past), deviation)


def weigh_volume(name: str, now: int, past: Sequence[float]) -> Comparison:
    """The number of documents beside its history; chance alone moves it by its root."""
    if not past:
        return Comparison(name, "volume", now, None, None, None, 0, None)
    usual, measure = median(past), MEASURES["volume"]
    scale = max(spread(past), measure.floor * usual, measure.noise * sqrt(usual), 1.0)
    return Comparison(name, "volume", now, usual, min(past), max(past), len(past), (now - usual) / scale)


def spread(values: Sequence[float]) -> float:
    """The median absolute deviation, scaled to a standard deviation."""
    middle = median(values)
    return TO_DEVIATION * median(abs(value - middle) for value in values)


def add_up(entries: Iterable[Profile]) -> dict[str, Any]:
    """The profile of several publishers together; a median of medians is none, so it has no length."""
    listed = list(entries)
    names = ("documents", "chars", "removed_chars", "captioned", "lines", "unknown_lines")
    languages = [{"language": name, "count": share} for name, share in mix_languages(listed, shares=False).items()]
    return {name: sum(entry[name] for entry in listed) for name in names} | {"median_chars": 0, "languages": languages}


def mix_languages(entries: Sequence[Profile], *, shares: bool = True) -> dict[str, float]:
    """The share (or count) of each language in several profiles."""
    counts: dict[str, float] = {}
    for entry in entries:
        for row in entry["languages"]:
            counts[row["language"]] = counts.get(row["language"], 0) + row["count"]
    total = sum(counts.values()) if shares else 1
    return {name: count / total for name, count in counts.items()} if total else {}


def measure_distance(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Half the sum of all differences of two mixes (total variation): the share that would have to change language."""
    return sum(abs(left.get(name, 0) - right.get(name, 0)) for name in left.keys() | right.keys()) / 2
