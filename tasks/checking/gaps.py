"""Days that look wrong beside their neighbours: missing, short, or delivered twice, found from receipts alone.

None of it is certainly an error: a paper may not appear on Sundays. So a source is only compared with itself, and a weekday with
the same weekday where there are enough of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from statistics import median
from typing import Any

from tasks.stores.errors import LakeFault

NEIGHBOURS = 4  # days with a batch that a day is compared with, half before and half after it where possible
FEWEST = 3  # fewer neighbours prove nothing
SHORT = 0.5  # of the neighbours' median
SMALL = 10  # below that median, counts vary by chance
WEEK = timedelta(days=7)


def check_days(receipts: Iterable[Mapping[str, Any]]) -> Iterator[LakeFault]:
    """Every doubtful day of every source. `receipts`: at least source, logical_date, published, records and inputs."""
    counts: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    seen: dict[tuple[str, bytes], date] = {}
    for receipt in receipts:
        source, day = receipt["source"], receipt["logical_date"]
        counts[source][day] = (receipt["published"], receipt["records"])
        digests = sorted(entry["sha256"] for entry in receipt["inputs"])
        first = seen.setdefault((source, sha256("".join(digests).encode()).digest()), day)
        if digests and first != day:
            where = f"{source} {day}: its files are those of {first}"
            yield LakeFault("a day was delivered twice", where, "ask for the right files and run the day again")
    for source, days in sorted(counts.items()):
        for day in find_missing_days(days):
            where = f"{source} {day}: no batch, between {min(days)} and {max(days)}"
            yield LakeFault("a day is missing", where, f"copydesk ingest {source} --date {day}")
        for day, usual in find_short_days({day: published for day, (published, _) in days.items()}):
            published, records = days[day]
            where = f"{source} {day}: {published} documents of {records} records, its neighbours have {usual:g}"
            yield LakeFault("a day is short", where, "see its receipt; if files came late, run it again")


def find_missing_days(days: Iterable[date]) -> list[date]:
    """Days without a batch inside a source's range, where most of the same weekdays (or else most days) have one."""
    known = set(days)
    first, last = min(known), max(known)
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    missing = []
    for day in span:
        peers = [other for other in span if other.weekday() == day.weekday() and other != day]
        peers = peers or [other for other in span if other != day]
        if day not in known and 2 * len(known.intersection(peers)) > len(peers):
            missing.append(day)
    return missing


def find_short_days(counts: Mapping[date, int]) -> list[tuple[date, float]]:
    """Days with less than half of the median of their nearest neighbours, and that median."""
    short = []
    for day, count in sorted(counts.items()):
        others = [other for other in counts if other != day]
        alike = [
            other for other in others if other.weekday() == day.weekday() and abs(other - day) <= NEIGHBOURS * WEEK
        ]
        peers = alike if len(alike) >= FEWEST else others
        nearest = sorted(peers, key=lambda other: (abs(other - day), other))[:NEIGHBOURS]
        usual = float(median([counts[other] for other in nearest])) if len(nearest) >= FEWEST else 0.0
        if usual >= SMALL and count < SHORT * usual:
            short.append((day, usual))
    return short
