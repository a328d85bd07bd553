"""Processes that `make ui` keeps running, and that end with it however it ends.

Each holds a lock on a file that contains its process id. The id is valid only while the lock is held: a stale file, left by a
machine that lost power, is never trusted, and two projects do not affect each other. A guard process ends them when `make ui`
is killed; if the guard is killed too, the next start ends them. A run ends with its worker, since a run without a worker cannot
be cancelled: `make ui` schedules it again, and the lake's receipts say what is left to do. Elsewhere a run continues.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

STOP_SECONDS = 30
# The order of ending: a worker ends the runs it has started, and a server its connections.
ORDER = ("worker", "server", "database")
# The lock of `make ui` itself: its holder may start and end the others.
OWNER = "ui"
DONE = b"done"
# Set for runs that end with their worker.
ASKED = "COPYDESK_FOLLOW_WORKER"
INIT = 1


def start_process(
    command: list[str], log: Path, environment: dict[str, str], project: Path, lock: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts a process that holds `lock` as long as it lives."""
    with log.open("ab") as opened:
        held = acquire(lock) if lock else None
        # A session of its own: ctrl-C reaches only this process, and the whole group can be ended.
        process = subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=opened,
            start_new_session=True,
            pass_fds=(held.fileno(),) if held else (),
        )
        if held:
            # The process has the open file as well, and so keeps the lock.
            held.write(str(process.pid))
            held.close()
    return process


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all of its group: with SIGTERM, then with SIGKILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    process.wait()


def acquire(lock: Path, *, wait: bool = False) -> IO[str]:
    """The file of a lock, empty and locked. Raises BlockingIOError where a living process has it, unless `wait`."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    opened = lock.open("a+", encoding="utf-8")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        opened.close()
        raise
    opened.truncate(0)
    return opened


def is_locked(lock: Path) -> bool:
    """Whether the process of a lock lives."""
    try:
        acquire(lock).close()
    except BlockingIOError:
        return True
    return False


def end_left_over(locks: Path) -> list[str]:
    """Ends what an earlier `make ui` left running; returns the names. Only for the holder of OWNER."""
    return [name for name in ORDER if (locks / name).exists() and end_holder(locks / name)]


def end_holder(lock: Path) -> bool:
    """Ends the group of the process that holds a lock; whether there was one."""
    if not is_locked(lock):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, ValueError):
            os.killpg(int(lock.read_text(encoding="utf-8")), number)
        deadline = time.monotonic() + STOP_SECONDS
        while is_locked(lock) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not is_locked(lock):
            break
    return True


@contextmanager
def guard_processes(locks: Path) -> Iterator[None]:
    """Has the processes of the locks ended if this process, the holder of OWNER, ends before the block does."""
    command = [sys.executable, "-m", "flows.orchestration.supervised_process", str(locks)]
    # The pipe closes with this process, however it ends.
    guard = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        guard.communicate(DONE)


if __name__ == "__main__":
    if sys.stdin.buffer.read() != DONE:
        given = Path(sys.argv[1])
        with acquire(given / OWNER, wait=True):
            end_left_over(given)


def follow_worker() -> None:
    """Ends this process and its group as soon as the worker that started it has ended."""
    worker = os.getppid()

    def follow() -> None:
        while os.getppid() == worker != INIT:
            time.sleep(1)
        os.killpg(0, signal.SIGKILL)  # which never harms the lake

    if os.environ.get(ASKED) and os.getpgrp() == os.getpid():
        Thread(target=follow, daemon=True).start()
