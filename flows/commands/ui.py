"""`make ui`: a Prefect server with its UI, a worker, and every deployment, for as long as the command runs.

Everything lies in the project: data and logs in `.prefect`, nothing in the home folder. What dies of it is started again,
and at the end nothing goes on running.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from flows.commands.supervised_process import DESK, ORDER, end_group, end_left_over, hold, start, watched
from flows.console import fail, out
from flows.orchestration.end_with_worker import ASKED
from flows.prefect_defaults import DEFAULTS

HOME = ".prefect"
MARKS = "running"
HOST = "127.0.0.1"
SERVER = "flows.orchestration.server:make_app"
START_SECONDS = 180
# A process that dies more often than this in as many seconds will not be better the next time.
MOST_DEATHS, DEATHS_SECONDS = 3, 600
WORKER_PLACES = 4


class Stopped(Exception):
    """Somebody asked for the end: ctrl-C, a signal, or a terminal that was closed."""


class Died(RuntimeError):
    """A process that should go on running is gone. One line."""


def run_ui(port: int, project: Path) -> int:
    """Starts everything, says where it is, and stops it when asked; returns the exit code."""
    if not (project / "prefect.yaml").is_file():
        return fail(f"there is no prefect.yaml in {project}. Run this in the project's folder.", 2)
    marks = project / HOME / MARKS
    try:
        mine = hold(marks / DESK)
    except BlockingIOError:
        where = (marks / DESK).read_text(encoding="utf-8")
        if where:
            return fail(f"it runs in this folder already: {where}. End that one first.", 2)
        # Its watcher is at it: it was killed a moment ago.
        mine = hold(marks / DESK, wait=True)
    with mine:
        for name in end_left_over(marks):
            out.print(f"ended a {name} that was left over from a `make ui` that was killed", markup=False)
        if is_taken(port):
            return fail(f"port {port} is taken. Choose another one: make ui PORT={port + 1}", 2)
        mine.write(f"http://{HOST}:{port}")
        mine.flush()
        try:
            with obey_signals(), watched(marks):
                run_desk(port, project)
        except Stopped:
            # The terminal may be gone, too.
            with suppress(OSError):
                out.print("stopped", markup=False)
        except Died as error:
            return fail(error, 1)
        return 0


def run_desk(port: int, project: Path) -> None:
    """Keeps server and worker running until somebody asks for the end. Raises Died when one of them ends again and again."""
    home, python = project / HOME, [sys.executable, "-m"]
    environment = make_environment(home, port)
    commands = {
        "server": [*python, "uvicorn", "--factory", SERVER, f"--host={HOST}", f"--port={port}", "--log-level=warning"],
        "worker": [*python, "prefect", "worker", "start", "--pool", "copydesk", "--limit", str(WORKER_PLACES)],
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    deaths: list[float] = []

    def launch(name: str, began: datetime) -> None:
        if name == "worker":
            # Whatever the server holds to be running has no worker, and has ended with it.
            prepare = [*python, "flows.deploy", f"--resume={began.isoformat()}"]
            if code := subprocess.run(prepare, cwd=project, env=environment, check=False).returncode:
                raise SystemExit(code)  # it has said why
        running[name] = start(commands[name], home / f"{name}.log", environment, project, home / MARKS / name)
        if name == "server":
            await_server(running[name], port)

    began = datetime.now(UTC)
    try:
        out.print(f"starting Prefect, half a minute the first time (log: {HOME}/server.log)", markup=False)
        for name in commands:
            launch(name, began)
        out.print(f"\nThe UI: http://{HOST}:{port}/v2/deployments\nctrl-C stops it all", markup=False)
        while True:
            name = await_end(running)
            deaths.append(time.monotonic())
            ended = f"ended by itself (exit code {running[name].returncode})"
            if len(deaths) > MOST_DEATHS and deaths[-1] - deaths[-1 - MOST_DEATHS] < DEATHS_SECONDS:
                raise Died(f"the {name} {ended}, the {MOST_DEATHS + 1}th end in a short time. See {HOME}/{name}.log")
            out.print(f"the {name} {ended}, and is started again", markup=False)
            end_group(running[name])
            launch(name, datetime.now(UTC))
    finally:
        for name in ORDER:
            if name in running:
                end_group(running[name])


def is_taken(port: int) -> bool:
    """Whether something listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def make_environment(home: Path, port: int) -> dict[str, str]:
    """The environment of server, worker and flows: what speaks of another Prefect server is left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **kept,
        **DEFAULTS,
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_UI_URL": f"http://{HOST}:{port}/v2",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        # How often the worker asks for runs that are due; Prefect's own ten seconds are long for who has pressed Run.
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PYTHONUNBUFFERED": "1",
        ASKED: "1",
    }


@contextmanager
def obey_signals() -> Iterator[None]:
    """Turns ctrl-C, a request to end and a closed terminal into Stopped, the first time."""
    names = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        names.append(signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    before = {name: signal.signal(name, stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def await_server(server: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the server answers. Raises Died when it ends, or does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Died(
                f"Prefect's server ended (exit code {server.returncode}). See {HOME}/server.log, and `copydesk doctor`"
            )
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise Died(f"Prefect's server did not answer in {START_SECONDS} s. See {HOME}/server.log")


def await_end(processes: Mapping[str, subprocess.Popen[bytes]]) -> str:
    """Waits for one of the processes to end, which it should not; its name."""
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                return name
        time.sleep(0.5)
