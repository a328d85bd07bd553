"""Is a lake what its receipts say? Every file against its hash, every sum, and documents put together again.

Cheap questions first; with files missing or damaged, what is in them is not judged. Everything is read a row group at a
time, so memory depends neither on the length of a month nor on that of the lake.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tasks.checking import Finding
from tasks.checking.files import check_files
from tasks.checking.gaps import check_days
from tasks.checking.owners import check_owners
from tasks.checking.rebuild import check_all, check_sample
from tasks.checking.sums import check_receipts, read_receipts
from tasks.lakes.lake import Lake, LakeError, Manifest
from tasks.schema import TABLES

__all__ = ["Finding", "check", "find_odd_days"]

TRIES = 3


def check(lake: Lake, scratch: Path | None = None) -> list[Finding]:
    """Everything that is wrong with the published version of a lake; empty when all is well.

    Of each file some hundred documents are put together again; with a `scratch` folder (empty, on a disk that has room for a
    month of text) every document of the lake is.
    """
    for left in reversed(range(TRIES)):
        try:
            version = lake.version()
            if not version:
                return [say_nothing_there(lake)]
            found = list(check_version(lake, lake.manifest(version), scratch))
            # Found while later commits swept the version away: look at what readers see now.
            if not found or lake.manifest(version).kept:
                return found
        except FileNotFoundError:
            if not left or lake.manifest(version).kept:
                raise
        except LakeError as error:
            return [Finding("a lake cannot be read", str(error), "copydesk versions lists what is kept")]
    return [Finding("versions are swept faster than they can be checked", lake.name, "raise keep_versions")]


def say_nothing_there(lake: Lake) -> Finding:
    """Why there is no version: no lake, or one that was copied or moved without its store."""
    for path in (lake.path / table for table in TABLES):
        if path.is_symlink():
            cure = f"bring {lake.store.name} back beside it (cp -a copies both with their links)"
            return Finding("a lake without its store", lake.name, cure)
        if path.exists():
            cure = f"engines can read it; copydesk needs {lake.store.name} too (cp -a both)"
            return Finding("a copy of a lake", lake.name, cure)
    return Finding("no lake here", lake.name, "ingest something, or name another --lake")


def check_version(lake: Lake, manifest: Manifest, scratch: Path | None) -> Iterator[Finding]:
    """All findings about one version."""
    damaged = False
    for finding in check_files(lake, manifest):
        damaged = True
        yield finding
    if damaged:
        return
    yield from check_receipts(lake, manifest)
    yield from check_owners(lake, manifest)
    yield from check_all(lake, manifest, scratch) if scratch else check_sample(lake, manifest)


def find_odd_days(lake: Lake) -> list[Finding]:
    """Days of a source that are missing, short or delivered twice: nothing wrong for sure, but worth a look."""
    return list(check_days(read_receipts(lake, lake.manifest())))
