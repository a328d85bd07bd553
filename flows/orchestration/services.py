"""Prefect's database, server and worker as `make ui` runs them: started, started again when they end, and ended together."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from flows import DEFAULTS
from flows.console import print_line
from flows.orchestration.database import await_postgres, choose_database
from flows.orchestration.page_server import PLACE
from flows.orchestration.supervised_process import ASKED, ORDER, end_group, start_process
from flows.settings import read_settings
from tasks.errors import RunFailed

HOME = ".prefect"
LOCKS = "running"
HOST = "127.0.0.1"
SERVER = "flows.orchestration.server:make_app"
ADDRESS = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
START_SECONDS = 180
# A process that ends more often than this in as many seconds is not started again.
MOST_ENDS, ENDS_SECONDS = 3, 600
WORKER_RUNS = 4


class StopRequested(Exception):
    """Ctrl-C, a signal to end, or a closed terminal."""


def run_services(port: int, project: Path) -> None:
    """Keeps server and worker running until StopRequested. Raises RunFailed when one of them ends again and again."""
    home, python = project / HOME, [sys.executable, "-m"]
    home.mkdir(parents=True, exist_ok=True)
    environment = make_environment(home, port)
    postgres = choose_database(home, read_settings().database)
    commands = {
        **({"database": postgres.command} if postgres else {}),
        "server": [*python, "uvicorn", "--factory", SERVER, f"--host={HOST}", f"--port={port}", "--log-level=warning"],
        "worker": [*python, "prefect", "worker", "start", "--pool", "copydesk", "--limit", str(WORKER_RUNS)],
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    ends: list[float] = []

    def register(*options: str) -> int:
        return subprocess.run([*python, "flows.deploy", *options], cwd=project, env=environment, check=False).returncode

    def launch(name: str, began: datetime) -> None:
        # Runs that the server lists as running have ended with their worker.
        if name == "worker" and (code := register(f"--resume={began.isoformat()}")):
            raise SystemExit(code)  # it has printed the reason
        own = {ADDRESS: postgres.address} if postgres and name == "server" else {}
        log, lock = home / f"{name}.log", home / LOCKS / name
        running[name] = start_process(commands[name], log, environment | own, project, lock)
        if name == "database" and postgres:
            await_postgres(running[name], postgres)
        if name == "server":
            await_server(running[name], port)

    began = datetime.now(UTC)
    try:
        print_line(f"starting Prefect, half a minute the first time (log: {HOME}/server.log)")
        for name in commands:
            launch(name, began)
        print_line(f"\nThe UI:    http://{HOST}:{port}/v2/deployments")
        print_line(f"The pages: http://{HOST}:{port}{PLACE}\nctrl-C stops it all")
        declared = read_declared(project)
        while True:
            while not (over := [name for name, process in running.items() if process.poll() is not None]):
                time.sleep(0.5)
                if (now := read_declared(project)) != declared:
                    declared = now
                    print_line("sources.toml or prefect.yaml has changed: the deployments are registered again")
                    register()  # it prints what is wrong, and the rest goes on
            name = over[0]
            ends.append(time.monotonic())
            ended = f"ended by itself (exit code {running[name].returncode})"
            if len(ends) > MOST_ENDS and ends[-1] - ends[-1 - MOST_ENDS] < ENDS_SECONDS:
                raise RunFailed(f"the {name} {ended}, the {MOST_ENDS + 1}th end in a short time. See {HOME}/{name}.log")
            print_line(f"the {name} {ended}, and is started again")
            end_group(running[name])
            launch(name, datetime.now(UTC))
    finally:
        for name in ORDER:
            if name in running:
                end_group(running[name])
        if postgres:
            shutil.rmtree(postgres.socket, ignore_errors=True)


def read_declared(project: Path) -> list[bytes]:
    """The contents of the files that declare sources and deployments, as far as they can be read now."""
    found = []
    for file in (read_settings().sources, project / "prefect.yaml"):
        with suppress(OSError):
            found.append(file.read_bytes())
    return found


def make_environment(home: Path, port: int) -> dict[str, str]:
    """The environment of server, worker and flows, without any variable that names another Prefect server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **kept,
        **DEFAULTS,
        "PREFECT_HOME": str(home.absolute()),
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_UI_URL": f"http://{HOST}:{port}/v2",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Without a login, a page of another site that a browser here shows could otherwise start runs.
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60",
        # How often the worker asks for runs that are due; Prefect's ten seconds are long after a click on Run.
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "COPYDESK_PAGES_URL": os.environ.get("COPYDESK_PAGES_URL") or f"http://{HOST}:{port}{PLACE}",
        "PYTHONUNBUFFERED": "1",
        ASKED: "1",
    }


@contextmanager
def obey_signals() -> Iterator[None]:
    """Turns the first ctrl-C, SIGTERM or closed terminal into StopRequested, and ignores further ones."""
    names = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        names.append(signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)
        raise StopRequested

    before = {name: signal.signal(name, stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def await_server(server: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the server answers. Raises RunFailed when it ends, or does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RunFailed(
                f"Prefect's server ended (exit code {server.returncode}). See {HOME}/server.log, and `copydesk doctor`"
            )
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RunFailed(f"Prefect's server did not answer in {START_SECONDS} s. See {HOME}/server.log")
