"""A writer: publishes generation after generation until it is killed."""

from __future__ import annotations

import os
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from builders.staged_shards import publish_docs

from tasks.lakes.lake import open_lake
from torture.judge import make_generation

KEEP = 40  # versions: deep checks look at a version while others are made


def write_forever(
    place: str, root: str, environment: dict[str, str], day: date, number: int, started: Connection
) -> None:
    """Publishes generations from `number` on, as a machine of its own; says through `started` that one begins."""
    os.environ.update(environment)
    folder = Path(root) / day.isoformat()
    while True:
        started.send(number)
        write_once(place, folder, day, number)
        number += 1


def write_once(place: str, folder: Path, day: date, number: int) -> None:
    """Publishes one generation."""
    lake = open_lake(place, work=folder / "work")
    publish_docs(lake, folder / "staged", make_generation(day, number), day=day, keep=KEEP, wait_seconds=120)
