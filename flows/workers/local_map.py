"""Shards built on this machine: one after the other, or several at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from flows.workers.builder import end_builders
from flows.workers.guarded_build import build_guarded
from flows.workers.run_folder import name_shard
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard

if TYPE_CHECKING:
    from flows.batches.run import Run

# Read by the libraries of a shard when they are imported.
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")


def build_here(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Builds shards on this machine, as many at the same time as the settings want workers, each in a process of its own."""
    # A builder whose run was killed may still write for an instant, when the next run is at the same shard.
    folder = folder / uuid4().hex[:8]
    workers = min(run.settings.workers, len(shards))
    if workers == 1:
        return [build_guarded(shard, limits, folder / name_shard(shard)) for shard in shards]
    with ThreadPoolExecutor(workers) as pool, share_cores(workers):
        futures = [pool.submit(build_guarded, shard, limits, folder / name_shard(shard)) for shard in shards]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end_builders()
            raise
        return [future.result() for future in futures]


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
