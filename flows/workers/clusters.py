"""Clusters of Dask and Ray: connected to, and shards built by their workers for the days of a backfill and for previews.

Planning, audit and publishing stay on this machine. A shard whose worker is lost is built again by another one, up to three
times; the cluster does that by itself. An error of the shard itself is raised as it is.

Ray asks for a token as soon as `ray start` finds one on the head, and sends none from here unless RAY_AUTH_MODE is set: a
missing token looks like a cluster that does not answer.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flows.errors import ClusterLost, RunnerError
from flows.settings import CLUSTERS, RUNNERS, Settings
from flows.workers.builder import make_picklable, prepare_builders
from flows.workers.local_map import THREADS, build_here
from flows.workers.run_folder import build_for, collect_shard, mark_run_folder, note_arrival
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard

if TYPE_CHECKING:
    from flows.batches.run import MapShards, Run

CONNECT_SECONDS = 10
SCHEMES = {"dask": ("tcp", "tls", "ws", "wss", ""), "ray": ("ray", "")}
EXAMPLES = {"dask": "tcp://scheduler:8786", "ray": "ray://head:10001, or head:6379 on a machine of the cluster"}
LOST_WORKERS = 3
Build = Callable[[Shard], StagedShard]
Built = StagedShard | Exception
Note = Callable[[StagedShard], object]


def check_runner(settings: Settings) -> None:
    """Raises RunnerError where the runner does not exist, its library is missing, or nothing answers at its address."""
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
        load_cluster_library(name)


def has_cluster(settings: Settings) -> bool:
    """Whether shards go to a running cluster. Without an address a run uses processes of this machine."""
    return settings.runner in CLUSTERS and bool(settings.runner_address)


def check_address(name: str, address: str) -> None:
    """Raises RunnerError where an address has not the form of such a cluster, or nothing answers at it."""
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


def load_cluster_library(name: str) -> Any:
    """The library of a cluster, with its log limited to errors. Raises RunnerError where it is not installed."""
    library = import_extra(name, {"dask": "distributed"}.get(name, name))
    logging.getLogger(library.__name__).setLevel(logging.ERROR)
    return library


def import_extra(name: str, module: str) -> Any:
    """A module that comes with the extra of a runner. Raises RunnerError where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise RunnerError(
            f"the runner {name} needs a library that is missing ({error}): install copydesk[{name}]"
        ) from None


def make_ray_options() -> dict[str, Any]:
    """Options of `ray.init`: workers keep to one thread, and nothing is printed."""
    threads = {name: os.environ.get(name, "1") for name in THREADS}
    return {"log_to_driver": False, "logging_level": "error", "runtime_env": {"env_vars": threads}}


@contextmanager
def explain_connection(settings: Settings) -> Iterator[None]:
    """Turns any error while a runner starts or a cluster is connected into a RunnerError of one line."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Ray Client connection timed out")
            yield
    except RunnerError:
        raise
    except Exception as error:
        address = settings.runner_address
        message = f"cannot work with {settings.runner}{f' at {address}' if address else ''}: {shorten_error(error)}."
        if settings.runner != "ray" or not address:
            raise RunnerError(f"{message} Are its versions those of this machine?") from error
        if os.environ.get("RAY_AUTH_MODE") != "token":
            message += (
                " If the cluster asks for a token, set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH to a file with it."
            )
        if "://" not in address:
            message += (
                " From a machine that is not in the cluster write ray://head:10001, the port of its client server."
            )
        raise RunnerError(f"{message} Versions of Ray and Python must be those of this machine.") from error


@contextmanager
def explain_loss(name: str) -> Iterator[None]:
    """Turns an error of the cluster, not of a shard, into a ClusterLost of one line."""
    try:
        yield
    except Exception as error:
        # The text of Ray's task errors begins with a traceback.
        why = shorten_error(getattr(error, "cause", None) or error)
        raise ClusterLost(
            f"the {name} cluster gave up a shard, or was lost ({why}). Did workers run out of memory, or lack copydesk?"
        ) from error


def shorten_error(error: BaseException) -> str:
    """An error in one line: its kind and its first line, or the last line of a remote traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    line = lines[-1] if "Traceback" in str(error) else lines[0]
    return f"{type(error).__name__}: {line}".rstrip(".: ")


def choose_map(settings: Settings) -> MapShards:
    """How shards are built: on the cluster that the settings name, else on this machine. Raises RunnerError."""
    check_runner(settings)
    if has_cluster(settings):
        return build_on_cluster
    prepare_builders(settings.workers)
    return build_here


def build_on_cluster(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Builds shards on the workers of a cluster. Raises RunnerError when it cannot be reached, ClusterLost when it is lost."""
    target = mark_run_folder(folder, run.lake)
    spread = spread_dask if run.settings.runner == "dask" else spread_ray
    built = spread(shards, partial(build_for, target, limits=limits), run.settings, partial(note_arrival, target))
    for found in built:
        if isinstance(found, Exception):
            raise found
    pairs = zip(shards, cast(list[StagedShard], built), strict=True)
    return [collect_shard(target, shard, staged) for shard, staged in pairs]


def spread_dask(shards: Sequence[Shard], build: Build, settings: Settings, note: Note) -> list[Built]:
    """The shards as the workers of a Dask cluster built them, or the first error alone. `note` gets each as it arrives."""
    dask = load_cluster_library("dask")
    address = settings.runner_address
    with ExitStack() as stack:
        with explain_connection(settings):
            client = stack.enter_context(dask.Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
        with explain_loss("dask"):
            running = client.map(partial(attempt, build), shards, pure=False)
            for future in dask.as_completed(running, loop=client.loop):
                if isinstance(found := future.result(), Exception):
                    return [found]
                note(found)
            return [future.result() for future in running]


def spread_ray(shards: Sequence[Shard], build: Build, settings: Settings, note: Note) -> list[Built]:
    """The shards as the workers of a Ray cluster built them, or the first error alone. `note` gets each as it arrives."""
    ray = load_cluster_library("ray")
    with explain_connection(settings):
        connect_ray(settings.runner_address)
    with explain_loss("ray"):
        try:
            task = ray.remote(max_retries=LOST_WORKERS)(attempt)
            left = running = [task.remote(build, shard) for shard in shards]
            while left:
                (done,), left = ray.wait(left)
                if isinstance(found := ray.get(done), Exception):
                    for other in left:
                        ray.cancel(other)
                    return [found]
                note(found)
            return list(ray.get(running))
        except BaseException:
            # Ends the running tasks; the next day must not find the connection of a cluster that is lost.
            ray.shutdown()
            raise


def connect_ray(address: str) -> None:
    """Connects this process unless it is connected: its days share the connection, which costs seconds and a process."""
    ray = load_cluster_library("ray")
    if ray.is_initialized():
        return
    stop = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address, **make_ray_options())
    except ConnectionAbortedError:
        # A busy head ends the process that it started for this client.
        ray.init(address, **make_ray_options())
    if current_thread() is main_thread():
        # Ray's own handler prints the stack; the caller's handler decides what a signal means.
        signal.signal(signal.SIGTERM, stop)


def attempt(build: Build, shard: Shard) -> Built:
    """A staged shard, or the error of building it as a value: an error that is raised is one of the cluster."""
    try:
        return build(shard)
    except Exception as error:
        return make_picklable(error)
