"""Where everything of a lake in a bucket is, and the state object, whose replacement is the commit.

s3://bucket/news/lake/documents/month=2026-10/part-0.parquet         what readers see: one object per partition, stamped
s3://bucket/news/.lake-store/state.json                              which version is published, and whether all is shown
s3://bucket/news/.lake-store/commits/00000012.json                   the manifest of a version
s3://bucket/news/.lake-store/files/00000012/documents/month=2026-10/part-0-<sha16>.parquet     never written twice
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tasks.schema import TABLES
from tasks.stores.bucket_client import ObjectChanged, list_objects, open_bucket, put_object, read_object
from tasks.stores.errors import REPAIR, LakeError
from tasks.stores.manifest import Manifest, TableFile, folder_of

# Receipts last: when a receipt can be seen, so can everything that it describes.
SHOWN = (*sorted(TABLES.keys() - {"receipts"}, reverse=True), "receipts")


@dataclass(frozen=True)
class State:
    """The published version (0: none), its manifest's key, the oldest kept version, and whether readers see all of it."""

    version: int
    manifest: str
    oldest: int
    shown: bool


NEW_LAKE = State(0, "", 1, shown=True)


@dataclass(frozen=True)
class BucketLayout:
    """The keys of a lake at s3://bucket/folder."""

    address: str

    @property
    def bucket(self) -> Any:
        """The bucket, opened."""
        return open_bucket(self.locate("").rstrip("/"))

    @property
    def prefix(self) -> str:
        """The folder that readers know, without the bucket."""
        return self.address.split("/", 3)[3]

    def key(self, name: str) -> str:
        """The key of something in the store, which is beside what readers see: `s3://.../lake/**` never reaches it."""
        parent, _, last = self.prefix.rpartition("/")
        return f"{parent}/.{last}-store/{name}".lstrip("/")

    def shown_key(self, table: str, month: str) -> str:
        """The key of a partition that readers see."""
        return f"{self.prefix}/{table}/{folder_of(month)}/part-0.parquet"

    def file_key(self, table: str, file: TableFile) -> str:
        """The key of a file of a version."""
        return self.key(f"files/{file.home:08d}/{table}/{file.path}")

    def manifest_key(self, version: int, content: bytes) -> str:
        """The key of a manifest before its version is committed: several writers may upload one for the same version."""
        return self.key(f"files/{version:08d}/manifest-{hashlib.sha256(content).hexdigest()[:16]}.json")

    def locate(self, key: str) -> str:
        """The address of a key."""
        return f"{'/'.join(self.address.split('/')[:3])}/{key}"

    def read_state(self) -> tuple[State | None, str | None]:
        """The state and its ETag; None in a lake that is not begun. Raises LakeError where it is lost or damaged."""
        try:
            content, e_tag = read_object(self.bucket, self.key("state.json"))
        except FileNotFoundError:
            self.check_new()
            return None, None
        try:
            raw = json.loads(content)
            return State(int(raw["version"]), str(raw["manifest"]), int(raw["oldest"]), bool(raw["shown"])), e_tag
        except (KeyError, TypeError, ValueError) as error:
            raise LakeError(
                f"{self.address}: {self.key('state.json')} is damaged ({error}), so nothing was changed; {REPAIR}"
            ) from error

    def check_new(self) -> None:
        """Raises LakeError when there is no state object although versions were written."""
        if list_objects(self.bucket, self.key("commits/")):
            cure = REPAIR
        elif list_objects(self.bucket, self.key("files/")):
            cure = f"{REPAIR}; where no batch was ever published, delete {self.locate(self.key('files/'))} to begin a new lake"
        else:
            return
        raise LakeError(
            f"{self.locate(self.key('state.json'))} is missing, but versions are beside it, so nothing was changed; {cure}"
        )

    def swap_state(self, state: State, e_tag: str | None) -> bool:
        """Replaces the state that has this ETag (None: there is none yet). False when another writer was first."""
        try:
            put_object(self.bucket, self.key("state.json"), write_state(state), e_tag=e_tag)
        except ObjectChanged:
            # obstore repeats a write whose answer was lost, and the store then refuses it.
            return self.read_state()[0] == state
        return True


def write_state(state: State) -> bytes:
    """The state object. Its numbers only grow and `shown` is set once, so no two are the same bytes."""
    return (json.dumps(vars(state), indent=1, sort_keys=True) + "\n").encode()


def assign_homes(old: Manifest, new: Manifest, draft: Path) -> dict[str, tuple[TableFile, ...]]:
    """The files of a version, each with the version that brought its bytes: this one, if the draft has them."""
    known = {(table, file): file.home for table, files in old.tables.items() for file in files}

    def find_home(table: str, file: TableFile) -> int:
        if (draft / table / file.path).exists():
            return new.version
        return file.home or known[table, file]

    return {
        table: tuple(replace(file, home=find_home(table, file)) for file in files)
        for table, files in new.tables.items()
    }


def find_vacant(old: Manifest, new: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the partitions that readers once saw and that have no file in the new version."""
    vacant = {}
    for table in SHOWN:
        once = {*old.vacant.get(table, ()), *(file.month for file in old.tables.get(table, ()))}
        if emptied := once - {file.month for file in new.tables.get(table, ())}:
            vacant[table] = tuple(sorted(emptied))
    return vacant
