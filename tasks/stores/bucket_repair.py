"""Putting right the record of a lake in a bucket: the state object and the manifests, where one of them is lost or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tasks.stores.bucket_client import keep_object, list_objects, put_object, read_object, read_tag
from tasks.stores.bucket_layout import SHOWN, State
from tasks.stores.bucket_shown import unstamp_file
from tasks.stores.errors import LakeError, LakeSilent
from tasks.stores.manifest import Manifest, TableFile, load_manifest, write_manifest

if TYPE_CHECKING:
    from tasks.stores.bucket_store import BucketStore


def find_recorded(store: BucketStore) -> dict[int, Manifest | None]:
    """Every version on record with its manifest; None where it cannot be read."""
    layout = store.layout
    state, _ = read_lost_state(store)
    keys = list_objects(layout.bucket, layout.key("commits/"))
    last = max([state.version if state else 0, *(int(key[-13:-5]) for key in keys if key[-13:-5].isdigit())])
    # Several writers may have uploaded one for the same version: only the files of the one that was committed are kept.
    keys += [key for key in list_objects(layout.bucket, layout.key("files/")) if "/manifest-" in key]
    found: dict[int, Manifest | None] = {}
    for key in [state.manifest, *keys] if state and state.version else keys:
        name = key[-13:-5] if "/commits/" in key else key.split("/")[-2]
        # A later one was committed only if the state is lost: else its writer died before, or is still at work.
        if not name.isdigit() or (state and int(name) > last):
            continue
        version, known = int(name), found.get(int(name))
        if known is None or not is_whole(store, known):
            found[version] = read_manifest_at(store, version, key) or known
    return found


def name_version(store: BucketStore, made: Manifest) -> Iterator[str]:
    """Makes a version the published one, and writes lost commits again; a line for each change."""
    layout, found = store.layout, find_recorded(store)
    state, e_tag = read_lost_state(store)
    last = max([state.version if state else 0, *found])
    if made.version < last:
        # A number that no object carries, so that each of them can be replaced.
        made = replace(made, version=last + 1, restores=made.version, batch=None, note={}, changed={})
        made = replace(made, vacant=find_emptied(store, made))
        found[made.version] = made
    content = write_manifest(made).encode()
    key = layout.manifest_key(made.version, content)
    keep_object(layout.bucket, key, content)
    kept = [version for version, each in found.items() if is_whole(store, each)]
    if state is None or (state.version, state.manifest) != (made.version, key):
        if not layout.swap_state(State(made.version, key, state.oldest if state else min(kept), shown=True), e_tag):
            raise LakeError(f"{store.name}: another process published meanwhile; run it again")
        yield f"{layout.locate(layout.key('state.json'))} names version {made.version}"
    for version, each in sorted(found.items()):
        commit = layout.key(f"commits/{version:08d}.json")
        if each and read_manifest_at(store, version, commit) is None:
            tag = read_tag(layout.bucket, commit)
            put_object(layout.bucket, commit, write_manifest(each).encode(), e_tag=tag.e_tag if tag else None)
            yield f"{layout.locate(commit)} is restored"


def read_lost_state(store: BucketStore) -> tuple[State | None, str | None]:
    """The state object and its ETag; no state where it is lost or damaged."""
    try:
        return store.layout.read_state()
    except LakeSilent:
        raise
    except LakeError:
        tag = read_tag(store.layout.bucket, store.layout.key("state.json"))
        return None, tag.e_tag if tag else None


def read_manifest_at(store: BucketStore, version: int, key: str) -> Manifest | None:
    """The manifest in an object; None where it is missing or damaged."""
    try:
        return load_manifest(store.name, version, lambda: read_object(store.layout.bucket, key)[0].decode())
    except LakeSilent:
        raise
    except LakeError:
        return None


def is_whole(store: BucketStore, made: Manifest | None) -> bool:
    """Whether all files of a version are there."""
    keys = set(list_objects(store.layout.bucket, store.layout.key("files/")))
    return made is not None and all(
        store.layout.file_key(table, file) in keys for table, files in made.tables.items() for file in files
    )


def find_emptied(store: BucketStore, made: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the partitions that readers see and that have no file in a version."""
    layout = store.layout
    emptied = {}
    for table in SHOWN:
        keys = list_objects(layout.bucket, f"{layout.prefix}/{table}/")
        months = {key.rpartition("/")[0].rpartition("=")[2] for key in keys}
        if gone := months - {file.month for file in made.tables.get(table, ())}:
            emptied[table] = tuple(sorted(gone))
    return emptied


def restore_object(store: BucketStore, table: str, file: TableFile) -> bool:
    """Writes a file again from this machine's copy, or from what readers see. False when neither has its bytes."""
    layout, copy = store.layout, store.copy_path(file)
    candidates = [copy.read_bytes()] if copy.exists() else []
    try:
        shown, _ = read_object(layout.bucket, layout.shown_key(table, file.month))
        candidates.append(unstamp_file(shown)[0])
    except (FileNotFoundError, ValueError):
        pass
    for content in candidates:
        if sha256(content).hexdigest() == file.sha256:
            key = layout.file_key(table, file)
            tag = read_tag(layout.bucket, key)
            put_object(layout.bucket, key, content, e_tag=tag.e_tag if tag else None)
            return True
    return False
