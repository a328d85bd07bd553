"""The processes of a backfill: one that dies stops no other day, and none outlives the backfill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import pytest
from builders.lakes import Recorder

from flows.batches.run import Batch, Watcher
from flows.days.day_workers import DayWorker, RunBatch, await_day, open_day_workers
from flows.errors import BackfillStopped, ClusterLost, DayStopped
from flows.settings import Settings
from tasks.batch import Source
from tasks.stores.errors import LakeError

pytestmark = pytest.mark.slow

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
def run(place: Path) -> Iterator[RunBatch]:
    """One process for all tests of the module, as a backfill has it for all its days."""
    with open_day_workers(Settings(lake=place / "lake"), 1) as run:
        yield run


def make_batch(place: Path, name: str) -> Batch:
    return Batch(Source(name, name + "/{date}/*.jsonl"), DAY, place)


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


def test_a_day_is_run_and_reports_its_steps(place: Path, run: RunBatch) -> None:
    seen = Recorder()
    done = run(make_batch(place, "in"), seen.watcher)
    assert (done.state, done.counts["published"]) == ("published", 5)
    assert seen.steps == ["plan", "build", "audit", "publish"]


@pytest.mark.slow
def test_an_error_of_a_day_is_raised_here(place: Path) -> None:
    with (
        open_day_workers(Settings(lake=place / "in" / str(DAY) / "a.jsonl"), 1) as run,
        pytest.raises(LakeError, match="is a file"),
    ):
        run(make_batch(place, "in"), Watcher())


@pytest.mark.slow
def test_a_process_that_dies_fails_one_day(place: Path, run: RunBatch) -> None:
    def kill_at_build(batch: str, name: str) -> None:
        if name == "build":
            (child,) = find_children()
            os.kill(child, signal.SIGKILL)

    with pytest.raises(DayStopped, match="exit code -9"):
        run(make_batch(place, "big"), Watcher(kill_at_build))
    # The next day gets a new process.
    assert run(make_batch(place, "in"), Watcher()).state in ("published", "unchanged")


def test_a_day_without_progress_is_stopped(place: Path) -> None:
    settings = Settings(lake=place / "lake", step_seconds=0.01)
    with open_day_workers(settings, 1) as hurried, pytest.raises(DayStopped, match="without progress"):
        hurried(make_batch(place, "big"), Watcher())


def test_an_error_of_a_disk_or_a_network_is_not_a_dead_process(place: Path) -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    theirs.send(("error", ClusterLost("the cluster is gone")))
    end, error = await_day(DayWorker(context.Process(), ours), make_batch(place, "in"), Watcher(), 600)
    assert (end, str(error)) == ("error", "the cluster is gone")


def test_a_watcher_that_fails_does_not_spoil_the_next_day(place: Path, run: RunBatch) -> None:
    def fail(batch: str, name: str) -> None:
        raise ValueError("no such log")

    with pytest.raises(ValueError, match="no such log"):
        run(make_batch(place, "in"), Watcher(fail))
    seen = Recorder()
    assert run(make_batch(place, "in"), seen.watcher).state == "unchanged"
    assert seen.steps == ["plan"]


@pytest.mark.slow
def test_days_at_work_when_the_backfill_stops_are_reported_as_stopped(place: Path) -> None:
    """Not as processes that died, and without an error of the block itself."""
    before = set(find_children())
    building = [Event(), Event()]
    with ThreadPoolExecutor(2) as pool:
        with open_day_workers(Settings(lake=place / "stopped"), 2) as run:
            days = [
                pool.submit(
                    run,
                    Batch(Source(f"big-{number}", "big/{date}/*.jsonl"), DAY, place),
                    Watcher(lambda batch, name, at=at: at.set() if name == "build" else None),
                )
                for number, at in enumerate(building)
            ]
            assert all(at.wait(120) for at in building)
        for day in days:
            with pytest.raises(BackfillStopped, match="the backfill was stopped"):
                day.result()
    assert set(find_children()) - before == set()
    assert [path for path in (place / ".stopped-store" / "staging").iterdir() if path.is_dir()] == []


def test_a_process_that_is_asked_to_end_was_stopped_and_did_not_run_out_of_memory(place: Path) -> None:
    """A cancelled run of Prefect may end the processes of the days before its own."""
    before = set(find_children())

    def stop(batch: str, name: str) -> None:
        if name == "build":
            for child in set(find_children()) - before:
                os.kill(child, signal.SIGTERM)

    with open_day_workers(Settings(lake=place / "ended"), 1) as run:
        with pytest.raises(BackfillStopped, match="it was stopped"):
            run(make_batch(place, "big"), Watcher(stop))
        assert run(make_batch(place, "in"), Watcher()).state == "published"


def test_no_day_starts_and_no_process_is_left_after_the_block(place: Path) -> None:
    before = set(find_children())
    with open_day_workers(Settings(lake=place / "lake"), 1) as run:
        assert run(make_batch(place, "in"), Watcher()).state == "unchanged"
        assert set(find_children()) - before
    assert set(find_children()) - before == set()
    with pytest.raises(BackfillStopped):
        run(make_batch(place, "in"), Watcher())


def test_a_process_ends_when_its_backfill_is_killed(place: Path, project: Path) -> None:
    code = (
        "import os, sys, signal; sys.path[:0] = ['tests', 'tests/flows/days']\n"
        "if __name__ == '__main__':\n"
        "    from pathlib import Path; from test_day_workers import *\n"
        "    def die(batch, name):\n"
        "        print(*find_children(), flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
        "    with open_day_workers(Settings(lake=Path(sys.argv[1]) / 'other'), 1) as run:\n"
        "        run(make_batch(Path(sys.argv[1]), 'big'), Watcher(die))\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(place)], cwd=project, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    (child,) = map(int, killed.stdout.split())
    gone = threading.Event()
    for _ in range(300):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1][:3]:
            gone.set()
            break
        gone.wait(0.1)
    assert gone.is_set()


STOPPED_AMONG_GARBAGE = """
import os, signal, sys
from datetime import date
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from flows.batches.run import Batch
from flows.days import day_workers
from flows.settings import Settings
from tasks.batch import Source

class Garbage:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        self.is_gone = True

def fail(*_):
    garbage = Garbage()
    raise ValueError("the batch fails")

day_workers.ingest_batch, day_workers.make_run = fail, lambda *_: None
ours, theirs = Pipe()
ours.send(Batch(Source("news", ""), date(2026, 10, 1), Path()))
day_workers.serve_days(theirs, Settings())
"""


def test_a_process_that_is_asked_to_end_after_a_failed_day_prints_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", STOPPED_AMONG_GARBAGE], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")
