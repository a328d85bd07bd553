"""`copydesk ui` in a folder of its own, its API, and its processes."""

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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from flows.orchestration.supervised_process import end_group, start_process

READY = "ctrl-C stops it all"
# Long enough for a machine that is busy with other work.
ANSWER_SECONDS = 300


@dataclass(frozen=True)
class LocalPrefect:
    """A running `copydesk ui`: its folder, port, process and output."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    output: tuple[str, ...]

    def ask(self, path: str, content: dict[str, Any] | None = None) -> Any:
        """The answer of Prefect's API to GET, or to POST where there is content."""
        body, headers = None, {"content-type": "application/json"}
        if content is not None:
            body = json.dumps(content).encode()
            # A new token replaces the client's old one, and threads ask at the same time.
            client = uuid4().hex
            token = self.ask(f"/csrf-token?client={client}")["token"]
            headers |= {"prefect-csrf-client": client, "prefect-csrf-token": token}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api{path}", body, headers)
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)

    def submit(self, deployment: str, **parameters: Any) -> str:
        """Starts a run of a deployment; its id."""
        found = self.ask(f"/deployments/name/{deployment}")
        return str(self.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})["id"])

    def run(self, flow_run: str) -> dict[str, Any]:
        """A flow run as the server has it."""
        return dict(self.ask(f"/flow_runs/{flow_run}"))

    def await_state(self, flow_run: str, *states: str, seconds: float = 900) -> dict[str, Any]:
        """The flow run, once it is in one of the states (types: COMPLETED, FAILED, ...)."""
        deadline = time.monotonic() + seconds
        while (run := self.run(flow_run))["state_type"] not in states:
            assert time.monotonic() < deadline, f"{run['name']} is {run['state']['name']}: {run['state']['message']}"
            threading.Event().wait(0.3)
        return run

    def await_log(self, run_id: str, words: str, seconds: float = 300) -> None:
        """Waits until the log of a run has `words`: lines reach the server after the state, and an open page does not show them."""
        deadline = time.monotonic() + seconds
        asked = {"logs": {"flow_run_id": {"any_": [run_id]}}}
        while not any(words in line["message"] for line in self.ask("/logs/filter", asked)):
            assert time.monotonic() < deadline, f"the log has no {words!r}"
            threading.Event().wait(0.3)


def find_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_team_folder(project: Path, folder: Path) -> None:
    """A folder with sources, deployments and samples, as a team has it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("sources.toml", "prefect.yaml"):
        shutil.copy(project / name, folder / name)
    shutil.copytree(project / "seeds", folder / "seeds")


@contextmanager
def start_ui(
    folder: Path, python: str = sys.executable, environment: Mapping[str, str] = os.environ
) -> Iterator[LocalPrefect]:
    """`copydesk ui` in a folder, ready; ended with ctrl-C."""
    port = find_port()
    process = subprocess.Popen(
        [python, "-m", "flows.cli", "ui", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that starts something in the background may have ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    output = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            output.append(line.rstrip())
            if line.startswith(READY):
                break
        assert output, "it printed nothing"
        assert output[-1] == READY, "\n".join(output)
        yield LocalPrefect(folder, port, process, tuple(output))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=ANSWER_SECONDS)


def find_processes(words: str) -> list[str]:
    """Command lines of processes that have `words` in their environment or command, this one left out."""
    return [read_command(number) for number in find_numbers(words)]


def find_numbers(*words: str) -> list[int]:
    """Ids of processes that have all the words in their environment or command, this one left out."""
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
    """The command line of a process; empty when it has ended."""
    try:
        return (Path("/proc") / str(number) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@contextmanager
def run_process(
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
