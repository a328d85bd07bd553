"""Shards spread over the workers of a cluster, without an orchestrator: for the days of a backfill, and for trials.

Who plans, audits and publishes stays where it is. A shard whose worker is lost is built again by another one, up to
three times: that is the cluster's own doing. An error of the shard itself is raised as it is.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import cast

from flows.batches.places import open_lake
from flows.settings import Settings
from flows.workers.clusters import (
    CONNECT_SECONDS,
    check_runner,
    explain_connection,
    explain_loss,
    has_cluster,
    load_library,
    ray_options,
)
from flows.workers.pools import Counter, carry, map_here
from flows.workers.workplace import build_at, collect_shard, mark_workplace
from tasks.batch import Limits, Shard
from tasks.shard import StagedShard

LOST_WORKERS = 3

Build = Callable[[Shard], StagedShard]
Built = StagedShard | Exception


def map_shards(counter: Counter, settings: Settings) -> Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]:
    """Maps shards over the cluster that the settings name, or else in processes of this machine. Raises RunnerError."""
    check_runner(settings)
    return map_cluster(counter, settings) if has_cluster(settings) else map_here(counter, settings.workers)


def map_cluster(counter: Counter, settings: Settings) -> Callable[[Sequence[Shard], Limits, Path], list[StagedShard]]:
    """Maps shards over the workers of a cluster. Raises RunnerError when it cannot be reached, ClusterLost when it is lost."""
    spread = {"dask": spread_dask, "ray": spread_ray}[settings.runner]

    def run(shards: Sequence[Shard], limits: Limits, folder: Path) -> list[StagedShard]:
        counter.shards(len(shards))
        place = mark_workplace(folder, open_lake(settings.lake))
        built = spread(shards, partial(build_at, place, limits=limits), settings, counter)
        for found in built:
            if isinstance(found, Exception):
                raise found
        made = zip(shards, cast(list[StagedShard], built), strict=True)
        return [collect_shard(place, shard, staged) for shard, staged in made]

    return run


def spread_dask(shards: Sequence[Shard], build: Build, settings: Settings, counter: Counter) -> list[Built]:
    """What the workers of a Dask cluster made of the shards, up to the first that failed."""
    dask = load_library("dask")
    with ExitStack() as stack:
        with explain_connection(settings):
            client = stack.enter_context(
                dask.Client(settings.runner_address, timeout=CONNECT_SECONDS, set_as_default=False)
            )
        with explain_loss("dask"):
            running = client.map(partial(attempt, build), shards, pure=False)
            for done in dask.as_completed(running, loop=client.loop):
                if isinstance(found := done.result(), Exception):
                    return [found]
                counter.shard_done()
            return [future.result() for future in running]


def spread_ray(shards: Sequence[Shard], build: Build, settings: Settings, counter: Counter) -> list[Built]:
    """What the workers of a Ray cluster made of the shards, up to the first that failed."""
    ray = load_library("ray")
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
                counter.shard_done()
            return list(ray.get(running))
        except BaseException:
            # Ends what is at work; the next day is not to find the connection of a cluster that is gone.
            ray.shutdown()
            raise


def connect_ray(address: str) -> None:
    """Connects this process, if it is not: its days share the connection, which takes seconds and a process on the head."""
    ray = load_library("ray")
    if ray.is_initialized():
        return
    stop = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address, **ray_options())
    except ConnectionAbortedError:
        # A head that is busy gives up the process it started for us.
        ray.init(address, **ray_options())
    if current_thread() is main_thread():
        # Ray's own tells the stack, and what this process does about it is for who started it to say.
        signal.signal(signal.SIGTERM, stop)


def attempt(build: Build, shard: Shard) -> Built:
    """What a worker hands back: a staged shard, or the error that came of it, which tells it from one of the cluster."""
    try:
        return build(shard)
    except Exception as error:
        return carry(error)
