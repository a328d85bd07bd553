"""Small named files as objects of a bucket, each written only over the version that was read (If-Match, If-None-Match).

A deleted file is an empty object: a deletion cannot be conditional everywhere, and would delete what others wrote meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from tasks.lakes.client import Changed, list_objects, open_address, put_object, read_object

# Media types, so that a browser shows a page as one.
KINDS = {".html": "text/html; charset=utf-8", ".json": "application/json"}


@dataclass(frozen=True)
class BucketFiles:
    """Objects below a prefix. `store`: s3://bucket/prefix."""

    store: str

    def read(self, name: str) -> tuple[bytes | None, str | None]:
        try:
            body, e_tag = read_object(*open_address(self.address(name)))
        except FileNotFoundError:
            return None, None
        return body or None, e_tag

    def swap(self, name: str, body: bytes | None, tag: str | None) -> bool:
        try:
            put_object(
                *open_address(self.address(name)), body or b"", seen=tag, kind=KINDS.get(PurePosixPath(name).suffix, "")
            )
        except Changed:
            # obstore repeats a write whose answer was lost, and the store then refuses it.
            return self.read(name)[0] == body
        return True

    def list_names(self, folder: str) -> list[str]:
        bucket, key = open_address(self.store)
        keys = list_objects(bucket, f"{key}/{folder}/" if folder else f"{key}/", least=1)
        return [found.removeprefix(f"{key}/") for found in keys]

    def open_folder(self, folder: str) -> BucketFiles:
        return BucketFiles(f"{self.store}/{folder}")

    def address(self, name: str) -> str:
        return f"{self.store}/{name}" if name else self.store
