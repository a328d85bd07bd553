"""Is a lake what its receipts say? Every file against its hash, every sum, and documents put together again.

Cheap questions come first; when files are missing or damaged, their rows are not checked. Everything is read one row group at a
time, so memory depends neither on the length of a month nor on that of the lake.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tasks.checking.files import check_files
from tasks.checking.gaps import check_days
from tasks.checking.owners import check_owners
from tasks.checking.rebuild import check_all, check_sample
from tasks.checking.sums import check_receipts, read_receipts
from tasks.lakes.lake import Lake
from tasks.stores.errors import LakeError, LakeFault
from tasks.stores.manifest import Manifest

TRIES = 3


def check(lake: Lake, scratch: Path | None = None) -> list[LakeFault]:
    """Everything that is wrong with the published version of a lake; empty when all is well.

    Some hundred documents of each file are put together again; with a `scratch` folder (empty, on a disk that has room for a
    month of text) every document of the lake is.
    """
    for left in reversed(range(TRIES)):
        try:
            version = lake.version()
            if not version:
                return [lake.store.explain_absence()]
            found = list(check_version(lake, lake.manifest(version), scratch))
            # Found while later commits swept the version: check again what readers see now.
            if not found or lake.manifest(version).kept:
                return found
        except FileNotFoundError:
            if not left or lake.manifest(version).kept:
                raise
        except LakeError as error:
            return [LakeFault("a lake cannot be read", str(error), "copydesk versions lists what is kept")]
    return [LakeFault("versions are swept faster than they can be checked", lake.name, "raise keep_versions")]


def check_version(lake: Lake, manifest: Manifest, scratch: Path | None) -> Iterator[LakeFault]:
    """All faults of one version."""
    damaged = False
    for fault in check_files(lake, manifest):
        damaged = True
        yield fault
    if damaged:
        return
    yield from check_receipts(lake, manifest)
    yield from check_owners(lake, manifest)
    yield from check_all(lake, manifest, scratch) if scratch else check_sample(lake, manifest)


def find_odd_days(lake: Lake) -> list[LakeFault]:
    """Days of a source that are missing, short or delivered twice: perhaps right, but worth a look."""
    return list(check_days(read_receipts(lake, lake.manifest())))
