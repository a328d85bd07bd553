"""Removing the files of versions that a lake in a bucket no longer keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tasks.stores.bucket_client import list_objects, remove_objects
from tasks.stores.errors import REPAIR, PublishError
from tasks.stores.tags import list_tags

if TYPE_CHECKING:
    from tasks.stores.bucket_store import BucketStore


def sweep_files(store: BucketStore) -> None:
    """Removes files that no kept version names, and the copies of them here.

    Raises LakeError, before anything is removed, when a kept version cannot be read or lacks a file.
    Only files of versions that are decided: a version that is being built may name files of kept versions and its own, and
    none of these is removed. So a sweep needs no lock and may come late.
    """
    state, _ = store.layout.read_state()
    if state is None:
        return
    prefix = store.layout.key("files/")
    keys = list_objects(store.layout.bucket, prefix)
    named: set[str] = set()
    copies: set[Path] = set()
    # Read after the state: a tag that is not there yet finds that its version is an old one.
    kept = {*range(state.oldest, state.version + 1), *list_tags(store.files).values()}
    for version in sorted(kept):
        for table, files in store.read_manifest(version).tables.items():
            named |= {store.layout.file_key(table, file) for file in files}
            copies |= {store.copy_path(file) for file in files}
    if lost := sorted(named.difference(keys)):
        if store.layout.read_state()[0] != state:
            return  # another writer swept meanwhile
        raise PublishError(f"{store.layout.locate(lost[0])} is missing, so no version was removed; {REPAIR}")
    doomed = []
    for key in keys:
        home, _, name = key.removeprefix(prefix).partition("/")
        if not home.isdigit() or int(home) > state.version or key in named:
            continue
        if not (name.startswith("manifest-") and int(home) in kept):
            doomed.append(key)
    remove_objects(store.layout.bucket, doomed)
    for copy in (store.folder / "copies").rglob("*"):
        if copy.is_file() and copy not in copies:
            copy.unlink(missing_ok=True)
