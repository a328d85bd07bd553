"""Who runs the tasks of a flow: threads or processes of this machine, or the workers of a Dask or Ray cluster.

The flow is the same on all of them, and so are the bytes that come out. Imported only where a flow runs.
"""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.errors import RunnerError
from flows.settings import CLUSTERS, RUNNERS, Settings
from flows.workers.cores import THREADS, share_cores

CONNECT_SECONDS = 10
HERE = ("127.", "localhost", "::1")


def make_runner(settings: Settings) -> TaskRunner[Any]:
    """The task runner that the settings name. Raises RunnerError where there is no such thing."""
    name = pick_runner(settings)
    if settings.runner_address and name not in CLUSTERS:
        raise RunnerError(
            f"the runner {name} works on this machine and takes no address ({settings.runner_address}). "
            f"Runners with an address are {' and '.join(CLUSTERS)}."
        )
    if name == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.workers)
    if name == "processes":
        return ProcessPoolTaskRunner(max_workers=settings.workers)
    if settings.runner_address:
        check_address(name, settings.runner_address)
    return make_dask(settings) if name == "dask" else make_ray(settings)


def pick_runner(settings: Settings) -> str:
    """The runner's name. Unless told: threads for one worker, since a thread starts at once, else processes."""
    if settings.runner not in RUNNERS:
        raise RunnerError(f"there is no runner {settings.runner!r}. There are {', '.join(RUNNERS)}.")
    if settings.runner == "auto":
        return "threads" if settings.workers == 1 else "processes"
    return settings.runner


def make_dask(settings: Settings) -> TaskRunner[Any]:
    """Tasks on the cluster at the address, or on as many processes of this machine as there are workers."""
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise missing_extra("dask", error) from None
    # It tells every connection of every worker.
    logging.getLogger("distributed").setLevel(logging.ERROR)
    if settings.runner_address:
        return DaskTaskRunner(address=settings.runner_address, client_kwargs={"timeout": CONNECT_SECONDS})
    local = {
        "n_workers": settings.workers, "threads_per_worker": 1, "processes": True, "host": "127.0.0.1",
        "dashboard_address": "127.0.0.1:0", "silence_logs": logging.ERROR,
    }  # fmt: skip
    return DaskTaskRunner(cluster_kwargs=local)


def make_ray(settings: Settings) -> TaskRunner[Any]:
    """Tasks on the cluster at the address, or on as many processes of this machine as there are workers."""
    try:
        import ray  # noqa: F401  (the task runner would say so only when it starts)
        from prefect_ray.task_runners import RayTaskRunner
    except ImportError as error:
        raise missing_extra("ray", error) from None
    given: dict[str, Any] = {
        "log_to_driver": False, "logging_level": "error",
        "runtime_env": {"env_vars": {name: os.environ.get(name, "1") for name in THREADS}},
    }  # fmt: skip
    if settings.runner_address:
        distant: TaskRunner[Any] = RayTaskRunner(address=settings.runner_address, init_kwargs=given)
        return distant
    local: TaskRunner[Any] = RayTaskRunner(
        init_kwargs={**given, "num_cpus": settings.workers, "include_dashboard": False}
    )
    return local


def missing_extra(name: str, error: ImportError) -> RunnerError:
    """The error for a library that is not installed."""
    return RunnerError(f"the runner {name} needs a library that is missing ({error}): install copydesk[{name}]")


def check_address(name: str, address: str) -> None:
    """Raises RunnerError where nothing answers, or where workers elsewhere could not reach the server of this flow."""
    place = urlsplit(address if "://" in address else f"//{address}")
    try:
        host, port = place.hostname, place.port
    except ValueError:
        host, port = None, None
    if not host or not port or re.search(r"\s", address):
        example = "tcp://scheduler:8786" if name == "dask" else "ray://head:10001"
        raise RunnerError(f"{address!r} is no address of a {name} cluster. Write it as {example}.")
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as error:
        raise RunnerError(f"nothing answers at {address} ({error}). Is the {name} cluster up?") from None
    if not host.startswith(HERE) and not os.environ.get("PREFECT_API_URL"):
        raise RunnerError(
            f"workers at {address} have to reach the Prefect server, and an embedded one can be reached from this machine "
            "only. Start a server and set PREFECT_API_URL."
        )


@contextmanager
def run_tasks(settings: Settings) -> Iterator[TaskRunner[Any]]:
    """The task runner at work: connected, or with workers of its own. Raises RunnerError where that fails."""
    runner = make_runner(settings)
    with ExitStack() as stack:
        stack.enter_context(share_cores(settings.workers))
        try:
            stack.enter_context(runner)
            if pick_runner(settings) == "dask":
                runner.client  # type: ignore[attr-defined]  # noqa: B018  (it connects only when it is asked for)
        except OSError as error:
            where = f" at {settings.runner_address}" if settings.runner_address else ""
            raise RunnerError(
                f"cannot work with {pick_runner(settings)}{where}: {error}. Are its versions those of this machine?"
            ) from error
        yield runner
