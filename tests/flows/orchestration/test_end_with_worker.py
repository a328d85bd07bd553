"""A run ends with its worker where that is asked for, and continues without it elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from flows.orchestration.end_with_worker import ASKED, follow_worker

RUN = "from flows.orchestration.end_with_worker import follow_worker; import time; follow_worker(); print('up', flush=True); time.sleep(600)"
# Starts a run as Prefect's worker does, in a session of its own, and says its number.
WORKER = f"""
import subprocess, sys, time
run = subprocess.Popen([sys.executable, "-c", {RUN!r}], stdout=subprocess.PIPE, start_new_session=True)
run.stdout.readline()
print(run.pid, flush=True)
time.sleep(600)
"""


def is_alive(number: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_run_ends_with_its_worker_where_that_is_asked_for() -> None:
    environment = {**os.environ, ASKED: "1"}
    with subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        run = int(worker.stdout.readline())
        assert is_alive(run)
        worker.kill()
    for _ in range(600):
        if not is_alive(run):
            return
        threading.Event().wait(0.1)
    os.kill(run, signal.SIGKILL)
    raise AssertionError("it goes on")


def test_elsewhere_no_thread_is_started() -> None:
    before = threading.enumerate()
    follow_worker()
    assert threading.enumerate() == before
