"""Cores shared out among processes: each gets a fair share for the threads of its libraries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# What the libraries of a shard read when they are imported.
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")


@contextmanager
def share_cores(processes: int) -> Iterator[None]:
    """Processes that are started within the block get their share; what the environment says already holds.

    Left alone Polars starts a thread a core in each of them; they then wait for one another, and every thread compiles every
    pattern anew. It reads its environment when it is imported, so this process keeps what it has.
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
