"""Where a worker builds a shard: in the run's folder, which it sees, or on its own disk and handed over through the bucket.

A worker on another machine that sees another disk would stage rows where nobody looks for them, or call files unreadable
that are there; one with other versions would clean otherwise. All of that is found before any work is done.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from flows.errors import WorkerUnfit
from tasks.batch import Limits, Shard
from tasks.fingerprint import rules_version
from tasks.lakes.lake import Lake
from tasks.objects.handover import hand_over, open_handover, take_over
from tasks.reading.plan import escape_name
from tasks.shard import StagedShard, build_shard
from tasks.staging.receipt import make_versions

MARKER = "run"


@dataclass(frozen=True)
class Workplace:
    """A run's folder, what its marker says, and the versions of the machine that gives out the work.

    `handover`: the address below which workers that do not see the folder leave what they stage; "" where there is none.
    """

    folder: Path
    token: str
    versions: str
    handover: str = ""


def mark_workplace(folder: Path, lake: Lake) -> Workplace:
    """Leaves a marker in the run's folder, by which workers know it."""
    token = uuid4().hex
    (folder / MARKER).write_text(token, encoding="utf-8")
    return Workplace(folder, token, say_versions(), open_handover(lake, folder, token))


def build_at(place: Workplace, shard: Shard, limits: Limits) -> StagedShard:
    """Builds a shard on whatever machine this is. Raises WorkerUnfit.

    Each attempt stages in a folder of its own, so that a worker that was given up and lives on cannot spoil the next one's.
    """
    check_worker(place, shard)
    attempt = uuid4().hex[:8]
    if sees_folder(place):
        return build_shard(shard, limits, shard_folder(place.folder, shard) / attempt)
    with TemporaryDirectory(prefix="copydesk-") as scratch:
        staged = build_shard(shard, limits, Path(scratch))
        return hand_over(staged, f"{place.handover}/{name_shard(shard)}/{attempt}")


def collect_shard(place: Workplace, shard: Shard, staged: StagedShard) -> StagedShard:
    """A shard that came back, with its rows on the disk of the machine that publishes."""
    return take_over(staged, shard_folder(place.folder, shard))


def check_worker(place: Workplace, shard: Shard) -> None:
    """Raises WorkerUnfit where a shard cannot be built as it would be on the machine that gives it out."""
    here = socket.gethostname()
    if not place.handover and not sees_folder(place):
        raise WorkerUnfit(
            f"the worker on {here} does not see this run's folder {place.folder}: all workers must see the lake under the "
            "same path, on a disk that they share; only a lake in a bucket can do without"
        )
    local = [file for file in shard.files if "://" not in file.path]
    if local and len(local) == len(shard.files) and not any(Path(file.path).exists() for file in local):
        raise WorkerUnfit(
            f"the worker on {here} does not see {escape_name(local[0].path)}: all workers must see the raw files under the "
            "same path"
        )
    if (versions := say_versions()) != place.versions:
        raise WorkerUnfit(f"the worker on {here} has other versions ({versions}) than are wanted ({place.versions})")


def sees_folder(place: Workplace) -> bool:
    """Whether the run's folder is on a disk of this machine: a folder of that path may be another's."""
    try:
        return (place.folder / MARKER).read_text(encoding="utf-8") == place.token
    except OSError:
        return False


def shard_folder(folder: Path, shard: Shard) -> Path:
    """Where a shard is staged."""
    return folder / name_shard(shard)


def name_shard(shard: Shard) -> str:
    """How the folder of a shard is called."""
    return f"shard-{shard.number:05d}"


def say_versions() -> str:
    """Everything that shapes a row, by version."""
    return f"rules {rules_version()}, {make_versions()}"
