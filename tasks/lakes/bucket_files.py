"""Notes as objects beside a lake in a bucket, each written only over what was seen of it (If-Match, If-None-Match).

One that goes becomes empty and is never removed: a removal cannot be conditional everywhere, and would take what somebody
else wrote meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from tasks.lakes.client import Changed, list_objects, open_address, put_object, read_object

# Media types, so that a browser shows a page as one.
KINDS = {".html": "text/html; charset=utf-8", ".json": "application/json"}


@dataclass(frozen=True)
class BucketNotes:
    """Notes below a prefix. `store`: s3://bucket/prefix."""

    store: str

    def look(self, name: str) -> tuple[bytes | None, str | None]:
        try:
            body, e_tag = read_object(*open_address(self.address(name)))
        except FileNotFoundError:
            return None, None
        return body or None, e_tag

    def swap(self, name: str, body: bytes | None, seen: str | None) -> bool:
        try:
            put_object(
                *open_address(self.address(name)),
                body or b"",
                seen=seen,
                kind=KINDS.get(PurePosixPath(name).suffix, ""),
            )
        except Changed:
            # A store that took our write and lost its answer is asked again by obstore, and then refuses.
            return self.look(name)[0] == body
        return True

    def names(self, folder: str) -> list[str]:
        bucket, key = open_address(self.store)
        keys = list_objects(bucket, f"{key}/{folder}/" if folder else f"{key}/", least=1)
        return [found.removeprefix(f"{key}/") for found in keys]

    def below(self, folder: str) -> BucketNotes:
        return BucketNotes(f"{self.store}/{folder}")

    def address(self, name: str) -> str:
        return f"{self.store}/{name}" if name else self.store
