"""`copydesk ui`, or `make ui`: a Prefect server, a worker and every deployment; data and logs are in the project's `.prefect`."""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import LakeOption, open_chosen_lake
from flows.console import print_line
from tasks.errors import RequestError


def ui(port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the UI.")] = 4200) -> None:
    """Start a Prefect server with its UI, a worker and every deployment of prefect.yaml; ctrl-C stops it all."""
    from flows.orchestration.services import HOME, HOST, LOCKS, StopRequested, obey_signals, run_services
    from flows.orchestration.supervised_process import OWNER, acquire, end_left_over, guard_processes

    project = Path.cwd()
    if not (project / "prefect.yaml").is_file():
        raise RequestError(f"there is no prefect.yaml in {project}. Run this in the project's folder.")
    locks = project / HOME / LOCKS
    try:
        own = acquire(locks / OWNER)
    except BlockingIOError:
        if running := (locks / OWNER).read_text(encoding="utf-8"):
            raise RequestError(f"it runs in this folder already: {running}. End that one first.") from None
        # The guard of a killed one holds the lock while it ends the processes.
        own = acquire(locks / OWNER, wait=True)
    with own:
        for name in end_left_over(locks):
            print_line(f"ended a {name} that was left over from a `copydesk ui` that was killed")
        if is_taken(HOST, port):
            raise RequestError(f"port {port} is taken. Choose another one: copydesk ui --port {port + 1}")
        own.write(f"http://{HOST}:{port}")
        own.flush()
        try:
            with obey_signals(), guard_processes(locks):
                run_services(port, project)
        except StopRequested:
            # The terminal may be closed as well.
            with suppress(OSError):
                print_line("stopped")


def pages(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the pages.")] = 4300,
    lake: LakeOption = None,
) -> None:
    """Serve the pages of runs and their index on this machine, read-only; ctrl-C stops it."""
    from flows.orchestration.page_server import PLACE, serve_pages
    from flows.orchestration.services import HOST
    from tasks.report.record import open_pages

    opened = open_chosen_lake(lake)
    print_line(f"The pages of {opened.name}: http://{HOST}:{port}{PLACE}")
    serve_pages(open_pages(opened), HOST, port)


def deploy() -> None:
    """Register every deployment on the server of PREFECT_API_URL: those of prefect.yaml, and of sources with a schedule."""
    from flows.deploy import register_deployments

    register_deployments(Path.cwd(), None)


def is_taken(host: str, port: int) -> bool:
    """Whether something listens on a port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
