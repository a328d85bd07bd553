"""Clusters that are there: what their addresses look like, and what is said when one cannot be worked with.

Ray asks for a token as soon as `ray start` finds one on the head, and sends none from here unless it is told to: a missing
token looks like a cluster that does not answer.
"""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from flows.errors import ClusterLost, RunnerError
from flows.settings import CLUSTERS, RUNNERS, Settings
from flows.workers.cores import THREADS

CONNECT_SECONDS = 10
SCHEMES = {"dask": ("tcp", "tls", "ws", "wss", ""), "ray": ("ray", "")}
EXAMPLES = {"dask": "tcp://scheduler:8786", "ray": "ray://head:10001, or head:6379 on a machine of the cluster"}


def check_runner(settings: Settings) -> None:
    """Raises RunnerError where there is no such runner, its library is missing, or nothing answers at its address."""
    name, address = settings.runner, settings.runner_address
    if name not in RUNNERS:
        raise RunnerError(f"there is no runner {name!r}. There are {', '.join(RUNNERS)}.")
    if address and name not in CLUSTERS:
        raise RunnerError(
            f"the runner {name} works on this machine and takes no address ({address}). "
            f"Runners with an address are {' and '.join(CLUSTERS)}."
        )
    if has_cluster(settings):
        check_address(name, address)
        load_library(name)


def has_cluster(settings: Settings) -> bool:
    """Whether there is a cluster to give shards to. Without an address a run has the processes of this machine."""
    return settings.runner in CLUSTERS and bool(settings.runner_address)


def check_address(name: str, address: str) -> None:
    """Raises RunnerError where an address is none of such a cluster, or nothing answers at it."""
    place = urlsplit(address if "://" in address else f"//{address}")
    try:
        host, port = place.hostname, place.port
    except ValueError:
        host, port = None, None
    if not host or not port or place.scheme not in SCHEMES[name] or re.search(r"\s", address):
        raise RunnerError(f"{address!r} is no address of a {name} cluster. Write it as {EXAMPLES[name]}.")
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError as error:
        raise RunnerError(f"nothing answers at {address} ({error}). Is the {name} cluster up?") from None


def load_library(name: str) -> Any:
    """The library of a cluster, told to keep its own news to itself. Raises RunnerError where it is not installed."""
    try:
        library = import_module({"dask": "distributed"}.get(name, name))
    except ImportError as error:
        raise missing_extra(name, error) from None
    logging.getLogger(library.__name__).setLevel(logging.ERROR)
    return library


def missing_extra(name: str, error: ImportError) -> RunnerError:
    """The error for a library that is not installed."""
    return RunnerError(f"the runner {name} needs a library that is missing ({error}): install copydesk[{name}]")


def ray_options() -> dict[str, Any]:
    """What `ray.init` is told in any case: workers keep to one thread, and nothing is printed."""
    threads = {name: os.environ.get(name, "1") for name in THREADS}
    return {"log_to_driver": False, "logging_level": "error", "runtime_env": {"env_vars": threads}}


@contextmanager
def explain_connection(settings: Settings) -> Iterator[None]:
    """Whatever goes wrong while a runner starts or a cluster is connected becomes a RunnerError of one line."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Ray Client connection timed out")
            yield
    except RunnerError:
        raise
    except Exception as error:
        raise RunnerError(say_unconnected(settings, error)) from error


def say_unconnected(settings: Settings, error: Exception) -> str:
    """Why a cluster cannot be worked with, and what may help."""
    address = settings.runner_address
    why = outline_error(error)
    said = f"cannot work with {settings.runner}{f' at {address}' if address else ''}: {why}."
    if settings.runner != "ray" or not address:
        return f"{said} Are its versions those of this machine?"
    if os.environ.get("RAY_AUTH_MODE") != "token":
        said += " If the cluster asks for a token, set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH to a file with it."
    if "://" not in address:
        said += " From a machine that is not in the cluster write ray://head:10001, the port of its client server."
    return f"{said} Versions of Ray and Python must be those of this machine."


@contextmanager
def explain_loss(name: str) -> Iterator[None]:
    """An error that comes of the cluster, not of a shard, becomes a ClusterLost of one line."""
    try:
        yield
    except Exception as error:
        # Ray's errors of a task begin with a traceback.
        why = outline_error(getattr(error, "cause", None) or error)
        raise ClusterLost(
            f"the {name} cluster gave up a shard, or was lost ({why}). Did workers run out of memory, or lack copydesk?"
        ) from error


def outline_error(error: BaseException) -> str:
    """An error in a line: what kind it is and its first line, or the last one of a traceback from elsewhere."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    said = lines[-1] if "Traceback" in str(error) else lines[0]
    return f"{type(error).__name__}: {said}".rstrip(".: ")
