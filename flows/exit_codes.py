"""The errors that are reported in one line, without a traceback, and the exit code of each."""

from __future__ import annotations

from flows.errors import BatchBusy, ClusterLost, RequestError, RunFailed, RunnerError, WorkerUnfit
from tasks.formats.format import FormatError
from tasks.formats.record import MissingExtra
from tasks.formats.remote import AddressError
from tasks.lakes.open import PlaceError
from tasks.lakes.releases import ReleaseError
from tasks.learned.versions import LearnedError
from tasks.reading.plan import PlanError
from tasks.reading.spans import InputChanged
from tasks.shard import ShardLost
from tasks.staging.assemble import UnmadeColumnError
from tasks.stores.errors import LakeError
from tasks.toml_rows import RowError
from tasks.trials.tryout import TryoutError

# 2: the call was wrong; 1: the run failed.
EXIT_CODES: dict[type[Exception], int] = {
    RequestError: 2,
    FormatError: 2,
    RowError: 2,
    UnmadeColumnError: 2,
    PlanError: 2,
    LearnedError: 2,
    PlaceError: 2,
    ReleaseError: 2,
    TryoutError: 2,
    MissingExtra: 2,
    RunnerError: 2,
    RunFailed: 1,
    LakeError: 1,
    InputChanged: 1,
    ShardLost: 1,
    WorkerUnfit: 1,
    ClusterLost: 1,
    AddressError: 1,
    BatchBusy: 1,
}
EXPECTED = tuple(EXIT_CODES)


def find_exit_code(error: Exception) -> int:
    """The exit code for an expected error."""
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
