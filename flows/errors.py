"""Errors of runs on several processes or machines."""

from tasks.errors import RequestError, RunFailed


class BatchBusy(RunFailed):
    """Another run holds the batch and did not end in time."""


class RunnerError(RequestError):
    """A runner that does not exist or cannot be reached."""


class ClusterLost(RunFailed):
    """A cluster that was lost during a run, or that gave up on a shard."""


class WorkerUnfit(RunFailed):
    """A worker that must not build shards of this run."""


class UnexpectedError(RunFailed):
    """An error that no step expects. One line, with the file that has its traceback."""


class DayStopped(RuntimeError):
    """A process that died, or was stopped, while it worked on a day of a backfill."""


class BackfillStopped(RuntimeError):
    """A backfill that is being stopped: no further day starts."""
