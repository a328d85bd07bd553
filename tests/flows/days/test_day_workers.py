"""Days side by side in processes: one that dies takes nothing with it, and nothing outlives the backfill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest
from builders.lakes import Quiet

from flows.batches.recipe import Batch
from flows.days.day_workers import BackfillStopped, DayStopped, Lane, RunDay, await_day, open_lanes
from flows.errors import ClusterLost
from flows.settings import Settings
from tasks.batch import Source
from tasks.lakes.lake import LakeError

DAY = date(2026, 10, 1)


def write_records(path: Path, count: int) -> None:
    text = "\n\n".join(
        f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(20)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps({"title": f"Story {n}", "text": f"{text} {n}"}) for n in range(count)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lanes")
    write_records(folder / "in" / str(DAY) / "a.jsonl", 5)
    write_records(folder / "big" / str(DAY) / "a.jsonl", 20_000)
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Iterator[RunDay]:
    """One lane for all tests of the module, as a backfill has it for all its days."""
    with open_lanes(1, 600) as run:
        yield run


def make_batch(place: Path, name: str) -> Batch:
    return Batch(Source(name, name + "/{date}/*.jsonl"), DAY, place)


class Killer(Quiet):
    """Kills the process that works on the day, as soon as it does."""

    def step(self, name: str) -> None:
        super().step(name)
        if name == "build":
            (child,) = (pid for pid in find_children() if pid)
            os.kill(child, signal.SIGKILL)


def find_children() -> list[int]:
    """Processes that this one has started to work on days."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == os.getpid() and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


def test_a_day_runs_and_reports_its_steps(place: Path, run: RunDay) -> None:
    watcher = Quiet()
    done = run(make_batch(place, "in"), Settings(lake=place / "lake"), watcher)
    assert (done.state, done.published) == ("published", 5)
    assert watcher.steps == ["plan", "build", "audit", "publish"]


def test_what_a_day_raises_is_raised_here(place: Path, run: RunDay) -> None:
    with pytest.raises(LakeError, match="is a file"):
        run(make_batch(place, "in"), Settings(lake=place / "in" / str(DAY) / "a.jsonl"), Quiet())


def test_a_process_that_dies_is_one_day_that_failed(place: Path, run: RunDay) -> None:
    with pytest.raises(DayStopped, match="exit code -9"):
        run(make_batch(place, "big"), Settings(lake=place / "lake"), Killer())
    # The next day gets a new process.
    assert run(make_batch(place, "in"), Settings(lake=place / "lake"), Quiet()).state == "unchanged"


def test_a_day_that_does_no_step_is_stopped(place: Path) -> None:
    with open_lanes(1, 0.01) as hurried, pytest.raises(DayStopped, match="no step was done"):
        hurried(make_batch(place, "big"), Settings(lake=place / "lake"), Quiet())


def test_an_error_of_a_disk_or_a_network_is_not_taken_for_a_process_that_died(place: Path) -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    theirs.send(("error", ClusterLost("the cluster is gone")))
    with pytest.raises(ClusterLost, match="the cluster is gone"):
        await_day(Lane(context.Process(), ours), make_batch(place, "in"), Settings(), Quiet(), 600)


def test_nothing_is_started_once_it_is_over_and_nothing_is_left(place: Path) -> None:
    before = set(find_children())
    with open_lanes(1, 600) as run:
        assert run(make_batch(place, "in"), Settings(lake=place / "lake"), Quiet()).state == "unchanged"
        assert set(find_children()) - before
    assert set(find_children()) - before == set()
    with pytest.raises(BackfillStopped):
        run(make_batch(place, "in"), Settings(lake=place / "lake"), Quiet())


def test_a_lane_does_not_outlive_a_backfill_that_is_killed(place: Path, project: Path) -> None:
    code = (
        "import os, sys, signal; sys.path[:0] = ['tests', 'tests/flows/days']\n"
        "if __name__ == '__main__':\n"
        "    from pathlib import Path; from test_day_workers import *\n"
        "    class Dies(Quiet):\n"
        "        def step(self, name):\n"
        "            print(*find_children(), flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
        "    with open_lanes(1, 600) as run:\n"
        "        run(make_batch(Path(sys.argv[1]), 'big'), Settings(lake=Path(sys.argv[1]) / 'other'), Dies())\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(place)], cwd=project, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    (lane,) = map(int, killed.stdout.split())
    gone = threading.Event()
    for _ in range(300):
        if not Path(f"/proc/{lane}").exists() or "Z" in Path(f"/proc/{lane}/stat").read_text().rsplit(")", 1)[1][:3]:
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()
