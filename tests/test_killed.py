"""Whatever is killed, and whenever, the lake comes out the same and the run ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.lakes import ask, hash_lake
from builders.local_prefect import LocalPrefect, find_numbers, find_port, find_processes, run_process, start_ui

from flows.orchestration.services import await_server, make_environment
from flows.orchestration.supervised_process import ASKED
from tasks.lakes.lake import open_lake

pytestmark = [pytest.mark.slow, pytest.mark.prefect]

FIRST = date(2026, 10, 1)
DAYS = int(os.environ.get("BACKFILL_DAYS", "24"))
DOCUMENTS = int(os.environ.get("BACKFILL_DOCUMENTS", "600"))
BAD = FIRST + timedelta(DAYS // 2)
LAST = FIRST + timedelta(DAYS - 1)
RANGE = {"start_date": str(FIRST), "end_date": str(LAST)}
NIGHTLY = "2026-11-20"
DEPLOYMENTS = """
deployments:
  - {name: nightly-herald, entrypoint: "flows.ingest:ingest", work_pool: {name: copydesk, work_queue_name: nightly}}
  - name: backfill
    entrypoint: flows.backfill:backfill
    work_pool: {name: copydesk, work_queue_name: backfill}
    concurrency_limit: {limit: 1, collision_strategy: ENQUEUE}
"""


def make_project(folder: Path, count: int = DOCUMENTS) -> Path:
    """A source with a delivery a day, one of which the audit blocks, and another source for the night."""
    folder.mkdir()
    (folder / "sources.toml").write_text(
        '[[source]]\nname = "gazette"\npath = "in/{date}/*.jsonl"\n\n[[source]]\nname = "herald"\npath = "herald/{date}/*.jsonl"\n'
    )
    (folder / "prefect.yaml").write_text(DEPLOYMENTS)
    for day in (FIRST + timedelta(number) for number in range(DAYS)):
        write_day(folder / "in" / str(day), str(day), "2031-01-01" if day == BAD else str(day), count)
    write_day(folder / "herald" / NIGHTLY, "the herald", NIGHTLY, count)
    return folder


def write_day(folder: Path, name: str, published: str, count: int) -> None:
    """A delivery of stories that no other has."""
    folder.mkdir(parents=True)
    rows = []
    for number in range(count):
        text = "\n\n".join(
            f"Sentence {n} of story {number} in {name} tells how the last ferry left Larkhaven." for n in range(12)
        )
        rows.append(
            json.dumps(
                {
                    "id": f"{name}-{number}",
                    "title": f"Story {number} of {name}",
                    "text": text,
                    "published_at": published,
                }
            )
        )
    (folder / "a.jsonl").write_text("\n".join(rows))


def await_true(found: Callable[[], Any], seconds: float = 300) -> Any:
    """What `found` gives, once it gives something."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)
    return value


def find_flow(run: str) -> list[int]:
    """The processes that execute a flow run, children of it left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, environ = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if run.encode() in environ and b"prefect" in command and b"multiprocessing" not in command:
                found.append(int(entry.name))
    return found


def count_receipts(folder: Path) -> int:
    """Days that a lake has."""
    return len(open_lake(folder / "lake").receipts("gazette", columns=("logical_date",)))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of an undisturbed backfill."""
    folder = make_project(tmp_path_factory.mktemp("undisturbed") / "calm")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "flows.cli",
            "backfill",
            "gazette",
            "--from",
            str(FIRST),
            "--to",
            str(LAST),
            "--parallel",
            "2",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"1 of {DAYS} days failed: gazette {BAD}" in done.stderr
    return folder / "lake"


def hash_month(lake: Path) -> dict[str, str]:
    """The published files of the backfill's month by their sums."""
    return {name: digest for name, digest in hash_lake(lake).items() if "/month=2026-10/" in name}


def test_a_backfill_killed_twice_gives_the_same_lake_and_a_nightly_run_does_not_wait(
    tmp_path: Path, calm: Path
) -> None:
    folder = make_project(tmp_path / "killed")
    port, python = find_port(), [sys.executable, "-m"]
    (folder / ".prefect").mkdir()
    environment = make_environment(folder / ".prefect", port)
    # Like a worker of a team: only under `make ui` runs end with their worker.
    del environment[ASKED]
    work = [*python, "prefect", "worker", "start", "--pool", "copydesk", "--limit", "4"]
    with ExitStack() as stack:
        serve = [*python, "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        server = stack.enter_context(run_process(serve, folder / "server.log", environment, folder))
        await_server(server, port)
        subprocess.run([*python, "flows.deploy"], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        worker = stack.enter_context(run_process(work, folder / "first.log", environment, folder))
        prefect = LocalPrefect(folder, port, server, ())  # type: ignore[arg-type]
        run = prefect.submit("backfill/backfill", sources=["gazette"], order="oldest first", **RANGE)

        # The worker is killed: the run continues unwatched.
        await_true(lambda: count_receipts(folder) >= 2)
        os.kill(worker.pid, signal.SIGKILL)
        stack.enter_context(run_process(work, folder / "second.log", environment, folder))
        # The nightly run comes while the backfill works.
        nightly = prefect.submit("ingest/nightly-herald", what=["herald"], logical_date=NIGHTLY)
        await_true(lambda: prefect.run(nightly)["start_time"] or count_receipts(folder) >= DAYS // 2)

        # The flow's own process is killed: the server notices after some missing heartbeats.
        os.kill(find_flow(run)[0], signal.SIGKILL)
        killed_at = count_receipts(folder)
        night = prefect.await_state(nightly, "COMPLETED")
        crashed = prefect.await_state(run, "CRASHED")
        # Retry, as in the UI.
        retry = {
            "type": "SCHEDULED",
            "name": "AwaitingRetry",
            "state_details": {"scheduled_time": datetime.now(UTC).isoformat()},
        }
        prefect.ask(f"/flow_runs/{run}/set_state", {"state": retry, "force": True})
        ended = prefect.await_state(run, "FAILED", "COMPLETED")
        tasks = prefect.ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
        artifacts = prefect.ask("/artifacts/filter", {"artifacts": {"key": {"any_": ["backfill-days"]}}})
        alone = prefect.await_state(
            prefect.submit("ingest/nightly-herald", what=["herald"], logical_date=NIGHTLY), "COMPLETED"
        )
        again = prefect.await_state(
            prefect.submit("backfill/backfill", sources=["gazette"], **RANGE), "FAILED", "COMPLETED"
        )

    assert 2 <= killed_at < DAYS - 1
    assert "no heartbeat" in crashed["state"]["message"]
    assert ended["state"]["message"].startswith("1 of ")
    assert f"days failed: gazette {BAD}: the audit blocked it: published_in_future" in ended["state"]["message"]
    # The second try ran the days without receipts.
    (table,) = [json.loads(found["data"]) for found in artifacts if found["flow_run_id"] == run]
    assert [row["date"] for row in table if row["state"] == "blocked"] == [str(BAD)]
    # A day that was being published at that time may have been published.
    assert DAYS - killed_at - 2 <= len(table) <= DAYS - killed_at
    assert again["state"]["message"].startswith("1 of 1 day failed")

    lake = hash_lake(folder / "lake")
    herald = {name for (name,) in ask(folder / "lake", "SELECT DISTINCT source FROM 'LAKE/receipts/**/*.parquet'")}
    assert herald == {"gazette", "herald"}
    assert hash_month(folder / "lake") == hash_month(calm)
    report(killed_at, (night, alone), ended, tasks, lake)


def read_process_id(folder: Path, name: str) -> int:
    """The id of a process that `copydesk ui` keeps running."""
    return int((folder / ".prefect" / "running" / name).read_text())


def kill_all(folder: Path) -> None:
    """Kills every process of a folder's `copydesk ui`, as a power cut does."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if (
                    str(folder / ".prefect").encode()
                    in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                ):
                    os.kill(int(entry.name), signal.SIGKILL)


def test_under_make_ui_each_process_may_be_killed(tmp_path: Path, calm: Path) -> None:
    folder = make_project(tmp_path / "prefect")

    def await_more() -> None:
        known = count_receipts(folder)
        await_true(lambda: count_receipts(folder) > known)

    with start_ui(folder) as prefect:
        given = {"sources": ["gazette"], "order": "oldest first", "max_parallel_days": 1}
        run = prefect.submit("backfill/backfill", **given, **RANGE)
        await_more()
        # The server is killed and restarts; the run continues meanwhile and is not retried.
        server = read_process_id(folder, "server")
        os.kill(server, signal.SIGKILL)
        await_more()
        await_true(lambda: read_process_id(folder, "server") != server)
        # The worker is killed and restarts; its run ends with it and is scheduled again.
        worker = read_process_id(folder, "worker")
        os.kill(worker, signal.SIGKILL)
        await_true(lambda: not find_flow(run))
        await_true(lambda: read_process_id(folder, "worker") != worker)
        await_more()
        # `copydesk ui` itself is killed: all its processes end.
        prefect.process.kill()
        prefect.process.wait()
        await_true(lambda: not find_processes(str(folder / ".prefect")))
    with start_ui(folder) as prefect:
        await_true(lambda: find_flow(run))
        # All processes at once; then, after the next start, only the guard and `copydesk ui`: server and worker stay.
        prefect.process.kill()
        kill_all(folder)
        prefect.process.wait()
    with start_ui(folder) as prefect:
        assert any("was interrupted, and is tried again" in line for line in prefect.output)
        for entry in find_numbers("flows.orchestration.supervised_process", str(folder)):
            os.kill(entry, signal.SIGKILL)
        prefect.process.kill()
        prefect.process.wait()
        assert find_processes(str(folder / ".prefect"))
    with start_ui(folder) as prefect:
        assert any("left over" in line for line in prefect.output)
        ended = prefect.await_state(run, "FAILED", "COMPLETED")
    assert (
        f"days failed: gazette {BAD}: the audit blocked it" in ended["state"]["message"]
        or ended["state_type"] == "COMPLETED"
    )
    assert hash_month(folder / "lake") == hash_month(calm)
    assert find_processes(str(folder / ".prefect")) == []


def report(
    killed_at: int, nights: tuple[Any, ...], ended: dict[str, Any], tasks: list[Any], lake: dict[str, str]
) -> None:
    """Prints figures, shown with -s."""
    next_to_backfill, alone = (
        (datetime.fromisoformat(run["start_time"]) - datetime.fromisoformat(run["expected_start_time"])).total_seconds()
        for run in nights
    )
    print(f"receipts when the flow was killed: {killed_at}")
    print(f"the nightly run started {next_to_backfill:.1f} s after it was due next to a backfill, {alone:.1f} s alone")
    print(f"{ended['run_count']} tries, {len(tasks)} task runs: {ended['state']['message']}")
    for name, digest in sorted(lake.items()):
        print(digest, name)
