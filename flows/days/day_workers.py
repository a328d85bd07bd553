"""The processes of a backfill: they live until it ends, and each works on one day at a time.

A day that ends its process (out of memory, a crash in a library) stops no other day. A backfill is stopped at once by ending the
processes, which never harms the lake. They run at a lower priority than the nightly runs.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple

from flows.batches.ingest import ingest_batch
from flows.batches.run import Batch, BatchResult, Watcher, make_run, open_settings_lake
from flows.batches.staging import sweep_staging
from flows.days.states import Day
from flows.errors import BackfillStopped, DayStopped
from flows.settings import Settings
from flows.unexpected import explain_error
from flows.workers.builder import make_picklable

NICE = 5
GRACE_SECONDS = 5
STOPPED = 128 + signal.SIGTERM  # exit code of a process that was asked to end

# Runs a batch in a process. Raises what the run raised, DayStopped when the process ended, BackfillStopped.
RunBatch = Callable[[Batch, Watcher], BatchResult]


class DayWorker(NamedTuple):
    """A process and the pipe to it."""

    process: SpawnProcess
    pipe: Connection


def run_days(
    days: Sequence[Day],
    settings: Settings,
    parallel: int,
    run_day: Callable[[Day, RunBatch], BatchResult],
    report: Callable[[Sequence[BatchResult]], object],
) -> list[BatchResult]:
    """Runs days, `parallel` at a time, in their order; one that fails does not stop the others.

    `run_day`: runs a day with the function that it gets, and returns a failure as a result; `report`: gets the results so far
    whenever a day is done.
    """
    results: list[BatchResult] = []
    with ThreadPoolExecutor(parallel) as pool, open_day_workers(settings, parallel) as run_batch:
        # In a copy of the context, which has the flow that a Prefect task belongs to.
        futures = [pool.submit(copy_context().run, run_day, day, run_batch) for day in days]
        try:
            for future in as_completed(futures):
                results.append(future.result())
                report(results)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return results


@contextmanager
def open_day_workers(settings: Settings, count: int) -> Iterator[RunBatch]:
    """Yields a function that `count` threads may call at once; each call has a process to itself.

    A day without progress for `settings.step_seconds` is stopped. At the end of the block all processes are ended, and what
    they staged is removed.
    """
    free: SimpleQueue[DayWorker | None] = SimpleQueue()
    started: set[DayWorker] = set()
    lock = Lock()
    is_closed = False
    for _ in range(count):
        free.put(None)

    def run_batch(batch: Batch, watcher: Watcher) -> BatchResult:
        worker = free.get()
        try:
            with lock:
                if is_closed:
                    raise BackfillStopped("the backfill was stopped")
                if worker is None:
                    worker = start_worker(settings)
                    started.add(worker)
            try:
                end, value = await_day(worker, batch, watcher, settings.step_seconds)
            except BaseException as error:
                with lock:
                    if is_closed:
                        raise BackfillStopped("the backfill was stopped") from error
                    started.discard(worker)
                stop_worker(worker)
                worker = None
                raise
        finally:
            free.put(worker)
        if end == "error":
            raise value
        return value  # type: ignore[no-any-return]

    try:
        yield run_batch
    finally:
        with lock:
            is_closed = True
        # Nothing is added or removed any more.
        idle: list[DayWorker | None] = []
        with suppress(Empty):
            while True:
                idle.append(free.get_nowait())
        for worker in started:
            stop_worker(worker, is_idle=worker in idle)
        for one in idle:
            free.put(one)  # for calls that come now, which find it closed
        sweep_staging(open_settings_lake(settings).staging)


def start_worker(settings: Settings) -> DayWorker:
    """Starts a process; not a fork, since Polars and Arrow have threads, and a forked thread pool hangs."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve_days, args=(theirs, settings), name="copydesk-day")
    process.start()
    theirs.close()
    return DayWorker(process, ours)


def stop_worker(worker: DayWorker, *, is_idle: bool = False) -> None:
    """Ends a process: an idle one ends by itself when its pipe is closed, a busy one gets SIGTERM to clean up, then SIGKILL."""
    worker.pipe.close()
    if is_idle:
        # A signal now would keep Python from removing what its libraries share between processes, and it warns of that.
        worker.process.join(GRACE_SECONDS)
    worker.process.terminate()
    worker.process.join(GRACE_SECONDS)
    worker.process.kill()
    worker.process.join()


def await_day(worker: DayWorker, batch: Batch, watcher: Watcher, seconds: float) -> tuple[str, Any]:
    """Has a process run a day: `done` and its result, or `error` and what it raised. Raises DayStopped when it ends or hangs."""
    try:
        worker.pipe.send(batch)
        while wait([worker.pipe], timeout=seconds):
            kind, value = worker.pipe.recv()
            if kind in ("done", "error"):
                return kind, value
            if call := getattr(watcher, kind):
                call(*value)
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode
        if code in (STOPPED, -signal.SIGTERM):
            raise BackfillStopped(f"{batch.label}: it was stopped") from None
        raise DayStopped(f"{batch.label}: its process died (exit code {code}); out of memory?") from None
    raise DayStopped(f"{batch.label}: stopped after {seconds:,.0f} s without progress; see COPYDESK_STEP_SECONDS")


def follow_parent() -> None:
    """Ends this process as soon as its parent has ended, so that kill -9 of the parent leaves no process behind."""
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()


def serve_days(pipe: Connection, settings: Settings) -> None:
    """The work of a process: takes batches from the pipe, and sends their progress and results until the pipe is closed."""
    # Ctrl-C reaches every process of a terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    is_busy = False

    def stop(*_: object) -> None:
        if is_busy:
            sys.exit(STOPPED)  # raised where the batch is, which cleans up
        os._exit(STOPPED)  # an exit that is raised while garbage is collected is printed, and goes no further

    signal.signal(signal.SIGTERM, stop)
    follow_parent()
    with suppress(OSError):
        os.nice(NICE)
    writing = Lock()

    def send(kind: str, *values: object) -> None:
        with writing:  # progress comes from a thread of its own
            pipe.send((kind, values))

    watcher = Watcher(partial(send, "step"), partial(send, "warn"), partial(send, "count"))
    with suppress(EOFError, BrokenPipeError):
        while True:
            batch = pipe.recv()
            try:
                is_busy = True
                try:
                    done = ingest_batch(batch, make_run(settings, watcher))
                finally:
                    is_busy = False
                # Without its lists of inputs, findings and earlier days, which nothing reads from here on.
                pipe.send(("done", replace(done, receipt=done.counts, findings=(), drift=None)))
            except OSError as error:
                pipe.send(("error", make_picklable(error)))  # as it is: the next try may not meet it
            except Exception as error:
                pipe.send(("error", make_picklable(explain_error(error, batch.label))))
    # The pipe is closed: this process ends by itself and must not be interrupted in its last steps.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
