"""Threads for the libraries of worker processes: each process gets its share of the cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Read by the libraries of a shard when they are imported.
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")


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
