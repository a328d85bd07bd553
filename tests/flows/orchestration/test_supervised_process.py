"""Supervised processes end with their supervisor, however it ends, and no other process is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.local_prefect import is_group_alive

from flows.orchestration.supervised_process import (
    ASKED,
    acquire,
    end_left_over,
    follow_worker,
    is_locked,
    start_process,
)

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
# Keeps a worker that itself has a child, as `make ui` does, and says when it is ready.
KEEPER = """
import os, sys, time
from pathlib import Path
from flows.orchestration.supervised_process import OWNER, acquire, guard_processes, start_process
locks = Path(sys.argv[1])
with acquire(locks / OWNER), guard_processes(locks):
    child = "import time; time.sleep(600)"
    nested = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); print('up', flush=True); time.sleep(600)"
    start_process([sys.executable, "-c", nested], locks / "log", dict(os.environ), locks, locks / "worker")
    print("ready", flush=True)
    if sys.argv[2] == "stay":
        time.sleep(600)
"""
RUN = "from flows.orchestration.supervised_process import follow_worker; import time; follow_worker(); print('up', flush=True); time.sleep(600)"
# Starts a run as Prefect's worker does, in a session of its own, and says its number.
WORKER = f"""
import subprocess, sys, time
run = subprocess.Popen([sys.executable, "-c", {RUN!r}], stdout=subprocess.PIPE, start_new_session=True)
run.stdout.readline()
print(run.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[Path]:
    """A folder for locks; processes that still run at the end are killed."""
    folder = tmp_path / "running"
    folder.mkdir()
    yield folder
    for lock in folder.iterdir():
        if lock.name != "log" and is_locked(lock) and lock.read_text():
            os.killpg(int(lock.read_text()), signal.SIGKILL)


def await_true(found: object) -> None:
    for _ in range(600):
        if found():  # type: ignore[operator]
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came true")


def keep(locks: Path, how: str) -> subprocess.Popen[str]:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, str(locks), how], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "ready\n"
    await_true(lambda: "up" in (locks / "log").read_text())
    return keeper


def test_a_killed_supervisor_leaves_no_process(locks: Path) -> None:
    keeper = keep(locks, "stay")
    group = int((locks / "worker").read_text())
    assert is_locked(locks / "worker")
    keeper.kill()
    keeper.communicate()
    await_true(lambda: not is_group_alive(group))
    assert not is_locked(locks / "worker")


def test_a_supervisor_that_ends_its_block_leaves_its_processes_running(locks: Path) -> None:
    keeper = keep(locks, "leave")
    keeper.communicate()
    assert keeper.returncode == 0
    assert is_locked(locks / "worker")


@pytest.mark.parametrize("command", [SLEEP, STUBBORN], ids=["obeys SIGTERM", "ignores SIGTERM"])
def test_left_over_processes_are_ended_by_the_next_supervisor(
    locks: Path, tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.orchestration.supervised_process.STOP_SECONDS", 2)
    left = start_process(command, tmp_path / "log", dict(os.environ), tmp_path, locks / "server")
    # A process that is not waited for keeps its id.
    threading.Thread(target=left.wait, daemon=True).start()
    assert end_left_over(locks) == ["server"]
    assert not is_group_alive(left.pid)
    assert end_left_over(locks) == []


def test_a_process_that_reuses_the_id_is_not_ended(locks: Path) -> None:
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE, start_new_session=True) as other:
        # As a machine that lost power leaves it.
        (locks / "server").write_text(str(other.pid))
        (locks / "worker").write_text("")
        assert end_left_over(locks) == []
        assert other.poll() is None
        other.kill()


def test_two_folders_do_not_affect_each_other(locks: Path, tmp_path: Path) -> None:
    mine = start_process(SLEEP, tmp_path / "log", dict(os.environ), tmp_path, locks / "server")
    assert end_left_over(tmp_path / "elsewhere") == []
    assert mine.poll() is None
    mine.kill()
    mine.wait()


def test_a_lock_has_one_holder(locks: Path) -> None:
    with acquire(locks / "ui"), pytest.raises(BlockingIOError):
        acquire(locks / "ui")
    assert not is_locked(locks / "ui")


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
