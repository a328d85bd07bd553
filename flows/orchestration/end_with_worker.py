"""Ends a run when its worker ends, under `make ui`: a run without a worker cannot be cancelled.

`make ui` schedules such a run again, and the lake's receipts say what is left to do. Elsewhere a run continues.
"""

from __future__ import annotations

import os
import signal
import time
from threading import Thread

ASKED = "COPYDESK_FOLLOW_WORKER"
INIT = 1


def follow_worker() -> None:
    """Ends this process and its group as soon as the worker that started it has ended."""
    if os.environ.get(ASKED) and os.getpgrp() == os.getpid():
        Thread(target=await_orphaned, args=(os.getppid(),), daemon=True).start()


def await_orphaned(worker: int) -> None:
    """Waits until the worker has ended, and kills the group, which never harms the lake."""
    while os.getppid() == worker != INIT:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)
