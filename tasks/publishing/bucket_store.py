"""Publishing into a bucket: upload, compare-and-swap one state object, then show each partition by a conditional write.

    1. the new version's files and manifest go to places of their own; nobody sees them
    2. the state object is replaced if it still says the version before: this is the commit, for all tables at once
    3. each changed partition is put where readers look, if what stands there is of an earlier version
    4. the state object says that all is shown

Whoever finds a state that is not all shown does steps 3 and 4 before anything else, so a writer may die at any instant. A
writer that slept and wakes up late does no harm: the objects it would replace carry the number of a later version, and its
conditional write would fail (see `tasks.lakes.stamp`). For the same reason a partition that readers see is never removed;
one that has no rows any more becomes an empty file.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tasks.lakes.bucket import SHOWN, ObjectLake, State, read_kept, read_state, write_state
from tasks.lakes.client import (
    Changed,
    Seen,
    keep_object,
    list_objects,
    look_at,
    put_object,
    read_object,
    remove_objects,
)
from tasks.lakes.lake import Lake, Manifest, TableFile, write_manifest
from tasks.lakes.stamp import stamp, unstamp
from tasks.publishing.disk_store import Overtaken, PublishError, acquire_lock, explain_errors, sweep_drafts
from tasks.publishing.files import write_empty

TRIES = 100


@contextmanager
def lock_lake(lake: Lake) -> Iterator[int]:
    """Gives the number of the published version, with all of it shown to readers.

    The lock is one of this machine only and saves work; what keeps writers apart is the state object, and one who loses is
    told by `Overtaken`. Raises LakeBusy as `acquire_lock` does, PublishError when disk or store are in the way.
    """
    here = at_objects(lake)
    with explain_errors(here):
        (here.store / "versions").mkdir(parents=True, exist_ok=True)
        with acquire_lock(here):
            sweep_drafts(here)
            state = settle(here)
            if state is None:
                probe_store(here)
            yield state.version if state else 0


def at_objects(lake: Lake) -> ObjectLake:
    """The lake as what it is."""
    if not isinstance(lake, ObjectLake):
        raise TypeError(f"{lake.name} is not on an object store")
    return lake


def probe_store(lake: ObjectLake) -> None:
    """Raises PublishError when the store takes a conditional write that must fail: then nothing here would hold."""
    key = lake.key("probe")
    keep_object(lake.bucket, key, b"copydesk asks whether this store heeds If-None-Match and If-Match\n")
    for seen in (None, '"00000000000000000000000000000000"'):
        try:
            put_object(lake.bucket, key, b"it does not\n", seen=seen)
        except Changed:
            continue
        raise PublishError(
            f"{lake.name}: this store ignores conditional writes, so two writers would destroy each other's work; use a store "
            "that has them, or a lake on a disk"
        )
    remove_objects(lake.bucket, [key])


def try_place(lake: Lake) -> str:
    """Says that the store is one for a lake."""
    probe_store(at_objects(lake))
    return f"{lake.name}: the store heeds conditional writes"


def keep_file(lake: Lake, version: int, table: str, file: TableFile, target: Path) -> None:
    """Nothing to do: a version names its files wherever they lie."""


def show_version(lake: Lake, draft: Path, manifest: Manifest) -> None:
    """Uploads a draft, commits it and shows it. Raises Overtaken when another version was committed meanwhile."""
    here = at_objects(lake)
    state, e_tag = read_state(here)
    last = state.version if state else 0
    if last != manifest.version - 1:
        raise Overtaken(here.name)
    old = read_kept(here, last)
    whole = replace(manifest, tables=find_homes(old, manifest, draft), vacant=find_vacant(old, manifest))
    for table, files in whole.tables.items():
        for file in files:
            if (draft / table / file.path).exists():
                upload(here, table, file, draft)
    content = write_manifest(whole).encode()
    key = here.key(f"files/{whole.version:08d}/manifest-{hashlib.sha256(content).hexdigest()[:16]}.json")
    keep_object(here.bucket, key, content)
    oldest = max(state.oldest if state else 1, whole.version - max(lake.policy.keep_versions, 1) + 1)
    wanted = State(whole.version, key, oldest, shown=False)
    if not swap_state(here, wanted, e_tag):
        raise Overtaken(here.name)
    settle(here)
    sweep(here)


def find_homes(old: Manifest, new: Manifest, draft: Path) -> dict[str, tuple[TableFile, ...]]:
    """The files of a version, each with the version that brought its bytes: this one, if the draft has them."""
    known = {(table, file): file.home for table, files in old.tables.items() for file in files}

    def home(table: str, file: TableFile) -> int:
        if (draft / table / file.path).exists():
            return new.version
        return file.home or known[table, file]

    return {
        table: tuple(replace(file, home=home(table, file)) for file in files) for table, files in new.tables.items()
    }


def find_vacant(old: Manifest, new: Manifest) -> dict[str, tuple[str, ...]]:
    """By table, the partitions that readers once saw and that have no file in the new version."""
    vacant = {}
    for table in SHOWN:
        once = {*old.vacant.get(table, ()), *(file.month for file in old.tables.get(table, ()))}
        if gone := once - {file.month for file in new.tables[table]}:
            vacant[table] = tuple(sorted(gone))
    return vacant


def upload(lake: ObjectLake, table: str, file: TableFile, draft: Path) -> None:
    """Brings a file of a draft to its place, and keeps it as a copy for the publishes to come."""
    path = draft / table / file.path
    keep_object(lake.bucket, lake.file_key(table, file), path.read_bytes())
    copy = lake.copy_path(file)
    copy.parent.mkdir(parents=True, exist_ok=True)
    path.replace(copy)


def swap_state(lake: ObjectLake, wanted: State, e_tag: str | None) -> bool:
    """Replaces the state that has this ETag (None: there is none yet). False when somebody else was first."""
    try:
        put_object(lake.bucket, lake.key("state.json"), write_state(wanted), seen=e_tag)
    except Changed:
        # A store that took our write and lost its answer is asked again by obstore, and then refuses.
        return read_state(lake)[0] == wanted
    return True


def settle(lake: ObjectLake) -> State | None:
    """Shows what was committed and not all shown, whoever committed it; gives the state after that, None before the first."""
    for _ in range(TRIES):
        state, e_tag = read_state(lake)
        if state is None or state.shown:
            return state
        try:
            manifest = read_kept(lake, state.version)
            for table in SHOWN:
                for month in manifest.changed.get(table, ()):
                    show_partition(lake, manifest, table, month)
            keep_object(lake.bucket, lake.key(f"commits/{state.version:08d}.json"), write_manifest(manifest).encode())
        except FileNotFoundError:
            # Finished by somebody else, and swept after further commits.
            if read_state(lake)[0] == state:
                raise
            continue
        swap_state(lake, replace(state, shown=True), e_tag)
    raise PublishError(f"{lake.name}: others publish faster than this run can follow; run the batch again later")


def show_partition(lake: ObjectLake, manifest: Manifest, table: str, month: str) -> None:
    """Puts a partition of a version where readers look, unless what stands there is of this version or a later one."""
    key = lake.shown_key(table, month)
    for _ in range(TRIES):
        seen = look_at(lake.bucket, key)
        if seen and seen.version is None:
            raise PublishError(f"s3 object {key} was not published here; move it away or choose another lake")
        if seen and seen.version is not None and seen.version >= manifest.version:
            return
        try:
            put_shown(lake, manifest, table, month, seen)
            return
        except Changed:
            continue
    raise PublishError(f"{lake.name}: {key} changes all the time; run the batch again later")


def mend_shown(lake: Lake) -> None:
    """Puts what the published version holds where readers look, wherever something else stands there."""
    here = at_objects(lake)
    manifest = here.manifest()
    for table in SHOWN if manifest.version else ():
        months = {*(file.month for file in manifest.tables[table]), *manifest.vacant.get(table, ())}
        for month in sorted(months):
            key = here.shown_key(table, month)
            seen = look_at(here.bucket, key)
            content = read_partition(here, manifest, table, month)
            if seen is None or not stands(here, key, content):
                put_shown(here, manifest, table, month, seen)


def stands(lake: ObjectLake, key: str, content: bytes) -> bool:
    """Whether an object is this file, whatever version stamped it."""
    try:
        return unstamp(read_object(lake.bucket, key)[0])[0] == content
    except ValueError:
        return False


def put_shown(lake: ObjectLake, manifest: Manifest, table: str, month: str, seen: Seen | None) -> None:
    """Writes what readers see of a partition, if it still is as it was seen."""
    content = stamp(read_partition(lake, manifest, table, month), manifest.version)
    put_object(lake.bucket, lake.shown_key(table, month), content, seen=seen, version=manifest.version)


def read_partition(lake: ObjectLake, manifest: Manifest, table: str, month: str) -> bytes:
    """The bytes of a partition of a version: its file, or an empty one."""
    for file in manifest.tables[table]:
        if file.month == month:
            return lake.fetch(manifest.version, table, file).read_bytes()
    with tempfile.TemporaryDirectory(dir=lake.store) as folder:
        return (Path(folder) / write_empty(table, month, Path(folder)).path).read_bytes()


def sweep_versions(lake: Lake) -> None:
    """Lets all but the last `keep` versions go, as the next publish would."""
    here = at_objects(lake)
    state, e_tag = read_state(here)
    keep = max(lake.policy.keep_versions, 1)
    if state is not None and state.version - keep >= state.oldest:
        # One who publishes meanwhile says for itself what is kept.
        swap_state(here, replace(state, oldest=state.version - keep + 1), e_tag)
    sweep(here)


def sweep(lake: ObjectLake) -> None:
    """Removes files that no kept version names, and the copies of them here.

    Only what belongs to versions that are decided: a version still being built may name files of kept versions and its own,
    and none of these is touched. So a sweep needs no lock and may come late.
    """
    state, _ = read_state(lake)
    if state is None:
        return
    named: set[str] = set()
    copies: set[Path] = set()
    for version in range(state.oldest, state.version + 1):
        for table, files in read_kept(lake, version).tables.items():
            named |= {lake.file_key(table, file) for file in files}
            copies |= {lake.copy_path(file) for file in files}
    prefix = lake.key("files/")
    doomed = []
    for key in list_objects(lake.bucket, prefix):
        home, _, name = key.removeprefix(prefix).partition("/")
        if not home.isdigit() or int(home) > state.version or key in named:
            continue
        if not (name.startswith("manifest-") and int(home) >= state.oldest):
            doomed.append(key)
    remove_objects(lake.bucket, doomed)
    for copy in (lake.store / "copies").rglob("*"):
        if copy.is_file() and copy not in copies:
            copy.unlink(missing_ok=True)
