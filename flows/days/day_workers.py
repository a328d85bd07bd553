"""Days side by side: a few processes that live through a whole backfill, each working on one day at a time.

A day that takes its process down (out of memory, a crash in a library) takes nothing else with it, and stopping is at once:
the processes are ended, and the lake is made for that. They run at a lower priority than the nightly runs beside them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Lock
from typing import Any

from flows.batches.recipe import Batch, Watcher
from flows.days.day_run import DayDone, run_day
from flows.settings import Settings
from flows.workers.pools import carry, follow_parent

NICE = 5
GRACE_SECONDS = 5


class DayStopped(RuntimeError):
    """The process that worked on a day died or was stopped. One line."""


class BackfillStopped(RuntimeError):
    """The whole backfill is being stopped; nothing should be started any more."""


@dataclass(frozen=True)
class Lane:
    """A process and the pipe to it."""

    process: SpawnProcess
    pipe: Connection


RunDay = Callable[[Batch, Settings, Watcher], DayDone]


@contextmanager
def open_lanes(count: int, seconds: float) -> Iterator[RunDay]:
    """Yields a `run_day` that may be called from `count` threads at once; each call has a process to itself.

    A day that takes longer than `seconds` is stopped. At the end of the block all processes are gone, whatever they were at.
    """
    free: SimpleQueue[Lane | None] = SimpleQueue()
    living: set[Lane] = set()
    guard = Lock()
    closed = False
    for _ in range(count):
        free.put(None)

    def take_lane() -> Lane:
        lane = free.get()
        with guard:
            if closed:
                raise BackfillStopped("the backfill was stopped")
            if lane is None:
                lane = start_lane()
                living.add(lane)
        return lane

    def run(batch: Batch, settings: Settings, watcher: Watcher) -> DayDone:
        lane: Lane | None = take_lane()
        assert lane is not None
        try:
            return await_day(lane, batch, settings, watcher, seconds)
        except DayStopped:
            stop_lane(lane)
            living.discard(lane)
            lane = None
            raise
        finally:
            free.put(lane)

    try:
        yield run
    finally:
        with guard:
            closed = True
        for lane in living:
            stop_lane(lane)


def start_lane() -> Lane:
    """A new process, not forked: Polars and Arrow have threads, and a forked thread pool hangs."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), name="copydesk-day")
    process.start()
    theirs.close()
    return Lane(process, ours)


def stop_lane(lane: Lane) -> None:
    """Ends a lane: an idle one finds its pipe closed, a busy one is told to clean up, and killed if it does not listen."""
    lane.pipe.close()
    lane.process.terminate()
    lane.process.join(GRACE_SECONDS)
    lane.process.kill()
    lane.process.join()


def await_day(lane: Lane, batch: Batch, settings: Settings, watcher: Watcher, seconds: float) -> DayDone:
    """Has a lane run a day and passes on what it tells. Raises what the run raised, DayStopped when the process is gone."""
    name = f"{batch.source.name} {batch.logical_date}"
    try:
        lane.pipe.send((batch, settings))
        end, what = follow_day(lane.pipe, watcher, seconds)
    except (EOFError, OSError):
        lane.process.join()
        raise DayStopped(f"{name}: its process died (exit code {lane.process.exitcode}); out of memory?") from None
    if end == "error":
        # Not above: an error of a disk or a network comes from a process that lives.
        raise what
    if end == "done":
        return what  # type: ignore[no-any-return]
    raise DayStopped(f"{name}: no step was done in {seconds:,.0f} s, and it was stopped; see COPYDESK_STEP_SECONDS")


def follow_day(pipe: Connection, watcher: Watcher, seconds: float) -> tuple[str, Any]:
    """How a day ended, and what with: done, error, or late when it told nothing for so long. Passes on what it tells."""
    while wait([pipe], timeout=seconds):
        kind, what = pipe.recv()
        if kind in ("done", "error"):
            return kind, what
        getattr(watcher, kind)(what)
    return "late", None


def serve(pipe: Connection) -> None:
    """What a lane does: takes a day, runs it, tells how it goes and what came out; until nobody is there any more."""
    # Ctrl-C reaches every process of a terminal; the one in charge decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    follow_parent()
    with suppress(OSError):
        os.nice(NICE)
    watcher = PipeWatcher(pipe)
    with suppress(EOFError, BrokenPipeError):
        while True:
            batch, settings = pipe.recv()
            try:
                pipe.send(("done", run_day(batch, settings, watcher)))
            except Exception as error:
                pipe.send(("error", carry(error)))
    # Nobody is there any more: this process ends by itself, and is not to be stopped on its last steps.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


class PipeWatcher:
    """Tells the other end of a pipe how a run is getting on."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def step(self, name: str) -> None:
        self.pipe.send(("step", name))

    def wait(self, message: str) -> None:
        self.pipe.send(("wait", message))
