"""When another try can help: somebody else was in the way, or a disk or a network was. Never for data or a call that is wrong."""

from __future__ import annotations

from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import exponential_backoff

from flows.batches.staging import BatchBusy
from flows.days.lanes import DayStopped
from tasks.lake import LakeSilent
from tasks.publishing.trees import LakeBusy

PASSING = (BatchBusy, LakeBusy, LakeSilent, DayStopped, ConnectionError, TimeoutError, OSError)
# A file that is not there, or may not be read, will not be there in a minute either.
LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)

RETRIES = 2
# 10 s, then 20 s, each with some chance in it, so that those who were in each other's way are not so again.
BACK_OFF = exponential_backoff(backoff_factor=10)
JITTER = 0.5


def can_retry_help(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether the error a task ended with may be gone the next time."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, PASSING) and not isinstance(error, LASTING)
