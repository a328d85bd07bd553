"""Version trees on a local disk: lock, draft, swap, sweep. The only module that changes anything in such a lake's store.

A version is built in a folder that no reader can reach, made durable, renamed, and shown by replacing one link; the kernel
frees the lock of a process that dies. So there is nothing to recover: what a dead writer left is swept by the next one.

`tasks.publishing.bucket_store` is the same for a bucket. What a version holds is decided in `tasks.publishing.publish` for both.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from tasks.lakes.lake import Lake, LakeError, Manifest, TableFile, read_manifest, write_manifest
from tasks.schema import TABLES

LOW_DISK = 2 * 2**30
NEXT_STEPS = {
    errno.ENOSPC: "the disk is full; free some space and run the batch again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the batch again",
    errno.EFBIG: "files may not grow that large here (ulimit -f); raise the limit and run the batch again",
    errno.EROFS: "this disk is read-only; mount it writable or choose another lake",
    errno.EACCES: "permission denied; give this user write access or choose another lake",
    errno.EPERM: "not permitted; give this user write access or choose another lake",
    errno.ENOENT: "no folder can be made here; choose another lake",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another lake",
    errno.EEXIST: "a file stands where a folder is needed; move it away or choose another lake",
    errno.ELOOP: "these links go in circles; remove them or choose another lake",
}


class PublishError(LakeError):
    """A publish that could not be done. Readers still see the version before."""


class Overtaken(Exception):
    """Another writer committed a version first. Nothing was changed; what is to be published has to be worked out anew."""


class LakeBusy(LakeError):
    """Another process has been publishing into this lake for longer than we were told to wait."""


@contextmanager
def lock_lake(lake: Lake) -> Iterator[int]:
    """Holds the lake's lock, with what dead writers left swept away; gives the number of the published version.

    Raises LakeBusy after `wait_seconds`, PublishError for whatever the disk refuses. `on_wait` is called once, with a line
    for people, if there is somebody to wait for.
    """
    with explain_errors(lake):
        check_place(lake)
        for folder in (lake.path, lake.store / "versions", lake.store / "commits"):
            folder.mkdir(parents=True, exist_ok=True)
        with acquire_lock(lake):
            begin_lake(lake)
            sweep_leftovers(lake)
            yield lake.version()


@contextmanager
def acquire_lock(lake: Lake) -> Iterator[None]:
    """Holds the lock in the lake's store, taken at once or after waiting. Raises LakeBusy after `wait_seconds`."""
    wait_seconds, on_wait = lake.policy.wait_seconds, lake.policy.on_wait
    lock = FileLock(lake.store / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if on_wait is not None:
            on_wait(f"{lake.name}: another process is publishing; waiting up to {wait_seconds:g} s for it")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise LakeBusy(
                f"{lake.name}: another process is publishing and was not done after {wait_seconds:g} s; run the batch again later"
            ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explain_errors(lake: Lake) -> Iterator[None]:
    """Turns what the disk refuses into a PublishError of one line: what, where, what next."""
    try:
        yield
    except OSError as error:
        raise explain_error(lake, error, "publish into") from error


@contextmanager
def explain_staging(lake: Lake) -> Iterator[None]:
    """The same for what is staged for a lake; errors that are not about its store pass."""
    try:
        yield
    except OSError as error:
        place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else lake.store
        above = lake.store.is_relative_to(place)
        # A file of the store that is gone is a fault of ours, not of the disk.
        ours = place.is_relative_to(lake.store) and error.errno != errno.ENOENT
        if error.errno not in NEXT_STEPS or not (above or ours):
            raise
        raise explain_error(lake, error, "stage for") from error


def explain_error(lake: Lake, error: OSError, doing: str) -> PublishError:
    """What the disk refused, in one line."""
    where = error.filename or lake.name
    what = NEXT_STEPS.get(
        error.errno or 0,
        f"{error.strerror or error}; the version before is untouched, mend this and run the batch again",
    )
    return PublishError(f"cannot {doing} {lake.name}: {where}: {what}")


def check_place(lake: Lake) -> None:
    """Raises PublishError where a lake cannot stand: on a file, or among tables that are not ours."""
    if lake.path.exists() and not lake.path.is_dir():
        raise PublishError(f"{lake.path} is a file; name a folder for the lake")
    for table in TABLES:
        path = lake.path / table
        if path.is_symlink():
            if str(path.readlink()) != link_target(lake, table):
                raise PublishError(
                    f"{path} links to {path.readlink()}, not into {lake.store}; if the lake was moved, move its store as well "
                    "(or rename it back), else remove the link"
                )
            if not (lake.store / "commits").is_dir():
                # Publishing now would show readers a lake with this one batch in it.
                raise PublishError(
                    f"{path} leads into {lake.store}, where nothing was ever published; bring the lake's store back beside it, "
                    "or remove the links to begin a new lake"
                )
        elif path.exists():
            raise PublishError(f"{path} holds files that were not published here; move it away or choose another lake")


def link_target(lake: Lake, table: str) -> str:
    """Where lake/<table> points to: relative, so that lake and store can be moved together."""
    return f"../{lake.store.name}/current/{table}"


def open_draft(lake: Lake, version: int) -> Path:
    """An empty folder for the files of the next version."""
    draft = lake.tree(version).with_suffix(".tmp")
    draft.mkdir()
    return draft


def drop_draft(draft: Path) -> None:
    """Removes a draft as far as the disk lets us; the next publisher sweeps the rest."""
    shutil.rmtree(draft, ignore_errors=True)


def keep_file(lake: Lake, version: int, table: str, file: TableFile, target: Path) -> None:
    """Takes a file over from a version: a hard link, or a copy where the disk has none (or no more of them)."""
    old = lake.tree(version) / table / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(old, target)
        flush(target)


def show_version(lake: Lake, draft: Path, manifest: Manifest) -> None:
    """Makes a draft the published version: everything on disk first, then one link replaced, for all tables at once.

    Afterwards all but the last `keep` versions are swept away.
    """
    for folder, _, _ in os.walk(draft):
        flush(Path(folder))
    store_manifest(lake, manifest)
    draft.rename(lake.tree(manifest.version))
    flush(lake.store / "versions")
    for table in TABLES:
        if not (lake.path / table).is_symlink():
            swap_link(lake.path / table, link_target(lake, table))
    swap_link(lake.current, f"versions/{manifest.version:08d}")
    sweep_versions(lake)


def mend_shown(lake: Lake) -> None:
    """Nothing to do: what readers see are the very files of the version."""


def try_place(lake: Lake) -> str:
    """Says that links and hard links can be made where the lake is to stand, and what room there is."""
    parent = Path(os.path.abspath(lake.path)).parent  # noqa: PTH100  (links stay links)
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
    return f"{lake.name}: links work, {free / 2**30:.0f} GB free"


def store_manifest(lake: Lake, manifest: Manifest) -> None:
    """Writes a manifest in one step."""
    path = lake.manifest_path(manifest.version)
    draft = path.with_suffix(".tmp")
    draft.write_text(write_manifest(manifest), encoding="utf-8")
    flush(draft)
    draft.replace(path)
    flush(path.parent)


def swap_link(link: Path, target: str) -> None:
    """Points a link to `target` in one step: there is no instant without it."""
    draft = link.with_name(f".{link.name}.next")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
    flush(link.parent)


def flush(path: Path) -> None:
    """Forces a file or a folder to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def begin_lake(lake: Lake) -> None:
    """Gives a new lake its link before anything else, so that a lake without one is never mistaken for a new lake."""
    if not lake.version() and not lake.current.is_symlink():
        swap_link(lake.current, "versions/00000000")


def sweep_leftovers(lake: Lake) -> None:
    """Removes what a dead writer left: drafts, and the version that was finished but never shown.

    A writer leaves one such version at most. Raises PublishError, and removes nothing, where there are more: then the link is
    older than the versions beside it.
    """
    last = lake.version()
    newest = max(lake.written(), default=0)
    if newest > last + 1:
        raise PublishError(
            f"{lake.current} leads to version {last}, but version {newest} is beside it, so nothing was changed; make the "
            f"newest visible again: ln -sfn versions/{newest:08d} {lake.current}"
        )
    sweep_drafts(lake)
    for tree in sorted((lake.store / "versions").iterdir()):
        if int(tree.name) > last:
            shutil.rmtree(tree)
    for record in sorted((lake.store / "commits").iterdir()):
        if not record.stem.isdigit() or record.suffix != ".json" or int(record.stem) > last:
            record.unlink()


def sweep_drafts(lake: Lake) -> None:
    """Removes drafts that a dead writer left, and trees that were half removed."""
    for tree in sorted((lake.store / "versions").iterdir()):
        if not tree.name.isdigit():
            shutil.rmtree(tree)


def sweep_versions(lake: Lake) -> None:
    """Removes the trees of all but the last `keep` versions. Their commits stay on record, without the lists of files."""
    oldest = lake.version() - max(lake.policy.keep_versions, 1) + 1
    for tree in sorted((lake.store / "versions").iterdir()):
        if tree.name.isdigit() and int(tree.name) < oldest:
            manifest = read_manifest(lake, int(tree.name))
            store_manifest(lake, replace(manifest, tables={}, kept=False))
            # Renamed first: a half-removed tree must not look like a version.
            doomed = tree.with_suffix(".tmp")
            tree.rename(doomed)
            shutil.rmtree(doomed)
