"""Errors of the command line and the flows. Each message is one line: what is wrong, where, and what to do next."""


class RequestError(ValueError):
    """A request that cannot be carried out as it was made."""


class RunFailed(RuntimeError):
    """A command that ran and did not reach its goal."""


class BatchBusy(RuntimeError):
    """Another run holds the batch and did not end in time."""


class RunnerError(ValueError):
    """A runner that does not exist or cannot be reached."""


class ClusterLost(ConnectionError):
    """A cluster that was lost during a run, or that gave up on a shard."""


class WorkerUnfit(RuntimeError):
    """A worker that must not build shards of this run."""


class DayStopped(RuntimeError):
    """A process that died, or was stopped, while it worked on a day of a backfill."""


class BackfillStopped(RuntimeError):
    """A backfill that is being stopped: no further day starts."""
