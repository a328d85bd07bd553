"""`make ui`: a Prefect server with its UI, a worker, and every deployment, for as long as the command runs.

Everything lies in the project: data and logs in `.prefect`, nothing in the home folder. At the end nothing goes on running.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from flows.console import fail, out
from flows.prefect_defaults import DEFAULTS

HOME = ".prefect"
HOST = "127.0.0.1"
START_SECONDS = 180
STOP_SECONDS = 30
WORKER_PLACES = 4


class Stopped(Exception):
    """Somebody asked for the end: ctrl-C, or a signal."""


class Died(RuntimeError):
    """A process that should go on running is gone. One line."""


def run_ui(port: int, project: Path) -> int:
    """Starts everything, says where it is, and stops it when asked; returns the exit code."""
    if not (project / "prefect.yaml").is_file():
        return fail(f"there is no prefect.yaml in {project}. Run this in the project's folder.", 2)
    if is_taken(port):
        return fail(f"port {port} is taken, perhaps by another `make ui`. Choose one: make ui PORT={port + 1}", 2)
    home = project / HOME
    home.mkdir(exist_ok=True)
    environment = make_environment(home, port)
    python = [sys.executable, "-m"]
    try:
        with obey_signals(), ExitStack() as stack:
            out.print(f"starting Prefect, half a minute the first time (log: {HOME}/server.log)", markup=False)
            serve = [*python, "prefect", "server", "start", "--host", HOST, "--port", str(port)]
            server = stack.enter_context(keep(serve, home / "server.log", environment, project))
            await_server(server, port)
            prepared = subprocess.run([*python, "flows.deploy", "--resume"], cwd=project, env=environment, check=False)
            if prepared.returncode:
                return prepared.returncode
            work = [*python, "prefect", "worker", "start", "--pool", "copydesk", "--limit", str(WORKER_PLACES)]
            worker = stack.enter_context(keep(work, home / "worker.log", environment, project))
            out.print(f"\nThe UI: http://{HOST}:{port}/v2/deployments\nctrl-C stops it all", markup=False)
            await_end({"server": server, "worker": worker})
    except Stopped:
        out.print("stopped", markup=False)
        return 0
    except Died as error:
        return fail(error, 1)
    return 0


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
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def obey_signals() -> Iterator[None]:
    """Turns ctrl-C and a request to end into Stopped, the first time."""

    def stop(number: int, frame: FrameType | None) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def keep(
    command: list[str], log: Path, environment: dict[str, str], project: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process, and all that it starts, for as long as the block runs."""
    with log.open("ab") as opened:
        # A session of its own: ctrl-C reaches us alone, and the whole group can be ended.
        process = subprocess.Popen(
            command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=opened, stderr=opened,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all of its group: told first, killed if it does not listen."""
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


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


def await_end(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Waits for the first of the processes to end, which it should not. Raises Died with its name."""
    gone = threading.Event()
    names: list[str] = []

    def watch(name: str, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        names.append(name)
        gone.set()

    for name, process in processes.items():
        threading.Thread(target=watch, args=(name, process), daemon=True).start()
    gone.wait()
    raise Died(f"the {names[0]} ended by itself. See {HOME}/{names[0]}.log")
