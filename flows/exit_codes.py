"""The errors that are reported in one line, without a traceback, and the exit code of each."""

from flows.errors import BatchBusy, ClusterLost, RequestError, RunFailed, RunnerError, WorkerUnfit
from tasks.formats.record import FormatError, MissingExtra
from tasks.formats.remote import AddressError
from tasks.lakes.lake import PlaceError
from tasks.lakes.releases import ReleaseError
from tasks.learned.versions import LearnedError
from tasks.reading.plan import PlanError
from tasks.reading.spans import InputChanged
from tasks.shard import ShardLost
from tasks.staging.assemble import UnmadeColumnError
from tasks.stores.errors import LakeError
from tasks.toml_rows import RowError
from tasks.trials.tryout import TryoutError

# The call was wrong: exit code 2.
WRONG_CALLS = (
    RequestError,
    FormatError,
    RowError,
    UnmadeColumnError,
    PlanError,
    LearnedError,
    PlaceError,
    ReleaseError,
    TryoutError,
    MissingExtra,
    RunnerError,
)
# The run failed: exit code 1.
FAILED_RUNS = (RunFailed, LakeError, InputChanged, ShardLost, WorkerUnfit, ClusterLost, AddressError, BatchBusy)
EXPECTED = (*WRONG_CALLS, *FAILED_RUNS)


def find_exit_code(error: Exception) -> int:
    """The exit code for an expected error."""
    return 2 if isinstance(error, WRONG_CALLS) else 1
