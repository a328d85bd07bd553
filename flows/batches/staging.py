"""The folder where one batch is staged, for one run at a time; and why a batch failed in its last run.

A batch that failed leaves no receipt, so one small file for each in the lake's store tells it from a batch that never ran.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from flows.errors import BatchBusy
from tasks.file_names import escape_name
from tasks.lakes.lake import Lake
from tasks.reading.plan import PlanError
from tasks.stores.errors import LakeBusy, LakeError, LakeSilent, explain_staging
from tasks.stores.store import FAILURES, clear_handover
from tasks.stores.store_files import change_store_file, list_batch_files, name_batch_file, read_store_file

# Another run is in the way, the lake cannot be reached, or there is nothing to read: not a fault of the batch.
NOT_ITS_FAULT = (BatchBusy, LakeBusy, LakeSilent, PlanError)

BLOCKED = "blocked by "  # opens the reason where expectations stopped the batch


@contextmanager
def claim_staging(lake: Lake, source: str, day: date) -> Iterator[Path]:
    """An empty staging folder that belongs to this run of the batch until the block ends.

    The kernel frees the lock when a process dies, so the folder of a killed run is taken over and emptied. Raises BatchBusy
    when another run still holds the batch after the seconds that the lake's policy allows, PublishError when the disk refuses
    what is staged.
    """
    name, seconds = f"{source}@{day}", lake.policy.wait_seconds
    lock, folder = FileLock(lake.staging / f"{name}.lock"), lake.staging / name
    with explain_staging(lake.name):
        lake.staging.mkdir(parents=True, exist_ok=True)
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
    swept = 0
    for folder in sorted(path for path in staging.glob("*") if path.is_dir() and path.name != keep):
        with suppress(Timeout, LakeError), FileLock(staging / f"{folder.name}.lock").acquire(timeout=0):
            remove_staged(folder)
            swept += 1
    return swept


def remove_staged(folder: Path) -> None:
    """Removes what a run staged, on the disk and in the bucket. Raises LakeError when the store does not answer."""
    clear_handover(folder)
    shutil.rmtree(folder, ignore_errors=True)


def is_held(path: Path) -> bool:
    """Whether a process on this machine holds the lock of a batch."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    with suppress(OSError):
        lock.release()
    return False


@contextmanager
def remember_failure(lake: Lake, source: str, day: date) -> Iterator[Callable[[str], None]]:
    """Saves or deletes the failure of a batch that runs in the block. Call what it yields to count the batch as failed."""
    whys: list[str] = []
    try:
        yield whys.append
    except NOT_ITS_FAULT:
        raise
    except Exception as error:
        save_failure(lake, source, day, f"{error}" or type(error).__name__)
        raise
    save_failure(lake, source, day, whys[-1] if whys else None)


def save_failure(lake: Lake, source: str, day: date, why: str | None) -> None:
    """Saves why a batch failed; None: it did not. A store that refuses is ignored, so that it cannot hide the failure."""
    content = json.dumps({"why": escape_name(" ".join(why.split()))}, ensure_ascii=False).encode() if why else None
    with suppress(OSError, LakeError):
        change_store_file(lake.files, name_batch_file(FAILURES, source, day), lambda _: content)


def list_failures(lake: Lake) -> dict[tuple[str, date], str]:
    """Why the last run of a batch failed, by source and logical date."""
    found = {}
    for source, day, name in list_batch_files(lake.files, FAILURES):
        if content := read_store_file(lake.files, name):
            found[source, day] = str(json.loads(content)["why"])
    return found
