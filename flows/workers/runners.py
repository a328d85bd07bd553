"""Task runners of a flow: threads or processes of this machine, or the workers of a Dask or Ray cluster.

The flow and the bytes it publishes are the same on all of them. Imported only where a flow runs.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.errors import RunnerError
from flows.settings import Settings
from flows.workers.clusters import (
    CONNECT_SECONDS,
    check_runner,
    explain_connection,
    import_extra,
    load_cluster_library,
    make_ray_options,
)
from flows.workers.local_map import share_cores

HERE = ("127.", "localhost", "::1")
LOCAL_DASK = {
    "threads_per_worker": 1,
    "processes": True,
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
    "silence_logs": logging.ERROR,
}


def make_runner(settings: Settings) -> TaskRunner[Any]:
    """The task runner that the settings name; without an address its workers are processes here. Raises RunnerError."""
    check_runner(settings)
    name, workers, address = pick_runner(settings), settings.workers, settings.runner_address
    if name == "threads":
        return ThreadPoolTaskRunner(max_workers=workers)
    if name == "processes":
        return ProcessPoolTaskRunner(max_workers=workers)
    if address:
        check_server_address(address)
    load_cluster_library(name)  # the task runner itself reports a missing library only when it starts
    module = import_extra(name, f"prefect_{name}.task_runners")
    runner: TaskRunner[Any]
    if name == "ray":
        local = {} if address else {"num_cpus": workers, "include_dashboard": False}
        runner = module.RayTaskRunner(address=address or None, init_kwargs={**make_ray_options(), **local})
    elif address:
        runner = module.DaskTaskRunner(address=address, client_kwargs={"timeout": CONNECT_SECONDS})
    else:
        runner = module.DaskTaskRunner(cluster_kwargs={"n_workers": workers, **LOCAL_DASK})
    return runner


def pick_runner(settings: Settings) -> str:
    """The name of the runner. auto: threads for one worker, since a thread starts at once, else processes."""
    if settings.runner == "auto":
        return "threads" if settings.workers == 1 else "processes"
    return settings.runner


def check_server_address(address: str) -> None:
    """Raises RunnerError where workers elsewhere could not reach the server of this flow."""
    host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    if not host.startswith(HERE) and not os.environ.get("PREFECT_API_URL"):
        raise RunnerError(
            f"workers at {address} have to reach the Prefect server, and an embedded one can be reached from this machine "
            "only. Start a server and set PREFECT_API_URL."
        )


@contextmanager
def run_tasks(settings: Settings) -> Iterator[TaskRunner[Any]]:
    """A started task runner, connected or with workers of its own. Raises RunnerError where that fails."""
    runner = make_runner(settings)
    with ExitStack() as stack:
        stack.enter_context(share_cores(settings.workers))
        with explain_connection(settings):
            stack.enter_context(runner)
            if pick_runner(settings) == "dask":
                runner.client  # type: ignore[attr-defined]  # noqa: B018  (it connects only when it is asked for)
        yield runner
