"""What a lake needs of the place where it is, and what every place needs: one lock, folders for drafts, and the handover.

`DiskStore` and `BucketStore` are such places; `tasks.lakes.lake.open_lake` chooses. Workers that share no disk with the machine
that publishes hand staged rows over through the bucket:

    s3://bucket/news/.lake-store/staging/<run>/shard-00003/<attempt>/part-0000/documents.parquet ...

The publishing machine fetches the parts of a shard when it is done, and removes them. The run's folder on that machine says
where they are, so a run that removes the folder of a killed run removes them too.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from filelock import FileLock, Timeout

from tasks.stores.bucket_client import fetch_file, list_objects, open_address, remove_objects, send_file
from tasks.stores.disk_files import make_folders
from tasks.stores.errors import LakeBusy, LakeFault
from tasks.stores.manifest import Manifest, TableFile
from tasks.stores.store_files import StoreFiles

NOTE = "handover"
FAILURES = "failures"  # the folder of the files that say why the last run of a batch failed
ERASING = "erasing"  # the folder of the erasures in progress, see `tasks.erasing.pending`


class Store(Protocol):
    """A place of a lake. Readers see one version or the next of each partition, whenever a writer dies."""

    @property
    def name(self) -> str:
        """The path or the address that people know."""

    @property
    def folder(self) -> Path:
        """A folder on this machine for drafts and staged batches, out of every reader's sight."""

    @property
    def files(self) -> StoreFiles:
        """The small named files of the store."""

    @property
    def file_rows(self) -> int | None:
        """The most rows of a published file; None: a partition is one file."""

    @property
    def swaps_at_once(self) -> bool:
        """Whether readers see a commit in all partitions at one instant."""

    def version(self) -> int:
        """The published version; 0 in a lake where nothing was ever written. Raises LakeError when it is unknown."""

    def is_shown(self) -> bool:
        """Whether readers see all of the published version. Raises LakeError where parts of it are lost."""

    def list_versions(self) -> dict[int, datetime | None]:
        """The versions on record, those no longer kept as well, with the time of each commit (None: not known)."""

    def list_written(self) -> set[int]:
        """The versions that have, or should have, a manifest: those on record, and all that are kept."""

    def read_manifest(self, version: int) -> Manifest:
        """What a version holds; an empty manifest for 0. Raises LakeError when the version is unknown."""

    def fetch(self, version: int, table: str, file: TableFile) -> Path:
        """Where a file of a version can be read on this machine."""

    def locate(self, version: int, table: str, file: TableFile) -> str:
        """Where a file of a version is, for people."""

    def read_schema(self, version: int, table: str, file: TableFile) -> pa.Schema:
        """The columns of a file of a version; reads little more than the footer."""

    def lock(self, wait_seconds: float, on_wait: Callable[[str], None] | None) -> AbstractContextManager[int]:
        """Holds the lock, repairs what dead writers left, gives the published version. Raises LakeBusy, PublishError."""

    def keeps(self, version: int) -> bool:
        """Whether the files of a version stay for a rollback, tagged or not."""

    def keep_file(self, version: int, table: str, file: TableFile, target: Path) -> None:
        """Takes a file of a version over into a draft."""

    def show_version(self, draft: Path, manifest: Manifest, keep: int) -> None:
        """Makes a draft the published version and sweeps all but the last `keep`. Raises Overtaken."""

    def sweep_versions(self, keep: int) -> None:
        """Removes the files of all but the last `keep` versions and the tagged ones. Their commits stay on record."""

    def repair_shown(self) -> None:
        """Writes again what readers see, where it is not what the published version holds."""

    def find_manifests(self) -> list[Manifest]:
        """What every kept version holds whose manifest can be read, newest first, even if no version is published."""

    def recover_record(self, made: Manifest) -> Iterator[str]:
        """Makes a version the published one, whose files are whole; a line for each change. Needs the lock."""

    def restore_file(self, version: int, table: str, file: TableFile) -> bool:
        """Writes a lost or damaged file of a version again from another copy of it. False when there is none."""

    def probe(self) -> str:
        """A line that says the store works, after trying. Raises PublishError where no lake can be."""

    def explain_absence(self) -> LakeFault:
        """Why there is no published version."""

    def find_shown_faults(self, manifest: Manifest) -> Iterator[LakeFault]:
        """Where readers see something else than the published version, of which this is the manifest."""

    def find_file_fault(self, version: int, table: str, file: TableFile, digests: dict[str, str]) -> str | None:
        """What is wrong with the bytes of a file, or None. `digests`: what was hashed before, read once only."""


@contextmanager
def acquire_lock(folder: Path, name: str, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Holds the lock in a store's folder. The kernel releases it when the process dies. Raises LakeBusy after `wait_seconds`."""
    make_folders(folder)
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


def open_handover(store: Store, folder: Path, run: str) -> str:
    """Where workers elsewhere leave what they stage for a run, noted in its folder; "" for a lake on a disk."""
    address = store.files.address(f"staging/{run}")
    if "://" not in address:
        return ""
    (folder / NOTE).write_text(address, encoding="utf-8")
    return address


def sweep_handovers(store: Store, before: datetime) -> int:
    """Removes what workers left in a bucket before a time; returns of how many runs."""
    address = store.files.address("staging")
    if "://" not in address:
        return 0
    bucket, prefix = open_address(address)
    keys = list_objects(bucket, f"{prefix}/", before=before)
    remove_objects(bucket, keys)
    return len({key.removeprefix(f"{prefix}/").partition("/")[0] for key in keys})


def send_parts(folders: Iterable[str], address: str) -> tuple[str, ...]:
    """Uploads the parts of a shard; returns their addresses, below `address`."""
    bucket, prefix = open_address(address)
    for part in map(Path, folders):
        for file in sorted(part.iterdir()):
            send_file(bucket, f"{prefix}/{part.name}/{file.name}", file)
    return tuple(f"{address}/{Path(part).name}" for part in folders)


def fetch_parts(folders: Iterable[str], target: Path) -> tuple[str, ...]:
    """Fetches uploaded parts into folders below `target` and removes them from the bucket; parts on a disk stay."""
    return tuple(fetch_part(part, target) if "://" in part else part for part in folders)


def fetch_part(address: str, target: Path) -> str:
    """Fetches the files of a part into a folder of its name; returns that folder."""
    bucket, prefix = open_address(address)
    folder = target / Path(prefix).name
    folder.mkdir(parents=True, exist_ok=True)
    keys = list_objects(bucket, f"{prefix}/")
    for key in keys:
        fetch_file(bucket, key, folder / Path(key).name)
    remove_objects(bucket, keys)
    return str(folder)


def clear_handover(folder: Path) -> None:
    """Removes what a run still has in the bucket, given its folder. Raises LakeError when the store does not answer."""
    note = folder / NOTE
    if note.exists():
        bucket, prefix = open_address(note.read_text(encoding="utf-8"))
        remove_objects(bucket, list_objects(bucket, f"{prefix}/"))
