"""Shards built on this machine: one after the other in this process, or several at the same time in processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from flows.workers.run_folder import name_shard
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard, build_shard

if TYPE_CHECKING:
    from flows.batches.run import Run

# Read by the libraries of a shard when they are imported.
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")


def build_here(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Builds shards in this process, or in as many processes as the settings want workers when there are several shards."""
    count, total = run.watcher.count, len(shards)
    count(0, total)
    processes = min(run.settings.workers, total)
    if processes == 1:
        built = []
        for shard in shards:
            built.append(build_shard(shard, limits, folder / name_shard(shard)))
            count(len(built), total)
        return built
    # Not fork: Polars and Arrow have threads, and a forked thread pool hangs.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=follow_parent) as pool:
        with share_cores(processes):
            futures = [pool.submit(build_shard, shard, limits, folder / name_shard(shard)) for shard in shards]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                count(done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def follow_parent() -> None:
    """Ends this process as soon as its parent has ended, so that kill -9 of the parent leaves no process behind."""
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()


def make_picklable(error: Exception) -> Exception:
    """An error that can be sent to another process: itself, or where it cannot be pickled a RuntimeError with its text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


@contextmanager
def share_cores(processes: int) -> Iterator[None]:
    """Processes that start within the block get their share of threads; a value that the environment already has stays.

    By default Polars starts a thread per core in each of them; the threads then wait for one another, and each compiles every
    pattern. Polars reads its environment when it is imported, so this process keeps its threads.
    """
    share = str(max(1, count_cores() // processes))
    added = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(added, share))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def count_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
