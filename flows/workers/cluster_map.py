"""Shards built by the workers of a cluster, without an orchestrator: for the days of a backfill, and for previews.

Planning, audit and publishing stay on this machine. A shard whose worker is lost is built again by another one, up to three
times; the cluster does that by itself. An error of the shard itself is raised as it is.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, cast

from flows.settings import Settings
from flows.workers.clusters import (
    CONNECT_SECONDS,
    check_runner,
    explain_connection,
    explain_loss,
    has_cluster,
    load_cluster_library,
    make_ray_options,
)
from flows.workers.local_map import build_here, make_picklable
from flows.workers.run_folder import build_for, collect_shard, mark_run_folder
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard

if TYPE_CHECKING:
    from flows.batches.run import MapShards, Run

LOST_WORKERS = 3

Build = Callable[[Shard], StagedShard]
Built = StagedShard | Exception


def choose_map(settings: Settings) -> MapShards:
    """How shards are built: on the cluster that the settings name, else on this machine. Raises RunnerError."""
    check_runner(settings)
    return build_on_cluster if has_cluster(settings) else build_here


def build_on_cluster(run: Run, shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
    """Builds shards on the workers of a cluster. Raises RunnerError when it cannot be reached, ClusterLost when it is lost."""
    run.watcher.count(0, len(shards))
    target = mark_run_folder(folder, run.lake)
    spread = spread_dask if run.settings.runner == "dask" else spread_ray
    built = spread(shards, partial(build_for, target, limits=limits), run)
    for found in built:
        if isinstance(found, Exception):
            raise found
    pairs = zip(shards, cast(list[StagedShard], built), strict=True)
    return [collect_shard(target, shard, staged) for shard, staged in pairs]


def spread_dask(shards: Sequence[Shard], build: Build, run: Run) -> list[Built]:
    """The shards as the workers of a Dask cluster built them, or the first error alone."""
    dask = load_cluster_library("dask")
    address = run.settings.runner_address
    with ExitStack() as stack:
        with explain_connection(run.settings):
            client = stack.enter_context(dask.Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
        with explain_loss("dask"):
            running = client.map(partial(attempt, build), shards, pure=False)
            for done, future in enumerate(dask.as_completed(running, loop=client.loop), 1):
                if isinstance(found := future.result(), Exception):
                    return [found]
                run.watcher.count(done, len(shards))
            return [future.result() for future in running]


def spread_ray(shards: Sequence[Shard], build: Build, run: Run) -> list[Built]:
    """The shards as the workers of a Ray cluster built them, or the first error alone."""
    ray = load_cluster_library("ray")
    with explain_connection(run.settings):
        connect_ray(run.settings.runner_address)
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
                run.watcher.count(len(shards) - len(left), len(shards))
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
