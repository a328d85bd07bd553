"""A lake in a bucket: upload, compare-and-swap one state object, then show each partition by a conditional write.

    1. the new version's files and manifest are uploaded under names of their own; no reader sees them
    2. the state object is replaced if it still names the version before: this is the commit, for all tables at once
    3. each changed partition is put where readers look, over an object of an earlier version
    4. the state object says that all is shown

A writer that finds a state that is not all shown does steps 3 and 4 first, so a writer may die at any instant. A writer that
slept does no harm: the objects it would replace carry the number of a later version, and its conditional write fails (see
`tasks.stores.bucket_shown`).

Files are the same bytes as in a lake on a disk. The ones that are read are copied to a working folder by their SHA-256, which
proves that they are whole, so no file is fetched twice and every engine reads plain local files.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.stores.bucket_client import (
    ObjectChanged,
    keep_object,
    list_objects,
    list_times,
    put_object,
    read_object,
    read_range,
    read_tag,
    remove_objects,
)
from tasks.stores.bucket_layout import NEW_LAKE, SHOWN, BucketLayout, State, assign_homes, find_vacant
from tasks.stores.bucket_repair import find_recorded, name_version, restore_object
from tasks.stores.bucket_shown import find_partition_faults, repair_partitions, show_partition
from tasks.stores.bucket_sweep import sweep_files
from tasks.stores.disk_files import write_copy
from tasks.stores.errors import NO_LAKE, OLD, REPAIR, LakeError, LakeFault, Overtaken, PublishError, explain_publishing
from tasks.stores.manifest import Manifest, TableFile, load_manifest, write_manifest
from tasks.stores.store import acquire_lock, sweep_drafts
from tasks.stores.store_files import BucketFiles
from tasks.stores.tags import list_tags

TRIES = 100


@dataclass(frozen=True)
class BucketStore:
    """A lake at s3://bucket/folder. `folder`: the working folder, for staging and for copies of files."""

    folder: Path
    layout: BucketLayout
    file_rows = None  # two objects could not be replaced at one instant
    swaps_at_once = False

    @property
    def name(self) -> str:
        return self.layout.address

    @property
    def files(self) -> BucketFiles:
        return BucketFiles(self.layout.locate(self.layout.key("")).rstrip("/"))

    def version(self) -> int:
        state, _ = self.layout.read_state()
        return state.version if state else 0

    def is_shown(self) -> bool:
        state, _ = self.layout.read_state()
        if state is None or not state.shown:
            return state is None
        self.check_state(state)
        # Every version has receipts, so their object is missing where the readers' objects are lost.
        for file in self.read_manifest(state.version).tables.get("receipts", ())[:1]:
            key = self.layout.shown_key("receipts", file.month)
            if read_tag(self.layout.bucket, key) is None:
                raise PublishError(f"{self.layout.locate(key)} is missing, so nothing was changed; {REPAIR}")
        return True

    def has_later(self, state: State) -> bool:
        """Whether a version after that of the state is on record, as when an old state object was brought back."""
        commit = self.layout.key(f"commits/{state.version + 1:08d}.json")
        return read_tag(self.layout.bucket, commit) is not None and self.layout.read_state()[0] == state

    def check_state(self, state: State) -> None:
        """Raises PublishError when a later version is on record."""
        if self.has_later(state):
            where = self.layout.locate(self.layout.key("state.json"))
            raise PublishError(
                f"{where} names version {state.version}, but a later one is on record, so nothing was changed; {REPAIR}"
            )

    def list_versions(self) -> dict[int, datetime | None]:
        written = list_times(self.layout.bucket, self.layout.key("commits/"))
        # The newest commit is put there last, when all of it is shown.
        found: dict[int, datetime | None] = dict.fromkeys({self.version()} - {0})
        found |= {int(name): time for key, time in written.items() if (name := Path(key).stem).isdigit()}
        return dict(sorted(found.items()))

    def list_written(self) -> set[int]:
        state, _ = self.layout.read_state()
        return {*self.list_versions(), *(range(state.oldest, state.version + 1) if state else ())}

    def read_manifest(self, version: int) -> Manifest:
        state, _ = self.layout.read_state()
        key = self.layout.key(f"commits/{version:08d}.json")
        if state and state.version == version:
            key = state.manifest
        made = load_manifest(self.name, version, lambda: read_object(self.layout.bucket, key)[0].decode())
        if state and 0 < version < state.oldest and version not in list_tags(self.files).values():
            return replace(made, tables={}, vacant={}, kept=False)
        return made

    def copy_path(self, file: TableFile) -> Path:
        """Where the working folder keeps a copy of a file."""
        return self.folder / "copies" / file.sha256[:2] / f"{file.sha256}.parquet"

    def fetch(self, version: int, table: str, file: TableFile) -> Path:
        path = self.copy_path(file)
        if not path.exists():
            content, _ = read_object(self.layout.bucket, self.layout.file_key(table, file))
            if sha256(content).hexdigest() != file.sha256:
                raise LakeError(
                    f"{self.name}: {self.layout.file_key(table, file)} is not what was published; roll back, or run its batches "
                    "again with --force"
                )
            write_copy(path, content)
        return path

    def locate(self, version: int, table: str, file: TableFile) -> str:
        return self.layout.locate(self.layout.file_key(table, file))

    def read_schema(self, version: int, table: str, file: TableFile) -> pa.Schema:
        if (path := self.copy_path(file)).exists():
            return pq.read_schema(path)
        bucket, key = self.layout.bucket, self.layout.file_key(table, file)
        end = read_range(bucket, key, file.size - 8, file.size)
        footer = read_range(bucket, key, file.size - 8 - int.from_bytes(end[:4], "little"), file.size)
        return pq.read_schema(pa.BufferReader(b"PAR1" + footer))

    @contextmanager
    def lock(self, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Iterator[int]:
        # The lock is one of this machine and only saves work: what keeps writers apart is the state object.
        with explain_publishing(self.name):
            (self.folder / "versions").mkdir(parents=True, exist_ok=True)
            with acquire_lock(self.folder, self.name, wait_seconds, on_wait):
                sweep_drafts(self.folder)
                while (state := self.settle()) is None:
                    self.begin()
                self.check_state(state)
                yield state.version

    def begin(self) -> None:
        """Writes the state of a new lake before anything else, so that one whose state is lost is never mistaken for new."""
        for table in SHOWN:
            for key in list_objects(self.layout.bucket, f"{self.layout.prefix}/{table}/"):
                raise PublishError(
                    f"s3 object {key} was not published here; if the lake was moved, move its store as well, else "
                    "move the object away or choose another lake"
                )
        self.probe()
        self.layout.swap_state(NEW_LAKE, None)

    def probe(self) -> str:
        # A name of its own: another writer's probe would be removed, or would remove this one, between two questions.
        key = self.layout.key(f"probe-{uuid4().hex}")
        keep_object(self.layout.bucket, key, b"copydesk tests whether this store obeys If-None-Match and If-Match\n")
        for e_tag in (None, '"00000000000000000000000000000000"'):
            try:
                put_object(self.layout.bucket, key, b"it does not\n", e_tag=e_tag)
            except ObjectChanged:
                continue
            raise PublishError(
                f"{self.name}: this store ignores conditional writes, so two writers would destroy each other's work; use a "
                "store that has them, or a lake on a disk"
            )
        remove_objects(self.layout.bucket, [key])
        return f"{self.name}: the store obeys conditional writes"

    def settle(self) -> State | None:
        """Shows what was committed and not all shown, by any writer; the state afterwards, None in a lake that is not begun."""
        for _ in range(TRIES):
            state, e_tag = self.layout.read_state()
            if state is None or state.shown:
                return state
            try:
                manifest = self.read_manifest(state.version)
                for table in SHOWN:
                    for month in manifest.changed.get(table, ()):
                        show_partition(self, manifest, table, month)
                commit = self.layout.key(f"commits/{state.version:08d}.json")
                keep_object(self.layout.bucket, commit, write_manifest(manifest).encode())
            except FileNotFoundError:
                # Finished by another writer, and swept after further commits.
                if self.layout.read_state()[0] == state:
                    raise
                continue
            self.layout.swap_state(replace(state, shown=True), e_tag)
        raise PublishError(f"{self.name}: others publish faster than this run can follow; run the batch again later")

    def keeps(self, version: int) -> bool:
        state, _ = self.layout.read_state()
        return state is not None and state.oldest <= version <= state.version

    def keep_file(self, version: int, table: str, file: TableFile, target: Path) -> None:
        """Nothing to do: a version names its files wherever they are."""

    def show_version(self, draft: Path, manifest: Manifest, keep: int) -> None:
        state, e_tag = self.layout.read_state()
        if state is None or state.version != manifest.version - 1:
            raise Overtaken(self.name)
        old = self.read_manifest(state.version)
        whole = replace(manifest, tables=assign_homes(old, manifest, draft), vacant=find_vacant(old, manifest))
        for table, files in whole.tables.items():
            for file in files:
                if (path := draft / table / file.path).exists():
                    keep_object(self.layout.bucket, self.layout.file_key(table, file), path.read_bytes())
                    copy = self.copy_path(file)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    path.replace(copy)
        content = write_manifest(whole).encode()
        key = self.layout.manifest_key(whole.version, content)
        keep_object(self.layout.bucket, key, content)
        oldest = max(state.oldest, whole.version - max(keep, 1) + 1)
        if not self.layout.swap_state(State(whole.version, key, oldest, shown=False), e_tag):
            raise Overtaken(self.name)
        self.settle()
        with suppress(LakeError):  # the version is published; the next writer sweeps
            sweep_files(self)

    def sweep_versions(self, keep: int) -> None:
        state, e_tag = self.layout.read_state()
        oldest = state.version - max(keep, 1) + 1 if state else 0
        if state is not None and oldest > state.oldest:
            # A writer that publishes meanwhile decides itself what is kept.
            self.layout.swap_state(replace(state, oldest=oldest), e_tag)
        sweep_files(self)

    def find_manifests(self) -> list[Manifest]:
        return [made for _, made in sorted(find_recorded(self).items(), reverse=True) if made]

    def recover_record(self, made: Manifest) -> Iterator[str]:
        return name_version(self, made)

    def restore_file(self, version: int, table: str, file: TableFile) -> bool:
        return restore_object(self, table, file)

    def repair_shown(self) -> None:
        repair_partitions(self, self.read_manifest(self.version()))

    def explain_absence(self) -> LakeFault:
        for table in SHOWN:
            if list_objects(self.layout.bucket, f"{self.layout.prefix}/{table}/"):
                cure = f"bring {self.layout.locate(self.layout.key(''))} back beside it"
                return LakeFault("a lake without its store", self.name, cure)
        return LakeFault(NO_LAKE, self.name, "ingest something, or name another --lake")

    def find_shown_faults(self, manifest: Manifest) -> Iterator[LakeFault]:
        where = f"{self.name}, version {manifest.version}"
        state, _ = self.layout.read_state()
        if state and not state.shown:
            yield LakeFault("a commit is not all shown to readers", where, "run any batch: it finishes that")
        if state and self.has_later(state):
            yield LakeFault(OLD, where, REPAIR)
        faults = list(find_partition_faults(self, manifest))
        # If another version was published meanwhile, what readers see is not this one's.
        if self.version() == manifest.version:
            yield from faults

    def find_file_fault(self, version: int, table: str, file: TableFile, digests: dict[str, str]) -> str | None:
        key = self.layout.file_key(table, file)
        if key not in digests:
            try:
                content, _ = read_object(self.layout.bucket, key)
            except FileNotFoundError:
                return "a file is missing"
            digests[key] = sha256(content).hexdigest()
            if digests[key] == file.sha256:
                write_copy(self.copy_path(file), content)
        return None if digests[key] == file.sha256 else "a file is not what was published"
