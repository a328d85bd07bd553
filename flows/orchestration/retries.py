"""Retries of tasks: when another run was in the way, or a disk or network failed. Never for wrong data or a wrong call."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from flows.errors import BatchBusy, ClusterLost, DayStopped
from tasks.formats.remote import AddressError
from tasks.stores.errors import LakeBusy, LakeSilent

P = ParamSpec("P")
R = TypeVar("R")

PASSING = (BatchBusy, ClusterLost, LakeBusy, LakeSilent, AddressError, DayStopped, OSError)
# A file that is missing or unreadable is still so a minute later.
LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


def retried_task(name: str, run_name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A task that is safe to run again, and stores nothing. `run_name` may name arguments: "{shard.source.name}"."""
    return task(
        name=name,
        task_run_name=run_name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        # 10 s, then 20 s, each varied at random, so that two tasks that conflicted do not conflict again.
        retry_delay_seconds=exponential_backoff(backoff_factor=10),
        retry_jitter_factor=0.5,
        retry_condition_fn=can_retry_help,
    )


def can_retry_help(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether the next try may not meet the error that a task ended with."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, PASSING) and not isinstance(error, LASTING)
