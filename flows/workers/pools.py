"""Ways to map over shards without an orchestrator: one after the other, or side by side in processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Protocol

from flows.workers.cores import share_cores
from flows.workers.workplace import shard_folder
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard, build_shard


class Counter(Protocol):
    """Who counts shards."""

    def shards(self, total: int) -> None: ...
    def shard_done(self) -> None: ...


def map_here(counter: Counter, workers: int) -> Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]:
    """Maps shards in this process, or in `workers` processes when there are several of both."""

    def run(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        counter.shards(len(shards))
        if workers == 1 or len(shards) == 1:
            return [count(counter, build_shard(shard, limits, shard_folder(folder, shard))) for shard in shards]
        processes = min(workers, len(shards))
        # Not fork: Polars and Arrow have threads, and a forked thread pool hangs.
        context = get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=context, initializer=follow_parent) as pool:
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


def count(counter: Counter, staged: StagedShard) -> StagedShard:
    """Counts a shard that is done."""
    counter.shard_done()
    return staged


def follow_parent() -> None:
    """Ends this process as soon as the one that started it is gone: kill -9 must not leave processes that nobody knows."""
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()


def carry(error: Exception) -> Exception:
    """An error in a shape that gets to another process: those of our own as they are, others as what they say."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
