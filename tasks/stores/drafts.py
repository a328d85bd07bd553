"""What publishing needs on the local disk, whatever the store: one lock, and folders in which versions are built."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.stores.errors import LakeBusy


@contextmanager
def acquire_lock(folder: Path, name: str, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Holds the lock in a store's folder. The kernel releases it when the process dies. Raises LakeBusy after `wait_seconds`."""
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if on_wait is not None:
            on_wait(f"{name}: another process is publishing; waiting up to {wait_seconds:g} s for it")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise LakeBusy(
                f"{name}: another process is publishing and was not done after {wait_seconds:g} s; run the batch again later"
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def open_draft(folder: Path, version: int) -> Iterator[Path]:
    """An empty folder for the files of the next version, removed at the end unless it was renamed."""
    draft = folder / "versions" / f"{version:08d}.tmp"
    draft.mkdir()
    try:
        yield draft
    finally:
        drop_draft(draft)


def drop_draft(draft: Path) -> None:
    """Removes a draft as far as the disk allows; the next publisher sweeps the rest."""
    shutil.rmtree(draft, ignore_errors=True)


def sweep_drafts(folder: Path) -> None:
    """Removes drafts that a dead writer left, and half-removed versions."""
    for tree in sorted((folder / "versions").iterdir()):
        if not tree.name.isdigit():
            shutil.rmtree(tree)
