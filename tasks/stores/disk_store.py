"""A lake on a disk: one folder per version, and one link that says which version readers see.

    lake/documents -> ../.lake-store/current/documents     what readers see: Parquet and nothing else
    .lake-store/current -> versions/00000012               replacing this link is the commit, for all tables at once
    .lake-store/versions/00000012/documents/month=2026-10/part-0-<sha16>.parquet
    .lake-store/commits/00000012.json                      the manifest: every file of that version, and who made it

A version is built where no reader looks, flushed, renamed, given its manifest, and shown. Of what a killed writer left, the
next writer shows a finished version and removes the rest.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.counts import format_count
from tasks.schema import TABLES
from tasks.stores.disk_files import flush, make_folders, swap_file, swap_link
from tasks.stores.disk_repair import check_place, find_link_faults, lead_readers, read_sound_manifest, restore_copy
from tasks.stores.errors import NO_LAKE, REPAIR, UNREADABLE, LakeError, LakeFault, PublishError, explain_publishing
from tasks.stores.manifest import Manifest, TableFile, load_manifest, write_manifest
from tasks.stores.store import acquire_lock, sweep_drafts
from tasks.stores.store_files import FolderFiles
from tasks.stores.tags import list_tags

FILE_ROWS = 250_000
LOW_DISK = 2 * 2**30


@dataclass(frozen=True)
class DiskStore:
    """A lake by the folder that its readers know."""

    path: Path
    file_rows = FILE_ROWS
    swaps_at_once = True

    @property
    def name(self) -> str:
        return str(self.path)

    @property
    def folder(self) -> Path:
        # Beside the lake: a reader's `lake/**` must never reach old versions.
        whole = Path(os.path.abspath(self.path))  # noqa: PTH100  (links stay links)
        return whole.with_name(f".{whole.name}-store")

    @property
    def files(self) -> FolderFiles:
        return FolderFiles(self.folder)

    @property
    def current(self) -> Path:
        """The link whose target is the published version."""
        return self.folder / "current"

    def tree(self, version: int) -> Path:
        """The folder of a version."""
        return self.folder / "versions" / f"{version:08d}"

    def manifest_path(self, version: int) -> Path:
        """The manifest of a version."""
        return self.folder / "commits" / f"{version:08d}.json"

    def link_target(self, table: str) -> str:
        """Where lake/<table> points to: relative, so that lake and store can be moved together."""
        return f"../{self.folder.name}/current/{table}"

    def version(self) -> int:
        try:
            return int(self.current.readlink().name)
        except FileNotFoundError:
            if written := self.list_written():
                raise LakeError(
                    f"{self.current} is missing beside {format_count(len(written), 'version')}, so nothing was changed; {REPAIR}"
                ) from None
            return 0
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            raise LakeError(
                f"{self.current} is not a link to a version; where the lake was copied, copy it again with its links (cp -a); "
                f"or {REPAIR}"
            ) from error

    def list_written(self) -> set[int]:
        """All versions that have a commit or a folder on the disk, visible or not."""
        names = (path.stem for folder in ("commits", "versions") for path in (self.folder / folder).glob("[0-9]*"))
        return {int(name) for name in names if name.isdigit()}

    def is_shown(self) -> bool:
        check_place(self)
        self.check_whole(self.version())
        return True

    def check_whole(self, version: int) -> None:
        """Raises PublishError when a file of a version is missing or has another size."""
        for table, files in self.read_manifest(version).tables.items():
            for file in files:
                path = self.fetch(version, table, file)
                if not path.is_file() or path.stat().st_size != file.size:
                    raise PublishError(f"{path} is missing or not whole, so nothing was changed; {REPAIR}")

    def list_versions(self) -> dict[int, datetime | None]:
        found = sorted((self.folder / "commits").glob("*.json"))
        return {int(path.stem): datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in found}

    def read_manifest(self, version: int) -> Manifest:
        return load_manifest(self.name, version, lambda: self.manifest_path(version).read_text(encoding="utf-8"))

    def fetch(self, version: int, table: str, file: TableFile) -> Path:
        return self.tree(version) / table / file.path

    def locate(self, version: int, table: str, file: TableFile) -> str:
        return str(self.fetch(version, table, file))

    def read_schema(self, version: int, table: str, file: TableFile) -> pa.Schema:
        return pq.read_schema(self.fetch(version, table, file))

    @contextmanager
    def lock(self, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Iterator[int]:
        with explain_publishing(self.name):
            check_place(self)
            for folder in (self.path, self.folder / "versions", self.folder / "commits"):
                make_folders(folder)
            with acquire_lock(self.folder, self.name, wait_seconds, on_wait):
                if not self.version() and not self.current.is_symlink():
                    # Before anything else, so that a lake without its link is never mistaken for a new one.
                    swap_link(self.current, "versions/00000000")
                self.sweep_leftovers()
                yield self.version()

    def sweep_leftovers(self) -> None:
        """Shows the version that a dead writer finished, and removes the rest of what it left. Raises PublishError."""
        last = self.version()
        newest = max(self.list_written(), default=0)
        if newest > last + 1:  # a writer leaves one at most, so the link is older than the versions beside it
            raise PublishError(
                f"{self.current} leads to version {last}, but version {newest} is beside it, so nothing was changed; {REPAIR}"
            )
        sweep_drafts(self.folder)
        for record in sorted((self.folder / "commits").iterdir()):
            if not record.stem.isdigit() or record.suffix != ".json":
                record.unlink()
        if newest > last and self.manifest_path(newest).exists():
            self.finish_version(last, newest)
        else:
            shutil.rmtree(self.tree(last + 1), ignore_errors=True)

    def finish_version(self, last: int, version: int) -> None:
        """Shows a version that is complete but not visible: readers may have seen it, if `current` was restored from a backup."""
        self.check_whole(version)
        before = {(table, file) for table, files in self.read_manifest(last).tables.items() for file in files}
        for table, files in self.read_manifest(version).tables.items():
            for file in files:
                if (table, file) not in before and (fault := self.find_file_fault(version, table, file, {})):
                    raise PublishError(f"{self.locate(version, table, file)}: {fault}; {REPAIR}")
        self.point_links(version)

    def point_links(self, version: int) -> None:
        """Shows a version."""
        for table in TABLES:
            if not (self.path / table).is_symlink():
                swap_link(self.path / table, self.link_target(table))
        swap_link(self.current, f"versions/{version:08d}")

    def keeps(self, version: int) -> bool:
        return self.manifest_path(version).exists() and self.read_manifest(version).kept

    def keep_file(self, version: int, table: str, file: TableFile, target: Path) -> None:
        old = self.fetch(version, table, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(old, target)
        except FileNotFoundError:
            raise
        except OSError:  # no hard links on this disk, or no more of them
            shutil.copyfile(old, target)
            flush(target)

    def show_version(self, draft: Path, manifest: Manifest, keep: int) -> None:
        for folder, _, _ in os.walk(draft):
            flush(Path(folder))
        draft.rename(self.tree(manifest.version))
        flush(self.folder / "versions")
        self.store_manifest(manifest)
        self.point_links(manifest.version)
        with suppress(OSError, LakeError):  # the version is published; the next writer sweeps
            self.sweep_versions(keep)

    def store_manifest(self, manifest: Manifest) -> None:
        """Writes a manifest in one step."""
        path = self.manifest_path(manifest.version)
        swap_file(path, write_manifest(manifest).encode(), path.with_suffix(".tmp"))

    def sweep_versions(self, keep: int) -> None:
        last = self.version()
        self.check_whole(last)
        tagged = set(list_tags(self.files).values())
        for tree in sorted((self.folder / "versions").iterdir()):
            if not tree.name.isdigit() or int(tree.name) >= last or int(tree.name) in tagged:
                continue
            try:
                manifest = self.read_manifest(int(tree.name))
            except LakeError:  # what is in it is unknown; `check --all` reports it
                continue
            # One that is not kept is still there where a process was killed while it removed it.
            if manifest.kept:
                if int(tree.name) > last - max(keep, 1):
                    continue
                self.store_manifest(replace(manifest, tables={}, kept=False))
                # A new tag is read back after it was written: either it finds the version no longer kept, or it is found here.
                if int(tree.name) in list_tags(self.files).values():
                    self.store_manifest(manifest)
                    continue
            # Renamed first: a half-removed tree must not look like a version.
            doomed = tree.with_suffix(".tmp")
            tree.rename(doomed)
            shutil.rmtree(doomed)

    def repair_shown(self) -> None:
        """Nothing to do: what readers see are the very files of the version."""

    def probe(self) -> str:
        parent = Path(os.path.abspath(self.path)).parent  # noqa: PTH100
        try:
            with tempfile.TemporaryDirectory(dir=parent, prefix=".copydesk-doctor-") as folder:
                (Path(folder) / "file").write_text("x")
                (Path(folder) / "link").symlink_to("file")
                os.link(Path(folder) / "file", Path(folder) / "hard")
        except OSError as error:
            raise PublishError(
                f"{parent}: cannot write files, links and hard links there ({error.strerror}). Choose another --lake"
            ) from None
        free = shutil.disk_usage(parent).free
        if free < LOW_DISK:
            raise PublishError(f"{parent}: only {free / 2**30:.1f} GB free")
        return f"{self.name}: links work, {free / 2**30:.0f} GB free"

    def explain_absence(self) -> LakeFault:
        for path in (self.path / table for table in TABLES):
            if path.is_symlink():
                cure = f"bring {self.folder.name} back beside it (cp -a copies both), or remove its links to begin a new one"
                return LakeFault("a lake without its store", self.name, cure)
            if path.exists():
                cure = f"engines can read it; copydesk needs {self.folder.name} too (cp -a both)"
                return LakeFault("a copy of a lake", self.name, cure)
        return LakeFault(NO_LAKE, self.name, "ingest something, or name another --lake")

    def find_shown_faults(self, manifest: Manifest) -> Iterator[LakeFault]:
        return find_link_faults(self, manifest)

    def find_manifests(self) -> list[Manifest]:
        found = (read_sound_manifest(self, version) for version in sorted(self.list_written(), reverse=True))
        return [made for made in found if made and made.kept]

    def recover_record(self, made: Manifest) -> Iterator[str]:
        return lead_readers(self, made)

    def restore_file(self, version: int, table: str, file: TableFile) -> bool:
        return restore_copy(self, version, table, file)

    def find_file_fault(self, version: int, table: str, file: TableFile, digests: dict[str, str]) -> str | None:
        path = self.fetch(version, table, file)
        try:
            facts = path.stat()
            # Versions share files by hard links.
            known = f"{facts.st_dev} {facts.st_ino}"
            if facts.st_size == file.size and known not in digests:
                with path.open("rb") as opened:
                    digests[known] = hashlib.file_digest(opened, "sha256").hexdigest()
        except FileNotFoundError:
            return "a file is missing"
        except OSError as error:
            return f"{UNREADABLE} ({error.strerror or error})"
        return None if digests.get(known) == file.sha256 else "a file is not what was published"
