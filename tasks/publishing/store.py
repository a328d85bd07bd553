"""Where a lake stands, a disk or a bucket, and the few things that publishing asks of either.

Both are modules of functions: `tasks.publishing.disk_store` and `tasks.publishing.bucket_store`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tasks.lakes.lake import Lake, Manifest, TableFile


class Place(Protocol):
    """How a version comes to be seen. Readers see the old one or the new one, whenever a writer dies."""

    def lock_lake(self, lake: Lake, /) -> AbstractContextManager[int]:
        """Gives the number of the published version, with what dead writers left put in order."""

    def keep_file(self, lake: Lake, version: int, table: str, file: TableFile, target: Path, /) -> None:
        """Takes a file of a version over into a draft."""

    def show_version(self, lake: Lake, draft: Path, manifest: Manifest, /) -> None:
        """Makes a draft the published version and sweeps old ones. Raises Overtaken when somebody else was first."""

    def sweep_versions(self, lake: Lake, /) -> None:
        """Removes the versions that the lake's policy does not keep. Their commits stay on record, without the lists of files."""

    def mend_shown(self, lake: Lake, /) -> None:
        """Puts right what readers see, where somebody else changed it."""

    def try_place(self, lake: Lake, /) -> str:
        """Says that a lake can stand there, once it was tried. Raises PublishError where it cannot."""


def place_of(lake: Lake) -> Place:
    """What publishes into this lake."""
    from tasks.lakes.bucket import ObjectLake

    if isinstance(lake, ObjectLake):
        from tasks.publishing import bucket_store

        return bucket_store
    from tasks.publishing import disk_store

    return disk_store
