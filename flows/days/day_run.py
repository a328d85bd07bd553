"""The days of a backfill: which of them a choice means, one of them run, and the tables that people see of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.batches.recipe import Batch, Watcher
from flows.batches.run import ingest_by_settings
from flows.days.survey import Day
from flows.settings import Settings
from flows.workers.cluster_map import map_shards

OnExisting = Literal["skip", "stale", "replace"]
Order = Literal["newest first", "oldest first"]
LEAVE = "leave"


@dataclass(frozen=True)
class DayDone:
    """What became of a day: published, unchanged, blocked (by the audit) or failed, and why. `version`: of the lake."""

    source: str
    logical_date: date
    state: str
    why: str = ""
    version: int = 0
    records: int = 0
    published: int = 0
    duplicates: int = 0
    quarantined: int = 0

    @property
    def is_bad(self) -> bool:
        """Whether the day is not in the lake as it should be."""
        return self.state in ("blocked", "failed")


def decide(day: Day, on_existing: OnExisting) -> str:
    """What a backfill does with a day: `make`, `make anew`, `compare` (made anew only if its files say so) or `leave`."""
    if day.state == "no files":
        return LEAVE
    if day.records is None:
        return "make"
    if on_existing == "skip":
        return LEAVE
    if day.state in ("stale", "failed"):
        return "make anew"
    return "compare" if on_existing == "replace" else LEAVE


def choose_days(days: Iterable[Day], on_existing: OnExisting, order: Order) -> list[Day]:
    """The days that a backfill works on, in the order it takes them."""
    chosen = [day for day in days if decide(day, on_existing) != LEAVE]
    # Two sorts: the sources of a day stay in their order either way.
    return sorted(chosen, key=lambda day: day.batch.logical_date, reverse=order == "newest first")


class NoCounter:
    """Counts no shards: a day of a backfill is told as a whole."""

    def shards(self, total: int) -> None: ...
    def shard_done(self) -> None: ...


def run_day(batch: Batch, settings: Settings, watcher: Watcher) -> DayDone:
    """Runs one day. The same files, rules and settings again are no work: the lake's receipt says so.

    Raises what `ingest_by_settings` raises.
    """
    outcome = ingest_by_settings(batch, settings, map_shards(NoCounter(), settings), watcher)
    counts = {name: outcome.receipt[name] for name in ("records", "published", "duplicates", "quarantined")}
    why = (
        f"the audit blocked it: {', '.join(outcome.blocked_by)}; readers keep what they had"
        if outcome.blocked_by
        else ""
    )
    return DayDone(batch.source.name, batch.logical_date, outcome.state, why, outcome.version, **counts)


def fail_day(batch: Batch, error: BaseException) -> DayDone:
    """A day whose run ended with an error."""
    why = " ".join(str(error).split()) or type(error).__name__
    return DayDone(batch.source.name, batch.logical_date, "failed", why)


def outline_plan(days: Sequence[Day], on_existing: OnExisting) -> list[dict[str, str]]:
    """The plan as a table, what has to be done first."""
    rows = [
        {
            "date": str(day.batch.logical_date),
            "source": day.batch.source.name,
            "state": day.state,
            "will": decide(day, on_existing),
            "why": day.why,
            "files": f"{day.files:,}",
            "in the lake": "" if day.records is None else f"{day.records:,} records",
        }
        for day in days
    ]
    return sorted(rows, key=lambda row: row["will"] == LEAVE)


def outline_days(done: Iterable[DayDone]) -> list[dict[str, str]]:
    """What became of the days, as a table, the bad ones first."""
    ordered = sorted(done, key=lambda day: (not day.is_bad, day.logical_date, day.source))
    return [
        {
            "date": str(day.logical_date),
            "source": day.source,
            "state": day.state,
            "why": day.why,
            "records": f"{day.records:,}",
            "published": f"{day.published:,}",
            "quarantined": f"{day.quarantined:,}",
        }
        for day in ordered
    ]


def count_states(days: Iterable[Day] | Iterable[DayDone]) -> str:
    """States with their counts, in words: "12 missing, 3 stale"."""
    states = [day.state for day in days]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states))) or "no days"


def say_days(count: int) -> str:
    """A number of days in words."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def say_failed(done: Iterable[DayDone], most: int = 5) -> str:
    """The days that failed and why, in a sentence."""
    bad = sorted((day for day in done if day.is_bad), key=lambda day: (day.logical_date, day.source))
    told = "; ".join(f"{day.source} {day.logical_date}: {day.why}" for day in bad[:most])
    return told + (f"; and {len(bad) - most} more" if len(bad) > most else "")
