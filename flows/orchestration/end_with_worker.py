"""A run that ends with its worker, where `make ui` asks for it: a run whose worker is gone cannot be cancelled any more.

`make ui` schedules such a run again, and the lake's receipts say what is left of it. Elsewhere a run goes on without its worker.
"""

from __future__ import annotations

import os
import signal
import time
from threading import Thread

ASKED = "COPYDESK_FOLLOW_WORKER"
INIT = 1


def follow_worker() -> None:
    """Ends this process and its group as soon as the worker that started it is gone."""
    if os.environ.get(ASKED) and os.getpgrp() == os.getpid():
        Thread(target=await_orphaned, args=(os.getppid(),), daemon=True).start()


def await_orphaned(worker: int) -> None:
    """Waits until the worker is gone, and kills the group: the lake is made for that, and there is nobody to tell."""
    while os.getppid() == worker != INIT:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)
