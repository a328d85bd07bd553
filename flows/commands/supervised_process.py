"""Processes that `make ui` keeps running, and that end with it however it ends.

Each holds a lock on a file that says its number. Only while the lock is held is the number its own: nothing has to be believed
of a file that a machine left behind when it lost power, and two projects know nothing of each other. A watcher of their own
ends them when `make ui` was killed; should that be killed too, the next start does.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

STOP_SECONDS = 30
# Who goes first: a worker ends the runs it has started.
ORDER = ("worker", "server")
# The mark of `make ui` itself: who holds it may start and end the others.
DESK = "ui"
DONE = b"done"


def start(
    command: list[str], log: Path, environment: dict[str, str], project: Path, mark: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts a process that holds the lock of `mark` as long as it lives."""
    with log.open("ab") as opened:
        held = hold(mark) if mark else None
        # A session of its own: ctrl-C reaches us alone, and the whole group can be ended.
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
            # The lock goes on with the process, which has the open file as well.
            held.write(str(process.pid))
            held.close()
    return process


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all of its group: told first, killed if it does not listen."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def hold(mark: Path, *, wait: bool = False) -> IO[str]:
    """The file of a mark, empty and locked. Raises BlockingIOError where a living process has it and we do not `wait`."""
    mark.parent.mkdir(parents=True, exist_ok=True)
    opened = mark.open("a+", encoding="utf-8")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        opened.close()
        raise
    opened.truncate(0)
    return opened


def is_held(mark: Path) -> bool:
    """Whether the process of a mark lives."""
    try:
        hold(mark).close()
    except BlockingIOError:
        return True
    return False


def end_left_over(marks: Path) -> list[str]:
    """Ends what an earlier `make ui` left running; the names of what there was. Only for who holds the mark of DESK."""
    return [name for name in ORDER if (marks / name).exists() and end_marked(marks / name)]


def end_marked(mark: Path) -> bool:
    """Ends the group of a mark's process, if it lives; whether it did."""
    if not is_held(mark):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, ValueError):
            os.killpg(int(mark.read_text(encoding="utf-8")), number)
        deadline = time.monotonic() + STOP_SECONDS
        while is_held(mark) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not is_held(mark):
            break
    return True


@contextmanager
def watched(marks: Path) -> Iterator[None]:
    """Has the processes of the marks ended when this process is gone before the block's end. We hold the mark of DESK."""
    command = [sys.executable, "-m", "flows.commands.supervised_process", str(marks)]
    # The pipe closes with whoever holds its other end, however that one ends.
    watcher = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        watcher.communicate(DONE)


if __name__ == "__main__":
    if sys.stdin.buffer.read() != DONE:
        given = Path(sys.argv[1])
        with hold(given / DESK, wait=True):
            end_left_over(given)
