"""Erasures that are in progress: one file each in the lake's store, from before the commit until nothing is left to remove.

.lake-store/erasing/<12 hex>.json
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256

from tasks.erasing.targets import Request
from tasks.stores.errors import LakeError
from tasks.stores.store import ERASING
from tasks.stores.store_files import StoreFiles, change_store_file, read_store_file


def save_request(files: StoreFiles, request: Request) -> str:
    """Writes the file of a request; its name."""
    content = json.dumps(asdict(request), default=str, sort_keys=True, ensure_ascii=False).encode()
    name = f"{ERASING}/{sha256(content).hexdigest()[:12]}.json"
    change_store_file(files, name, lambda _: content)
    return name


def list_pending(files: StoreFiles) -> Iterator[tuple[str, Request]]:
    """The erasures in progress with the names of their files. Raises LakeError when one is damaged."""
    for name in files.list_names(ERASING):
        try:
            # Another process may finish it meanwhile.
            if content := read_store_file(files, name):
                yield name, parse_request(content)
        except (KeyError, TypeError, ValueError) as error:
            raise LakeError(
                f"{files.address(name)}: this file is damaged ({error}); delete it and ask for the erasure again"
            ) from None


def parse_request(content: bytes) -> Request:
    """The request in a file."""
    raw = json.loads(content)
    records = tuple((source, date.fromisoformat(day), uri) for source, day, uri in raw.pop("records"))
    asked = datetime.fromisoformat(raw.pop("requested_at"))
    return Request(ids=tuple(raw.pop("ids")), records=records, requested_at=asked, **raw)


def forget_request(files: StoreFiles, name: str) -> None:
    """Deletes the file of an erasure that is complete."""
    change_store_file(files, name, lambda _: None)
