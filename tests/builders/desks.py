"""Helpers of the tests: `copydesk ui` in a folder of its own, as a person starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.orchestration.supervised_process import end_group, start_process

READY = "ctrl-C stops it all"


@dataclass(frozen=True)
class Desk:
    """A running `copydesk ui`: its folder, its port, its process and what it has printed."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    said: tuple[str, ...]

    def ask(self, path: str, content: dict[str, Any] | None = None) -> Any:
        """What Prefect's API answers: GET, or POST where there is content."""
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api{path}", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def submit(self, deployment: str, **parameters: Any) -> str:
        """Starts a run of a deployment; its id."""
        found = self.ask(f"/deployments/name/{deployment}")
        return str(self.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})["id"])

    def run(self, flow_run: str) -> dict[str, Any]:
        """A flow run as the server has it."""
        return dict(self.ask(f"/flow_runs/{flow_run}"))

    def await_state(self, flow_run: str, *states: str, seconds: float = 300) -> dict[str, Any]:
        """The flow run, once it is in one of the states (types: COMPLETED, FAILED, ...)."""
        deadline = time.monotonic() + seconds
        while (run := self.run(flow_run))["state_type"] not in states:
            assert time.monotonic() < deadline, f"{run['name']} is {run['state']['name']}: {run['state']['message']}"
            threading.Event().wait(0.3)
        return run

    def await_log(self, run_id: str, words: str, seconds: float = 60) -> None:
        """Waits until a run's log is told `words`: lines reach the server a moment after the state, and a page is not told."""
        deadline = time.monotonic() + seconds
        asked = {"logs": {"flow_run_id": {"any_": [run_id]}}}
        while not any(words in line["message"] for line in self.ask("/logs/filter", asked)):
            assert time.monotonic() < deadline, f"the log never says {words!r}"
            threading.Event().wait(0.3)


def find_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_project(project: Path, folder: Path) -> None:
    """What a team has in its folder: sources, deployments and samples."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("sources.toml", "prefect.yaml"):
        shutil.copy(project / name, folder / name)
    shutil.copytree(project / "seeds", folder / "seeds")


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """`copydesk ui` in a folder, ready; ended by ctrl-C with everything it started."""
    port = find_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "ui", "--port", str(port)],
        cwd=folder,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that starts something in the background may have ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    said = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith(READY):
                break
        assert said, "it said nothing"
        assert said[-1] == READY, "\n".join(said)
        yield Desk(folder, port, process, tuple(said))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)


def find_processes(words: str) -> list[str]:
    """Command lines of processes that have `words` in their environment or command, this one left out."""
    return [read_command(number) for number in find_numbers(words)]


def find_numbers(*words: str) -> list[int]:
    """Numbers of processes that have all the words in their environment or command, this one left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            content = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if read_command(int(entry.name)) and all(word.encode() in content for word in words):
            found.append(int(entry.name))
    return found


def read_command(number: int) -> str:
    """The command line of a process; empty when it is gone."""
    try:
        return (Path("/proc") / str(number) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@contextmanager
def keep(
    command: list[str], log: Path, environment: dict[str, str], project: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process, and all of its group, for as long as the block runs."""
    process = start_process(command, log, environment, project)
    try:
        yield process
    finally:
        end_group(process)


def is_group_alive(number: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    return True
