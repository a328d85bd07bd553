"""Task runners of a flow: threads or processes of this machine, or the workers of a Dask or Ray cluster.

The flow and the bytes it publishes are the same on all of them. Imported only where a flow runs.
"""

from __future__ import annotations

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
    load_cluster_library,
    make_ray_options,
    missing_extra,
)
from flows.workers.cores import share_cores

HERE = ("127.", "localhost", "::1")


def make_runner(settings: Settings) -> TaskRunner[Any]:
    """The task runner that the settings name. Raises RunnerError where it does not exist."""
    check_runner(settings)
    name = pick_runner(settings)
    if name == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.workers)
    if name == "processes":
        return ProcessPoolTaskRunner(max_workers=settings.workers)
    if settings.runner_address:
        check_server_address(settings.runner_address)
    return make_dask(settings) if name == "dask" else make_ray(settings)


def pick_runner(settings: Settings) -> str:
    """The name of the runner. auto: threads for one worker, since a thread starts at once, else processes."""
    if settings.runner == "auto":
        return "threads" if settings.workers == 1 else "processes"
    return settings.runner


def make_dask(settings: Settings) -> TaskRunner[Any]:
    """Tasks on the cluster at the address, or on as many processes of this machine as there are workers."""
    load_cluster_library("dask")
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise missing_extra("dask", error) from None
    if settings.runner_address:
        return DaskTaskRunner(address=settings.runner_address, client_kwargs={"timeout": CONNECT_SECONDS})
    local = {
        "n_workers": settings.workers,
        "threads_per_worker": 1,
        "processes": True,
        "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0",
        "silence_logs": logging.ERROR,
    }
    return DaskTaskRunner(cluster_kwargs=local)


def make_ray(settings: Settings) -> TaskRunner[Any]:
    """Tasks on the cluster at the address, or on as many processes of this machine as there are workers."""
    load_cluster_library("ray")  # the task runner itself reports a missing library only when it starts
    try:
        from prefect_ray.task_runners import RayTaskRunner
    except ImportError as error:
        raise missing_extra("ray", error) from None
    if settings.runner_address:
        distant: TaskRunner[Any] = RayTaskRunner(address=settings.runner_address, init_kwargs=make_ray_options())
        return distant
    local: TaskRunner[Any] = RayTaskRunner(
        init_kwargs={**make_ray_options(), "num_cpus": settings.workers, "include_dashboard": False}
    )
    return local


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
