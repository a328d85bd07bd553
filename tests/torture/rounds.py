"""One place under torture: two writers, three readers, and a killer with a seed."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep

from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, open_lake
from torture import readers, writers
from torture.judge import ONE, TWO

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["torture.writers", "torture.readers", "duckdb", "polars", "pyarrow.dataset"])
CHECK_EVERY = 5
START_SECONDS = 120.0
COMMITS = 3


@dataclass
class Result:
    """What came of a place: kills, what a plain reader found right after each, what the readers saw all along."""

    place: str
    kills: int = 0
    commits: int = 0
    after: Counter[str] = field(default_factory=Counter)
    reads: dict[str, Counter[str]] = field(default_factory=dict)
    checks: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """Reads with rows lost or doubled; must be 0."""
        return self.after["wrong"] + sum(found["wrong"] for found in self.reads.values())


@dataclass
class Writer:
    """A running writer. `number`: the next generation."""

    day: date
    number: int
    process: BaseProcess
    started: Connection


def torture(
    name: str, place: str, root: Path, environment: dict[str, str], seed: int, kills: int, seconds: float
) -> Result:
    """Kills writers until there were `kills` of them, or `seconds` are over."""
    rng = random.Random(seed)
    result = Result(name)
    for number, day in ((1, ONE), (2, TWO)):
        begun = monotonic()
        writers.write_once(place, root / day.isoformat(), day, number)
    # Long enough for one or two commits next to all other work, so that kills hit every part of a commit.
    longest = COMMITS * (monotonic() - begun)
    lake = open_lake(place, work=root / "looking")
    end = monotonic() + seconds
    with run_readers(place, environment) as result.reads:
        running = [start_writer(place, root, environment, day, 10) for day in (ONE, TWO)]
        try:
            while result.kills < kills and monotonic() < end:
                # Sometimes both at once, so that no writer is left to repair anything.
                doomed = rng.sample(running, rng.choice((1, 1, 2)))
                await_begin(doomed[0])
                sleep(rng.uniform(0, longest))
                for writer in doomed:
                    writer.process.kill()
                    writer.process.join()
                    read_number(writer)
                    result.kills += 1
                look_after_kill(lake, place, result)
                for writer in doomed:
                    running.remove(writer)
                    running.append(start_writer(place, root, environment, writer.day, writer.number + 1_000))
        finally:
            for writer in running:
                writer.process.kill()
                writer.process.join()
    for number, day in ((90_000_001, ONE), (90_000_002, TWO)):
        writers.write_once(place, root / day.isoformat(), day, number)
    result.commits = lake.version()
    inspect(lake, result)
    result.after["wrong"] += readers.look(readers.read_pyarrow, place) != "right"
    return result


def look_after_kill(lake: Lake, place: str, result: Result) -> None:
    """What a plain reader finds now, before anything is repaired; sometimes every hash and sum as well."""
    if lake.store.swaps_at_once:
        # The folder behind the link: the other writer may be at work.
        place = str(lake.store.current.resolve())
    result.after[readers.look(readers.read_pyarrow, place)] += 1
    if result.kills % CHECK_EVERY == 0 and lake.store.swaps_at_once:
        inspect(lake, result)


def inspect(lake: Lake, result: Result) -> None:
    """Every hash, sum and document of the published version."""
    result.checks += 1
    result.findings += [f"{found.what}: {found.where}" for found in check_lake(lake)]


def start_writer(place: str, root: Path, environment: dict[str, str], day: date, number: int) -> Writer:
    """A writer in a process of its own."""
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=writers.write_forever, args=(place, str(root), environment, day, number, there))
    process.start()
    there.close()
    return Writer(day, number, process, here)


def await_begin(writer: Writer) -> None:
    """Waits until a writer has begun a generation, and keeps count of them."""
    if not writer.started.poll(START_SECONDS):
        raise RuntimeError(f"the writer of {writer.day} does nothing")
    read_number(writer)


def read_number(writer: Writer) -> None:
    """Reads which generations a writer has begun. Raises RuntimeError when it ended by itself."""
    try:
        while writer.started.poll():
            writer.number = writer.started.recv()
    except EOFError:
        if writer.process.exitcode != -9:
            raise RuntimeError(f"the writer of {writer.day} failed at generation {writer.number}") from None


@contextmanager
def run_readers(place: str, environment: dict[str, str]) -> Iterator[dict[str, Counter[str]]]:
    """Readers of all engines for as long as the block lasts; what they saw is there afterwards."""
    found: dict[str, Counter[str]] = {}
    running = {}
    for engine in readers.ENGINES:
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=readers.read_forever, args=(engine, place, environment, there))
        process.start()
        running[engine] = (process, here)
    try:
        yield found
    finally:
        for engine, (process, here) in running.items():
            here.send("stop")
            if here.poll(START_SECONDS):
                found[engine] = here.recv()
            process.join(START_SECONDS)
            if process.is_alive():
                process.kill()
