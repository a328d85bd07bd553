"""Ways to map over shards without an orchestrator: one after the other, or side by side in processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from tasks.batch import Limits, Shard
from tasks.shard import StagedShard, build_shard

THREADS = "POLARS_MAX_THREADS"


class Counter(Protocol):
    """Who counts shards."""

    def shards(self, total: int) -> None: ...
    def shard_done(self) -> None: ...


def shard_folder(folder: Path, shard: Shard) -> Path:
    """Where a shard is staged."""
    return folder / f"shard-{shard.number:05d}"


def map_here(counter: Counter, workers: int) -> Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]:
    """Maps shards in this process, or in `workers` processes when there are several of both."""

    def run(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        counter.shards(len(shards))
        if workers == 1 or len(shards) == 1:
            return [count(counter, build_shard(shard, limits, shard_folder(folder, shard))) for shard in shards]
        processes = min(workers, len(shards))
        # Not fork: Polars and Arrow have threads, and a forked thread pool hangs.
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            with share_cores(processes):
                futures = [pool.submit(build_shard, shard, limits, shard_folder(folder, shard)) for shard in shards]
            try:
                for done in as_completed(futures):
                    count(counter, done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            return [future.result() for future in futures]

    return run


@contextmanager
def share_cores(processes: int) -> Iterator[None]:
    """Processes that are started within the block get a fair share of the cores for their threads.

    Left alone Polars starts a thread a core in each of them; they then wait for one another, and every thread compiles every
    pattern anew. It reads its environment when it is imported, so this process keeps what it has.
    """
    before = os.environ.get(THREADS)
    if before is None:
        os.environ[THREADS] = str(max(1, count_cores() // processes))
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]


def count_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count(counter: Counter, staged: StagedShard) -> StagedShard:
    """Counts a shard that is done."""
    counter.shard_done()
    return staged
