"""Small named files in a lake's store: learned lines, releases, failed batches, pages of runs.

A file is replaced as a whole, and only if it has not changed since it was read: of two changes at once both take effect, on a
disk and in a bucket alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Protocol

from filelock import FileLock

from tasks.stores.bucket_client import ObjectChanged, list_objects, open_address, put_object, read_object
from tasks.stores.disk_files import flush, make_folders, swap_file
from tasks.stores.errors import LakeError

TRIES = 100
# Media types, so that a browser shows a page as one.
MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json"}
OF_BATCH = re.compile(r"(.+)@(\d{4}-\d\d-\d\d)\.json")
# The new content of a file, given its content; None stands for a file that does not exist.
Change = Callable[[bytes | None], bytes | None]


class StoreFiles(Protocol):
    """The small files of a store. Names are relative paths, such as releases/wire@2026-10-04.json."""

    def read(self, name: str) -> tuple[bytes | None, str | None]:
        """The content of a file and a tag of it for `swap`; None, None without the file."""

    def swap(self, name: str, body: bytes | None, tag: str | None) -> bool:
        """Writes a file in one step (None: deletes it) if its tag is still the one given. False when it is not."""

    def list_names(self, folder: str) -> list[str]:
        """The files below a folder (all of them for ""), sorted."""

    def open_folder(self, folder: str) -> StoreFiles:
        """The files below a folder, by their names there."""

    def address(self, name: str) -> str:
        """Where a file is (the folder of all files for ""), for any machine that sees the lake."""


def name_batch_file(folder: str, source: str, day: date) -> str:
    """The file of a batch in a folder."""
    return f"{folder}/{source}@{day}.json"


def list_batch_files(files: StoreFiles, folder: str) -> Iterator[tuple[str, date, str]]:
    """Source, logical date and file name of every batch that has a file in a folder."""
    for name in files.list_names(folder):
        if hit := OF_BATCH.fullmatch(name.removeprefix(f"{folder}/")):
            yield hit[1], date.fromisoformat(hit[2]), name


def read_store_file(files: StoreFiles, name: str) -> bytes | None:
    """The content of a file, None without it."""
    return files.read(name)[0]


def change_store_file(files: StoreFiles, name: str, change: Change) -> None:
    """Changes a file. Raises LakeError when others change it too often to finish."""
    for _ in range(TRIES):
        before, tag = files.read(name)
        after = change(before)
        if after == before or files.swap(name, after, tag):
            return
    raise LakeError(f"{files.address(name)}: too many concurrent updates; run it again later")


@dataclass(frozen=True)
class FolderFiles:
    """Files below a folder on a disk."""

    folder: Path

    def read(self, name: str) -> tuple[bytes | None, str | None]:
        try:
            body = (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None, None
        return body, hashlib.sha256(body).hexdigest()

    def swap(self, name: str, body: bytes | None, tag: str | None) -> bool:
        path = self.folder / name
        make_folders(path.parent)
        with FileLock(self.folder / ".notes.lock"):
            if self.read(name)[1] != tag:
                return False
            if body is None:
                path.unlink(missing_ok=True)
                flush(path.parent)
                return True
            swap_file(path, body, path.with_name(f".{path.name}.next"))
            return True

    def list_names(self, folder: str) -> list[str]:
        found = (self.folder / folder).rglob("*")
        paths = (path.relative_to(self.folder) for path in found if path.is_file() and not path.name.startswith("."))
        return sorted(path.as_posix() for path in paths)

    def open_folder(self, folder: str) -> FolderFiles:
        return FolderFiles(self.folder / folder)

    def address(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class BucketFiles:
    """Objects below a prefix. A deleted file is an empty object, since a deletion cannot be conditional everywhere."""

    prefix: str

    def read(self, name: str) -> tuple[bytes | None, str | None]:
        try:
            body, e_tag = read_object(*open_address(self.address(name)))
        except FileNotFoundError:
            return None, None
        return body or None, e_tag

    def swap(self, name: str, body: bytes | None, tag: str | None) -> bool:
        try:
            put_object(
                *open_address(self.address(name)),
                body or b"",
                e_tag=tag,
                kind=MEDIA_TYPES.get(PurePosixPath(name).suffix, ""),
            )
        except ObjectChanged:
            # obstore repeats a write whose answer was lost, and the store then refuses it.
            return self.read(name)[0] == body
        return True

    def list_names(self, folder: str) -> list[str]:
        bucket, key = open_address(self.prefix)
        keys = list_objects(bucket, f"{key}/{folder}/" if folder else f"{key}/", least=1)
        return [found.removeprefix(f"{key}/") for found in keys]

    def open_folder(self, folder: str) -> BucketFiles:
        return BucketFiles(f"{self.prefix}/{folder}")

    def address(self, name: str) -> str:
        return f"{self.prefix}/{name}" if name else self.prefix
