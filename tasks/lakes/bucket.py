"""A lake in a bucket, as its own programs read it: through the state object and manifests, never by listing.

    s3://bucket/news/lake/documents/month=2026-10/part-0.parquet         what readers see: one object a partition, with a stamp
    s3://bucket/news/.lake-store/state.json                              which version is published, and whether all is shown
    s3://bucket/news/.lake-store/commits/00000012.json                   the manifest of a version
    s3://bucket/news/.lake-store/files/00000012/documents/month=2026-10/part-0-<sha16>.parquet     never written twice

Files are the same bytes as in a lake on a disk. Those that are read are kept in a working folder by their SHA-256, which says
that they are whole, so nothing is fetched twice and every engine reads plain local files.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lakes.bucket_files import BucketFiles
from tasks.lakes.client import list_objects, open_bucket, read_object, read_range
from tasks.lakes.lake import Lake, LakeError, Manifest, TableFile, folder_of, read_manifest

# Receipts last: when a receipt is to be seen, so is all that it speaks of.
SHOWN = ("lines", "documents", "quarantine", "receipts")


@dataclass(frozen=True)
class State:
    """What the state object says: the published version, the key of its manifest, the oldest version that is kept.

    `shown` is false from the commit until every reader's object is in place: whoever comes next finishes that.
    """

    version: int
    manifest: str
    oldest: int
    shown: bool


@dataclass(frozen=True)
class ObjectLake(Lake):
    """A lake at s3://bucket/folder. `path`: the working folder, for staging and for copies of files."""

    address: str = ""

    @property
    def uri(self) -> str:
        return self.address

    @property
    def shows_at_once(self) -> bool:
        return False

    @property
    def file_rows(self) -> int | None:
        return None  # one object a partition, however many rows: two could not be replaced at one instant

    @property
    def name(self) -> str:
        return self.address

    @property
    def label(self) -> str:
        return self.address.rpartition("/")[2]

    @property
    def store(self) -> Path:
        return self.path

    @property
    def files(self) -> BucketFiles:
        return BucketFiles(f"{'/'.join(self.address.split('/')[:3])}/{self.key('')}".rstrip("/"))

    @property
    def bucket(self) -> Any:
        """The bucket, opened."""
        return open_bucket("/".join(self.address.split("/")[:3]))

    @property
    def folder(self) -> str:
        """The prefix that readers know, without the bucket."""
        return self.address.split("/", 3)[3]

    def key(self, name: str) -> str:
        """The key of something in the store, which lies beside what readers see: `s3://.../lake/**` never reaches it."""
        parent, _, last = self.folder.rpartition("/")
        return f"{parent}/.{last}-store/{name}".lstrip("/")

    def shown_key(self, table: str, month: str) -> str:
        """The key of a partition that readers see."""
        return f"{self.folder}/{table}/{folder_of(month)}/part-0.parquet"

    def file_key(self, table: str, file: TableFile) -> str:
        """The key of a file of a version."""
        return self.key(f"files/{file.home:08d}/{table}/{file.path}")

    def version(self) -> int:
        found = read_state(self)[0]
        return found.version if found else 0

    def is_shown(self) -> bool:
        found = read_state(self)[0]
        return found is None or found.shown

    def records(self) -> list[int]:
        numbers = {
            int(name) for key in list_objects(self.bucket, self.key("commits/")) if (name := Path(key).stem).isdigit()
        }
        return sorted({*numbers, self.version()} - {0})

    def record(self, version: int) -> str:
        state = read_state(self)[0]
        key = self.key(f"commits/{version:08d}.json")
        if state and state.version == version:
            key = state.manifest
        return read_object(self.bucket, key)[0].decode()

    def manifest(self, version: int | None = None) -> Manifest:
        return self._steadily(lambda: read_kept(self, self.version() if version is None else version))

    def copy_path(self, file: TableFile) -> Path:
        """Where the working folder keeps a copy of a file."""
        return self.store / "copies" / file.sha256[:2] / f"{file.sha256}.parquet"

    def fetch(self, version: int, table: str, file: TableFile) -> Path:
        path = self.copy_path(file)
        if not path.exists():
            content, _ = read_object(self.bucket, self.file_key(table, file))
            if sha256(content).hexdigest() != file.sha256:
                raise LakeError(
                    f"{self.name}: {self.file_key(table, file)} is not what was published; roll back, or run its batches again "
                    "with --force"
                )
            keep_copy(path, content)
        return path

    def locate(self, version: int, table: str, file: TableFile) -> str:
        return f"s3://{self.address.split('/')[2]}/{self.file_key(table, file)}"

    def schema(self, version: int, table: str, file: TableFile) -> pa.Schema:
        if (path := self.copy_path(file)).exists():
            return pq.read_schema(path)
        key = self.file_key(table, file)
        end = read_range(self.bucket, key, file.size - 8, file.size)
        footer = read_range(self.bucket, key, file.size - 8 - int.from_bytes(end[:4], "little"), file.size)
        return pq.read_schema(pa.BufferReader(b"PAR1" + footer))


def keep_copy(path: Path, content: bytes) -> None:
    """Writes a copy in one step; several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


def read_state(lake: ObjectLake) -> tuple[State | None, str | None]:
    """The state and its ETag; None before the first publish."""
    try:
        content, e_tag = read_object(lake.bucket, lake.key("state.json"))
    except FileNotFoundError:
        return None, None
    try:
        raw = json.loads(content)
        return State(int(raw["version"]), str(raw["manifest"]), int(raw["oldest"]), bool(raw["shown"])), e_tag
    except (KeyError, TypeError, ValueError) as error:
        raise LakeError(
            f"{lake.name}: {lake.key('state.json')} is damaged ({error}); bring an earlier copy of it back"
        ) from error


def write_state(state: State) -> bytes:
    """The state object. Its numbers only ever grow and `shown` is set once, so no two are the same bytes."""
    return (json.dumps(vars(state), indent=1, sort_keys=True) + "\n").encode()


def read_kept(lake: ObjectLake, version: int) -> Manifest:
    """A manifest; without its files when they may be swept already."""
    made = read_manifest(lake, version)
    state, _ = read_state(lake)
    if state and version < state.oldest:
        return replace(made, tables={}, vacant={}, kept=False)
    return made
