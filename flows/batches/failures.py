"""Which batches failed in their last run, and why: one small file for each in the lake's store.

A batch that failed leaves no receipt, so nothing else tells it from a batch that never ran. The file is deleted when the batch
is published or found to be up to date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from flows.errors import BatchBusy
from tasks.lakes.lake import Lake
from tasks.reading.plan import escape_name
from tasks.stores.errors import LakeBusy, LakeError, LakeSilent
from tasks.stores.store_files import change_store_file, list_batch_files, name_batch_file, read_store_file

# Another run is in the way, or the lake cannot be reached: not a fault of the batch.
NOT_ITS_FAULT = (BatchBusy, LakeBusy, LakeSilent)
FOLDER = "failures"


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
        change_store_file(lake.files, name_batch_file(FOLDER, source, day), lambda _: content)


def list_failures(lake: Lake) -> dict[tuple[str, date], str]:
    """Why the last run of a batch failed, by source and logical date."""
    found = {}
    for source, day, name in list_batch_files(lake.files, FOLDER):
        if content := read_store_file(lake.files, name):
            found[source, day] = str(json.loads(content)["why"])
    return found
