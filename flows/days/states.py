"""The state of each day of a range: each source's files compared with its receipts and its history.

Only lists of files and receipts are read, so a year takes seconds. Prefect's records are not used.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from flows.batches.ingest import list_files, make_batch_limits
from flows.batches.run import Batch, Run
from flows.batches.staging import list_failures
from tasks.batch import InputFile, Limits, Source
from tasks.errors import RequestError
from tasks.fingerprint import rules_version
from tasks.lakes.lake import Lake
from tasks.lakes.releases import group_releases
from tasks.learned.versions import choose_version, find_learned
from tasks.reading.plan import PlanError, has_date
from tasks.sources import load_sources
from tasks.staging.receipt import list_publishers, make_settings, make_versions
from tasks.toml_rows import RowError, suggest_name

MOST_DAYS = 3_660
# History: four weeks before and after. Days of the same weekday are compared where there are enough of them.
NEARBY = timedelta(days=28)
ENOUGH = 4
SHORT = 0.5
COLUMNS = ("logical_date", "inputs", "records", "rules_version", "versions", "settings", "profile")


@dataclass(frozen=True)
class Day:
    """A day of a source: its state and the reason, how many files a run would read, and how many records the lake has of it.

    The states: `failed` (in its last run), `missing` (it has files and is not in the lake), `stale` (made with other rules,
    libraries or settings, or from other files), `short` (far fewer records than usual), `fine` (a run of today would give the
    same) and `no files`. `records` is None for a day that is not in the lake.
    """

    batch: Batch
    state: str
    why: str
    files: int
    records: int | None


def pick_sources(names: Sequence[str], file: Path, faults: dict[str, RowError]) -> list[Source]:
    """The declared sources of these names, all when none is named. Raises RequestError for a name that is not declared.

    `faults`: gets the errors of those among them whose rows are wrong.
    """
    found: dict[str, RowError] = {}
    declared = load_sources(file, found)
    faults.update({name: error for name, error in found.items() if not names or name in names})
    if not declared and not faults:
        raise RequestError(f"{file} declares no source, and only declared sources can be run over past days.")
    for name in names:
        if name not in declared and name not in faults:
            raise RequestError(
                f"{name!r} is not a declared source. Declared in {file} are {', '.join(declared)}."
                f"{suggest_name(name, declared)}"
            )
    return [declared[name] for name in dict.fromkeys(names or declared) if name in declared]


def survey_days(names: Sequence[str], start: date, end: date, run: Run, today: date) -> list[Day]:
    """Every day of the range, by date and source; of a drop folder only those that the lake has. Raises RequestError."""
    if end < start:
        raise RequestError(f"the end {end} lies before the start {start}. Give the earlier day first.")
    if end > today:
        raise RequestError(f"the end {end} lies in the future (today is {today}, UTC). Give an earlier day.")
    if (days := (end - start).days + 1) > MOST_DAYS:
        raise RequestError(f"{start} to {end} are {days:,} days, and {MOST_DAYS:,} are the most. Is the year right?")
    lake, settings = run.lake, run.settings
    root = settings.sources.absolute().parent
    # Read once: in a bucket each is a request, and a year has many days.
    failures, released = list_failures(lake), group_releases(lake)
    find = cache(partial(find_learned, lake))
    faults: dict[str, RowError] = {}
    sources = pick_sources(names, settings.sources, faults)
    found = [
        Day(Batch(Source(name, ""), end, root, fault=str(error)), "failed", str(error), 0, None)
        for name, error in faults.items()
    ]
    for source in sources:
        receipts = {row["logical_date"]: row for row in lake.receipts(source.name, columns=COLUMNS)}
        records = {day: int(row["records"]) for day, row in receipts.items()}
        for day in each_day(start, end):
            receipt = receipts.get(day)
            failure = failures.get((source.name, day))
            if not has_date(source) and not receipt and not failure:
                continue
            own = receipt["inputs"] if receipt and not has_date(source) else ()
            batch = Batch(source, day, root, frozenset(seen["uri"] for seen in own))
            learned = find(choose_version(settings.learned, receipt))
            own_limits = make_batch_limits(batch, run.limits, learned, released.get((source.name, day), ()))
            usual = find_usual(day, records) if has_date(source) else None
            found.append(find_state(batch, receipt, failure, own_limits, usual))
    return sorted(found, key=lambda one: (one.batch.logical_date, one.batch.source.name))


def each_day(start: date, end: date) -> Iterator[date]:
    """The days from start to end, both included."""
    return (start + timedelta(days=number) for number in range((end - start).days + 1))


def find_state(
    batch: Batch, receipt: Mapping[str, Any] | None, failure: str | None, limits: Limits, usual: float | None
) -> Day:
    """One day with its state. `usual`: the records that such a day has, None when that is unknown."""
    records: int | None = receipt["records"] if receipt else None
    state, why = "fine", ""
    try:
        files = list_files(batch, limits).files
    except PlanError as error:
        return Day(batch, "no files", str(error), 0, records)
    if not files:
        state, why = "no files", "the lake keeps what it has" if receipt else ""
    elif failure:
        state, why = "failed", failure
    elif receipt is None:
        state = "missing"
    elif changes := find_changes(batch.source, files, receipt, limits):
        state, why = "stale", "; ".join(changes)
    elif why := describe_short(receipt["records"], usual):
        state = "short"
    return Day(batch, state, why, len(files), records)


def describe_short(records: int, usual: float | None) -> str:
    """What is wrong with a day of far fewer records than usual; "" for any other day."""
    if usual is None or records >= SHORT * usual:
        return ""
    return f"{records:,} records, and {usual:,.0f} are usual; a new run changes nothing until more files arrive"


def find_short(batch: Batch, records: int, lake: Lake) -> str:
    """What `describe_short` says of a batch that a run has published, by the other days of its source."""
    if not has_date(batch.source):
        return ""
    others = lake.receipts(batch.source.name, columns=("logical_date", "records"))
    known = {row["logical_date"]: int(row["records"]) for row in others}
    return describe_short(records, find_usual(batch.logical_date, known))


def find_changes(source: Source, files: Sequence[InputFile], receipt: Mapping[str, Any], limits: Limits) -> list[str]:
    """How a run of today would differ, in words. A file that was changed and kept its size is not seen.

    A file that is gone changes nothing: its documents stay.
    """
    changes = []
    before = {seen["uri"]: seen["size"] for seen in receipt["inputs"]}
    now = {file.uri: file.size for file in files}
    counts = {
        "new": len(now.keys() - before.keys()),
        "changed": sum(now[uri] != before[uri] for uri in now.keys() & before.keys()),
    }
    if differences := ", ".join(f"{count:,} {what}" for what, count in counts.items() if count):
        changes.append(f"files: {differences}")
    if receipt["rules_version"] != rules_version():
        changes.append(f"rules {receipt['rules_version']}, now {rules_version()}")
    settings = make_settings(source, limits, list_publishers(receipt))
    for text, present in ((receipt["versions"], make_versions()), (receipt["settings"], settings)):
        changes += compare_records(json.loads(text), json.loads(present))
    return changes


def compare_records(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The differences of two records, in words.

    >>> compare_records({"rows": [[1]], "budget": 0.5}, {"rows": [[2], [3]], "budget": 0.4})
    ['budget 0.5, now 0.4', 'rows: 2 new, 1 removed']
    """
    changes: list[str] = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            changes += compare_records(old, new, f"{prefix}{name}.")
        elif old != new and (is_rows(old) or is_rows(new)):
            changes.append(f"{prefix}{name}: {count_rows(old or [], new or [])}")
        elif old != new:
            changes.append(f"{prefix}{name} {format_setting(old)}, now {format_setting(new)}")
    return changes


def is_rows(value: object) -> bool:
    """Whether the value of a setting is a list of rows, such as corrections."""
    return isinstance(value, list) and all(isinstance(row, list) for row in value) and bool(value)


def count_rows(before: list[Any], now: list[Any]) -> str:
    """How two lists of rows differ, in words: "1 new, 2 removed"."""
    counts = {"new": sum(row not in before for row in now), "removed": sum(row not in now for row in before)}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def format_setting(value: object) -> str:
    """The value of a setting in a sentence."""
    return "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def find_usual(day: date, records: Mapping[date, int]) -> float | None:
    """The records that such a day usually has: the median of the days around it, None with too few of them."""
    around = {other: count for other, count in records.items() if other != day and abs(other - day) <= NEARBY}
    alike = [count for other, count in around.items() if other.weekday() == day.weekday()]
    pool = alike if len(alike) >= ENOUGH else list(around.values())
    return median(pool) if len(pool) >= ENOUGH else None
