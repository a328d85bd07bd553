"""How far a batch is, in documents: counted while its shards are built, and said in a line with the rate and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from tasks.counts import format_count
from tasks.progress import read_progress

LOOK_SECONDS = 1.0
SURE_SECONDS = 3.0  # before that, a rate would be a guess


class Progress(NamedTuple):
    """Documents of a batch that are processed, and about how many it has; None before any is read.

    Each finished step of a document adds its part of one, so the number also grows between two finished shards.
    """

    done: int = 0
    total: int | None = None

    @property
    def share(self) -> float:
        """The share of the batch that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@contextmanager
def watch_shards(folder: Path, size: int, count: Callable[[Progress], object]) -> Iterator[None]:
    """Calls `count` whenever the shards below a folder are further. `size`: bytes of all their input."""
    is_over = Event()

    def look() -> None:
        seen, is_last = Progress(), False
        while not is_last:
            is_last = is_over.wait(LOOK_SECONDS)
            if (now := measure_progress(folder, size)) != seen:
                try:
                    count(seen := now)
                except OSError:
                    return  # who asked is gone

    # In a copy of the context, which has the flow that a Prefect artifact belongs to.
    thread = Thread(target=copy_context().run, args=(look,), name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def measure_progress(folder: Path, size: int) -> Progress:
    """How far the shards below a folder are; the documents of what is not read yet are inferred from what is."""
    shards = read_progress(folder).values()
    records, read = sum(shard.records for shard in shards), sum(shard.size for shard in shards)
    total = round(records * max(1.0, size / read)) if read else None
    done = sum(shard.done for shard in shards)
    return Progress(done if total is None else min(done, total), total)


@dataclass
class Pace:
    """The rate of some work since it began, and the time that is left of it."""

    began: float
    clock: Callable[[], float] = time.monotonic

    def describe(self, progress: Progress) -> str:
        """1,240 of about 20,000 documents, 410 per second, about 45 s left."""
        done, total = progress
        said = f"{done:,} of about {total:,} documents" if total else format_count(done, "document")
        seconds = self.clock() - self.began
        if not done or seconds < SURE_SECONDS:
            return said
        return f"{said}, {format_rate(done / seconds)}{self.describe_left(progress.share)}"

    def describe_left(self, share: float) -> str:
        """The time left after a share of the work, in words; "" before it can be known, and at the end."""
        seconds = self.clock() - self.began
        if not 0 < share < 1 or seconds < SURE_SECONDS:
            return ""
        return f", about {format_seconds(seconds / share - seconds)} left"


def begin_pace(clock: Callable[[], float] = time.monotonic) -> Pace:
    """A pace that begins now."""
    return Pace(clock(), clock)


@dataclass
class StepMeter:
    """How far the step that a batch is at is."""

    what: str = ""
    pace: Pace = field(default_factory=begin_pace)

    def begin(self, what: str) -> None:
        """A step begins. `what`: the batch, or the batch and the step, in words."""
        self.what, self.pace = what, begin_pace()


class DayMeter:
    """How far a backfill of so many days is. Threads that run days may call it at the same time."""

    def __init__(self, days: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.days, self.pace = days, begin_pace(clock)
        self.over: frozenset[str] = frozenset()
        self.running: dict[str, Progress] = {}

    def count(self, label: str, show: Callable[[], object], progress: Progress) -> None:
        """How far the day of this label is; `show` is called then."""
        if label not in self.over:
            self.running[label] = progress
            show()

    def finish(self, labels: Iterable[str]) -> None:
        """The days of these labels, and no others, are done."""
        self.over = frozenset(labels)
        for label in self.over:
            self.running.pop(label, None)

    def describe(self) -> tuple[float, str]:
        """The share that is done, from 0 to 1, and how far it is in words."""
        running = sorted(self.running.items())
        share = min(1.0, (len(self.over) + sum(progress.share for _, progress in running)) / self.days)
        said = [f"{len(self.over):,} of {format_count(self.days, 'day')} done{self.pace.describe_left(share)}"]
        for label, (done, total) in running:
            said.append(f"{label}: {done:,}" + (f" of about {total:,}" if total else "") + " documents")
        return share, "; ".join(said)


def format_rate(rate: float) -> str:
    """A rate in words.

    >>> format_rate(412.3), format_rate(0.52)
    ('412 per second', '31 per minute')
    """
    return f"{rate:,.0f} per second" if rate >= 1 else f"{rate * 60:,.0f} per minute"


def format_seconds(seconds: float) -> str:
    """A time in words, no more exact than an estimate is.

    >>> format_seconds(3), format_seconds(47), format_seconds(400), format_seconds(9000)
    ('5 s', '45 s', '7 min', '2.5 h')
    """
    if seconds < 57:
        return f"{max(5, round(seconds / 5) * 5)} s"
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    return f"{seconds / 3600:.1f} h"
