"""One command measured: CPU, wall time and peak memory of the process and of those it starts and waits for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SETTINGS = ("COPYDESK_", "PREFECT_", "POLARS_", "OMP_")


class JobFailedError(RuntimeError):
    """A measured command that did not do its work; the message has its last words."""


@dataclass(frozen=True)
class Cost:
    """`cpu` (user and system) and `wall` in seconds, `memory` in MB: that of the largest process."""

    cpu: float
    wall: float
    memory: float


def measure(command: Sequence[str], cores: int, log: Path) -> Cost:
    """Runs a command on so many cores (where the system can bind it) and waits. Raises JobFailedError.

    This process must stay small: a child's peak memory begins with that of its parent.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with log.open("wb") as said:
        began = time.perf_counter()
        job = subprocess.Popen(command, stdout=said, stderr=said, env=environment, preexec_fn=lambda: bind(cores))
        _, status, usage = os.wait4(job.pid, 0)
        wall = time.perf_counter() - began
    job.returncode = os.waitstatus_to_exitcode(status)
    if job.returncode:
        words = log.read_text(encoding="utf-8", errors="replace").strip()[-600:]
        raise JobFailedError(f"{' '.join(command)} ended with {job.returncode}:\n{words}")
    kilo = 1 if sys.platform != "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / kilo * 1024 / 1e6)


def bind(cores: int) -> None:
    """Binds this process to its first `cores` cores; does nothing where the system has no such call."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def take_median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(median(figures) for figures in zip(*((c.cpu, c.wall, c.memory) for c in costs), strict=True)))
