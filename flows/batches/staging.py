"""The folder where one batch is staged: one run at a time, left-overs of killed runs swept away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.lakes.lake import LakeError
from tasks.objects.handover import clear_handover


class BatchBusy(RuntimeError):
    """Another run holds the batch and did not end in time. One line."""


@contextmanager
def claim_staging(
    staging: Path, source: str, day: date, wait_seconds: float, on_wait: Callable[[str], None] | None = None
) -> Iterator[Path]:
    """An empty folder below `staging` that belongs to this run of the batch until the block ends.

    The kernel frees the lock when a process dies, so whatever a killed run left is taken over and emptied. Raises BatchBusy
    when another run still holds the batch after `wait_seconds`.
    """
    staging.mkdir(parents=True, exist_ok=True)
    name = f"{source}@{day}"
    lock = FileLock(staging / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if on_wait:
            on_wait(f"another run is at batch {name}; waiting up to {wait_seconds:.0f} s for it")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise BatchBusy(
                f"batch {name} is being run by another process for more than {wait_seconds:.0f} s. Run it again later."
            ) from None
    folder = staging / name
    try:
        sweep_staging(staging, keep=name)
        remove_staged(folder)
        folder.mkdir()
        yield folder
    finally:
        # A store that does not answer now must not hide how the run ended: the next run sweeps.
        with suppress(LakeError):
            remove_staged(folder)
        lock.release()


def sweep_staging(staging: Path, keep: str = "") -> int:
    """Removes the folders of batches that no living process holds; returns how many."""
    if not staging.is_dir():
        return 0
    swept = 0
    for folder in sorted(staging.iterdir()):
        if not folder.is_dir() or folder.name == keep:
            continue
        lock = FileLock(staging / f"{folder.name}.lock")
        try:
            with lock.acquire(timeout=0):
                remove_staged(folder)
                swept += 1
        except (Timeout, LakeError):
            continue
    return swept


def remove_staged(folder: Path) -> None:
    """Removes what a run staged, on the disk and in the bucket. Raises LakeError when the store is not there."""
    clear_handover(folder)
    shutil.rmtree(folder, ignore_errors=True)
