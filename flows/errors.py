"""The errors that a caller is told in one line, with the exit code each leads to."""

from __future__ import annotations

from flows.batches.places import PlaceError
from flows.batches.requests import RequestError
from flows.batches.staging import BatchBusy
from tasks.formats.format import FormatError
from tasks.formats.record import MissingExtra
from tasks.formats.remote import AddressError
from tasks.lakes.lake import LakeError
from tasks.lakes.releases import ReleaseError
from tasks.learned.versions import LearnedError
from tasks.reading.plan import PlanError
from tasks.reading.spans import InputChanged
from tasks.shard import ShardLost
from tasks.staging.assemble import UnmadeColumnError
from tasks.toml_rows import RowError
from tasks.trials.tryout import TryoutError


class RunnerError(ValueError):
    """A runner that is not there, or cannot be reached. One line."""


class ClusterLost(ConnectionError):
    """A cluster that was lost on the way, or gave up a shard. One line."""


class WorkerUnfit(RuntimeError):
    """A worker that must not build shards of this run. One line."""


# 2: the call was wrong; 1: the run failed.
EXIT_CODES: dict[type[Exception], int] = {
    RequestError: 2,
    FormatError: 2,
    RowError: 2,
    PlanError: 2,
    LearnedError: 2,
    PlaceError: 2,
    ReleaseError: 2,
    TryoutError: 2,
    MissingExtra: 2,
    UnmadeColumnError: 2,
    RunnerError: 2,
    LakeError: 1,
    InputChanged: 1,
    ShardLost: 1,
    WorkerUnfit: 1,
    ClusterLost: 1,
    AddressError: 1,
    BatchBusy: 1,
}
EXPECTED = tuple(EXIT_CODES)


def exit_code(error: Exception) -> int:
    """The exit code for an expected error."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
