"""The folder where one batch is staged: for one run at a time, emptied of what killed runs left."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from flows.errors import BatchBusy
from tasks.lakes.lake import Lake
from tasks.stores.errors import LakeError
from tasks.stores.handover import clear_handover


@contextmanager
def claim_staging(lake: Lake, source: str, day: date) -> Iterator[Path]:
    """An empty staging folder that belongs to this run of the batch until the block ends.

    The kernel frees the lock when a process dies, so the folder of a killed run is taken over and emptied. Raises BatchBusy
    when another run still holds the batch after the seconds that the lake's policy allows.
    """
    lake.staging.mkdir(parents=True, exist_ok=True)
    name, seconds = f"{source}@{day}", lake.policy.wait_seconds
    lock = FileLock(lake.staging / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if lake.policy.on_wait:
            lake.policy.on_wait(f"another run holds batch {name}; waiting up to {seconds:.0f} s for it")
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise BatchBusy(
                f"another process has held batch {name} for more than {seconds:.0f} s. Run it again later."
            ) from None
    folder = lake.staging / name
    try:
        sweep_staging(lake.staging, keep=name)
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
        try:
            with FileLock(staging / f"{folder.name}.lock").acquire(timeout=0):
                remove_staged(folder)
                swept += 1
        except (Timeout, LakeError):
            continue
    return swept


def remove_staged(folder: Path) -> None:
    """Removes what a run staged, on the disk and in the bucket. Raises LakeError when the store does not answer."""
    clear_handover(folder)
    shutil.rmtree(folder, ignore_errors=True)
