"""Where a worker builds a shard: in the folder of the run where it sees it, else on its own disk, handed over in the bucket.

A worker that sees another disk would stage rows in the wrong place, or report files unreadable that exist; one with other
versions would clean differently. Both are errors before any work is done.
"""

import socket
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from flows.errors import WorkerUnfit
from flows.workers.guarded_build import build_guarded
from tasks.batch import Limits, Shard
from tasks.file_names import escape_name
from tasks.fingerprint import rules_version
from tasks.lakes.lake import Lake
from tasks.progress import note_built
from tasks.shard import StagedShard
from tasks.staging.receipt import make_versions
from tasks.stores.store import fetch_parts, open_handover, send_parts

MARKER = "run"
ARRIVED = "arrived"


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run, the content of its marker, and the versions of the machine that distributes the work.

    `handover`: the address below which workers that do not see the folder leave what they stage; "" where there is none.
    """

    folder: Path
    token: str
    versions: str
    handover: str = ""


def mark_run_folder(folder: Path, lake: Lake) -> RunFolder:
    """Writes a marker into the folder, by which workers recognise it."""
    token = uuid4().hex
    (folder / MARKER).write_text(token, encoding="utf-8")
    return RunFolder(folder, token, describe_versions(), open_handover(lake.store, folder, token))


def build_for(target: RunFolder, shard: Shard, limits: Limits) -> StagedShard:
    """Builds a shard of the run on any machine. Raises WorkerUnfit.

    Each attempt stages in a folder of its own, so that a worker that still runs after it was replaced cannot overwrite the
    files of the next one.
    """
    check_worker(target, shard)
    attempt = uuid4().hex[:8]
    if sees_folder(target):
        return build_guarded(shard, limits, target.folder / name_shard(shard) / attempt)
    with TemporaryDirectory(prefix="copydesk-") as scratch:
        staged = build_guarded(shard, limits, Path(scratch))
        folders = send_parts(staged.folders, f"{target.handover}/{name_shard(shard)}/{attempt}")
        return replace(staged, folders=folders)


def note_arrival(target: RunFolder, staged: StagedShard) -> None:
    """Records the progress of the shard if another disk has its own progress file."""
    if target.handover:
        size = sum(seen.size for seen in staged.inputs)
        note_built(target.folder / ARRIVED / str(staged.number), staged.number, size, staged.records)


def collect_shard(target: RunFolder, shard: Shard, staged: StagedShard) -> StagedShard:
    """A built shard with its rows on the disk of the machine that publishes."""
    return replace(staged, folders=fetch_parts(staged.folders, target.folder / name_shard(shard)))


def check_worker(target: RunFolder, shard: Shard) -> None:
    """Raises WorkerUnfit where a shard cannot be built as on the machine that distributes the work."""
    here = socket.gethostname()
    if not target.handover and not sees_folder(target):
        raise WorkerUnfit(
            f"the worker on {here} does not see this run's folder {target.folder}: all workers must see the lake under the "
            "same path, on a disk that they share, unless the lake is in a bucket"
        )
    local = [file for file in shard.files if "://" not in file.path]
    if local and len(local) == len(shard.files) and not any(Path(file.path).exists() for file in local):
        raise WorkerUnfit(
            f"the worker on {here} does not see {escape_name(local[0].path)}: all workers must see the raw files under the "
            "same path"
        )
    if (versions := describe_versions()) != target.versions:
        raise WorkerUnfit(
            f"the worker on {here} has other versions of rules, code or libraries ({versions}) than the run "
            f"({target.versions}); install the same copydesk on it and restart it"
        )


def sees_folder(target: RunFolder) -> bool:
    """Whether the run's folder is on a disk of this machine; another machine may have a folder of the same path."""
    try:
        return (target.folder / MARKER).read_text(encoding="utf-8") == target.token
    except OSError:
        return False


def name_shard(shard: Shard) -> str:
    """The name of the folder of a shard."""
    return f"shard-{shard.number:05d}"


def describe_versions() -> str:
    """The versions of everything that shapes a row."""
    return f"rules {rules_version()}, {make_versions()}"
