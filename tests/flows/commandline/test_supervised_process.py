"""Processes that end with whoever keeps them running, however that one ends; and nobody else's process is touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.desks import is_group_alive

from flows.commands.supervised_process import end_left_over, hold, is_held, start

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
# Keeps a worker that itself has a child, as `make ui` does, and says when it is ready.
KEEPER = """
import os, sys, time
from pathlib import Path
from flows.commands.supervised_process import DESK, hold, start, watched
marks = Path(sys.argv[1])
with hold(marks / DESK), watched(marks):
    child = "import time; time.sleep(600)"
    nested = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); print('up', flush=True); time.sleep(600)"
    start([sys.executable, "-c", nested], marks / "log", dict(os.environ), marks, marks / "worker")
    print("ready", flush=True)
    if sys.argv[2] == "stay":
        time.sleep(600)
"""


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[Path]:
    """A folder for marks; what still runs at the end is killed."""
    folder = tmp_path / "running"
    folder.mkdir()
    yield folder
    for mark in folder.iterdir():
        if mark.name != "log" and is_held(mark) and mark.read_text():
            os.killpg(int(mark.read_text()), signal.SIGKILL)


def await_true(found: object) -> None:
    for _ in range(600):
        if found():  # type: ignore[operator]
            return
        threading.Event().wait(0.1)
    raise AssertionError("it never came true")


def keep(marks: Path, how: str) -> subprocess.Popen[str]:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, str(marks), how], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "ready\n"
    await_true(lambda: "up" in (marks / "log").read_text())
    return keeper


def test_a_killed_keeper_leaves_nothing(marks: Path) -> None:
    keeper = keep(marks, "stay")
    group = int((marks / "worker").read_text())
    assert is_held(marks / "worker")
    keeper.kill()
    keeper.communicate()
    await_true(lambda: not is_group_alive(group))
    assert not is_held(marks / "worker")


def test_a_keeper_that_ends_its_block_has_nothing_ended_behind_its_back(marks: Path) -> None:
    keeper = keep(marks, "leave")
    keeper.communicate()
    assert keeper.returncode == 0
    assert is_held(marks / "worker")


@pytest.mark.parametrize("command", [SLEEP, STUBBORN], ids=["listens", "does not listen"])
def test_what_was_left_over_is_ended_by_the_next(
    marks: Path, tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.commands.supervised_process.STOP_SECONDS", 2)
    left = start(command, tmp_path / "log", dict(os.environ), tmp_path, marks / "server")
    # Whoever started it has not waited for it; somebody has to, or its number stays.
    threading.Thread(target=left.wait, daemon=True).start()
    assert end_left_over(marks) == ["server"]
    assert not is_group_alive(left.pid)
    assert end_left_over(marks) == []


def test_a_number_that_now_belongs_to_another_process_is_left_alone(marks: Path) -> None:
    with subprocess.Popen(SLEEP, stdout=subprocess.PIPE, start_new_session=True) as other:
        # As a machine that lost power leaves it.
        (marks / "server").write_text(str(other.pid))
        (marks / "worker").write_text("")
        assert end_left_over(marks) == []
        assert other.poll() is None
        other.kill()


def test_two_folders_know_nothing_of_each_other(marks: Path, tmp_path: Path) -> None:
    mine = start(SLEEP, tmp_path / "log", dict(os.environ), tmp_path, marks / "server")
    assert end_left_over(tmp_path / "elsewhere") == []
    assert mine.poll() is None
    mine.kill()
    mine.wait()


def test_a_mark_has_one_holder(marks: Path) -> None:
    with hold(marks / "ui"), pytest.raises(BlockingIOError):
        hold(marks / "ui")
    assert not is_held(marks / "ui")
