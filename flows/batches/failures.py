"""Which batches failed in their last run, and why: one small note each in the lake's store.

A batch that failed leaves no receipt, so nothing else in a lake tells it from one that was never run. The note goes when the
batch is published, or found to be as it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from flows.batches.staging import BatchBusy
from tasks.lakes.lake import Lake, LakeError, LakeSilent
from tasks.lakes.store_files import change_store_file, list_batch_files, name_batch_file, read_store_file
from tasks.publishing.disk_store import LakeBusy
from tasks.reading.plan import escape_name

# Somebody else was at it, or the lake cannot be reached: that says nothing of the batch.
NOT_ITS_FAULT = (BatchBusy, LakeBusy, LakeSilent)
FOLDER = "failures"


@contextmanager
def remember_failure(lake: Lake, source: str, day: date) -> Iterator[Callable[[str], None]]:
    """Keeps or clears the failure of a batch that runs in the block; call what it yields if the batch is to count as failed."""
    whys: list[str] = []
    try:
        yield whys.append
    except NOT_ITS_FAULT:
        raise
    except Exception as error:
        note_failure(lake, source, day, f"{error}" or type(error).__name__)
        raise
    note_failure(lake, source, day, whys[-1] if whys else None)


def note_failure(lake: Lake, source: str, day: date, why: str | None) -> None:
    """Notes why a batch failed (None: it did not), as far as the lake lets us: what became of the batch is what must be told."""
    said = json.dumps({"why": escape_name(" ".join(why.split()))}, ensure_ascii=False).encode() if why else None
    with suppress(OSError, LakeError):
        change_store_file(lake.files, name_batch_file(FOLDER, source, day), lambda _: said)


def list_failures(lake: Lake) -> dict[tuple[str, date], str]:
    """Why the last run of a batch failed, by source and logical date, for all that did."""
    found = {}
    for source, day, name in list_batch_files(lake.files, FOLDER):
        if said := read_store_file(lake.files, name):
            found[source, day] = str(json.loads(said)["why"])
    return found
