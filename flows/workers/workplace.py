"""What a worker must find before it builds a shard: the run's folder, the files, and the same versions of everything.

A worker on another machine that sees another disk would stage rows where nobody looks for them, or call files unreadable
that are there; one with other versions would clean otherwise. Both are found before any work is done.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from flows.errors import WorkerUnfit
from tasks.batch import Limits, Shard
from tasks.receipt import make_versions
from tasks.shard import StagedShard, build_shard
from tasks.version import rules_version

MARKER = "run"


@dataclass(frozen=True)
class Workplace:
    """A run's folder, what its marker says, and the versions of the machine that gives out the work."""

    folder: Path
    token: str
    versions: str


def mark_workplace(folder: Path) -> Workplace:
    """Leaves a marker in the run's folder, by which workers know it."""
    token = uuid4().hex
    (folder / MARKER).write_text(token, encoding="utf-8")
    return Workplace(folder, token, say_versions())


def check_workplace(place: Workplace, shard: Shard) -> None:
    """Raises WorkerUnfit where a shard cannot be built as it would be on the machine that gives it out."""
    here = socket.gethostname()
    try:
        token = (place.folder / MARKER).read_text(encoding="utf-8")
    except OSError:
        token = ""
    if token != place.token:
        raise WorkerUnfit(
            f"the worker on {here} does not see this run's folder {place.folder}: all workers must see the lake under the "
            "same path, on a disk that they share"
        )
    local = [file for file in shard.files if "://" not in file.path]
    if local and len(local) == len(shard.files) and not any(Path(file.path).exists() for file in local):
        raise WorkerUnfit(
            f"the worker on {here} does not see {local[0].path}: all workers must see the raw files under the same path"
        )
    if (versions := say_versions()) != place.versions:
        raise WorkerUnfit(f"the worker on {here} has other versions ({versions}) than are wanted ({place.versions})")


def build_at(place: Workplace, shard: Shard, limits: Limits) -> StagedShard:
    """Builds a shard on whatever machine this is, and stages it in the run's folder. Raises WorkerUnfit.

    Each attempt stages in a folder of its own, so that a worker that was given up and lives on cannot spoil the next one's.
    """
    check_workplace(place, shard)
    return build_shard(shard, limits, shard_folder(place.folder, shard) / uuid4().hex[:8])


def shard_folder(folder: Path, shard: Shard) -> Path:
    """Where a shard is staged."""
    return folder / f"shard-{shard.number:05d}"


def say_versions() -> str:
    """Everything that shapes a row, by version."""
    return f"rules {rules_version()}, {make_versions()}"
