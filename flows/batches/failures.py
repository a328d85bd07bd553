"""Which batches failed in their last run, and why: one small file each in the lake's store.

A batch that failed leaves no receipt, so nothing else in a lake tells it from one that was never run. The file goes when the
batch is published, or found to be as it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.batches.staging import BatchBusy
from tasks.lake import Lake
from tasks.publishing.trees import LakeBusy

# Somebody else was at it: that says nothing of the batch.
NOT_ITS_FAULT = (BatchBusy, LakeBusy)


@contextmanager
def remember_failure(lake: Lake, source: str, day: date) -> Iterator[Callable[[str], None]]:
    """Keeps or clears the failure of a batch that runs in the block; call what it yields if the batch is to count as failed."""
    whys: list[str] = []
    try:
        yield whys.append
    except NOT_ITS_FAULT:
        raise
    except Exception as error:
        write_failure(failure_path(lake, source, day), f"{error}" or type(error).__name__)
        raise
    if whys:
        write_failure(failure_path(lake, source, day), whys[-1])
    else:
        failure_path(lake, source, day).unlink(missing_ok=True)


def read_failure(lake: Lake, source: str, day: date) -> str | None:
    """Why the last run of a batch failed; None when it did not, or never ran."""
    try:
        return str(json.loads(failure_path(lake, source, day).read_text(encoding="utf-8"))["why"])
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_failure(path: Path, why: str) -> None:
    """Writes the file in one step, as far as the disk lets us: the failure itself is what must be told."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps({"why": " ".join(why.split())}, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)
    except OSError:
        return


def failure_path(lake: Lake, source: str, day: date) -> Path:
    """Where the failure of a batch is kept."""
    return lake.store / "failures" / f"{source}@{day}.json"
