"""What readers of a lake on a disk see against what was published, and putting it right.

Nothing is deleted: what is in the way is moved into the folder `aside` of the store.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.schema import TABLES
from tasks.stores.disk_files import flush, make_folders, swap_link
from tasks.stores.errors import OLD, REPAIR, LakeError, LakeFault, PublishError
from tasks.stores.manifest import Manifest, TableFile

if TYPE_CHECKING:
    from tasks.stores.disk_store import DiskStore


def check_place(store: DiskStore) -> None:
    """Raises PublishError where no lake can be: on a file, or among tables of others."""
    if store.path.exists() and not store.path.is_dir():
        raise PublishError(f"{store.path} is a file; name a folder for the lake")
    for table in TABLES:
        path = store.path / table
        if path.is_symlink():
            if str(path.readlink()) != store.link_target(table):
                raise PublishError(
                    f"{path} links to {path.readlink()}, not into {store.folder}; if the lake was moved, move its store as "
                    "well (or rename it back), else remove the link"
                )
        elif path.exists():
            cure = f"where the lake was copied, {REPAIR}" if store.list_written() else "choose another lake"
            raise PublishError(f"{path} holds files that were not published here; move it away, or {cure}")

    links = [table for table in TABLES if (store.path / table).is_symlink()]
    if links and not store.current.is_symlink() and not store.list_written():
        # Publishing now would show readers a lake with this one batch in it.
        raise PublishError(
            f"{store.path} leads into {store.folder}, where nothing was ever published; bring the lake's store back beside "
            "it, or remove the links to begin a new lake"
        )
    if not links and not any((store.path / table).exists() for table in TABLES) and store.version():
        raise PublishError(
            f"{store.path} has lost its links to version {store.version()} in {store.folder}, so nothing was changed; {REPAIR}; "
            "to begin a new lake, remove that folder as well"
        )


def find_link_faults(store: DiskStore, manifest: Manifest) -> Iterator[LakeFault]:
    """Links that do not lead to the published version, and files that belong to no version."""
    newest = max(store.list_written())
    if newest > manifest.version + 1 and store.version() == manifest.version:
        yield LakeFault(OLD, f"{store.current} leads to {manifest.version}, version {newest} is beside it", REPAIR)
    wanted = store.current.resolve()
    for table in TABLES.keys() & manifest.tables.keys():
        path = store.path / table
        if path.resolve() != wanted / table:
            kind = "is a copy" if path.exists() else "is missing"
            found = f"leads to {path.readlink()}" if path.is_symlink() else kind
            yield LakeFault("readers do not see the published version of a table", f"{path} {found}", REPAIR)
    tree = store.tree(manifest.version)
    listed = {f"{table}/{file.path}" for table, files in manifest.tables.items() for file in files}
    for path in walk_files(tree):
        if path.relative_to(tree).as_posix() not in listed:
            yield LakeFault("a file that no commit made", str(path), "move it away")
    for path in walk_files(store.path):
        if path.suffix == ".parquet":
            cure = "move it away; a glob over all tables would read it"
            yield LakeFault("a file that no commit made", str(path), cure)


def walk_files(folder: Path) -> Iterator[Path]:
    """All files below a folder and the links in it, which are not followed, in order of their names; not the tables' links."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        known = TABLES if Path(place) == folder else ()
        yield from (Path(place) / name for name in sorted([*names, *links]) if name not in known)


def lead_readers(store: DiskStore, made: Manifest) -> Iterator[str]:
    """Leads readers to a version; later ones and records that cannot be read are moved aside. A line for each change."""
    target = f"versions/{made.version:08d}"
    if store.current.exists() and not store.current.is_symlink():
        yield move_aside(store, store.current)
    if not store.current.is_symlink() or str(store.current.readlink()) != target:
        swap_link(store.current, target)
        yield f"{store.current} leads to version {made.version}"
    make_folders(store.path)
    for table in TABLES:
        path, right = store.path / table, store.link_target(table)
        if table not in made.tables or (path.is_symlink() and str(path.readlink()) == right):
            continue
        if os.path.lexists(path):
            yield move_aside(store, path)
        swap_link(path, right)
        yield f"{path} leads to {right}"
    for version in sorted(store.list_written()):
        tree, record = store.tree(version), store.manifest_path(version)
        is_draft = version == made.version + 1 and not record.exists()  # of a killed writer; the next one removes it
        if not is_draft and (version > made.version or read_sound_manifest(store, version) is None):
            yield from (move_aside(store, path) for path in (tree, record) if path.exists())


def read_sound_manifest(store: DiskStore, version: int) -> Manifest | None:
    """The manifest of a version, if it can be read and the version is there or was swept."""
    try:
        made = store.read_manifest(version)
    except LakeError:  # an OSError passes: the disk may answer later
        return None
    return made if store.tree(version).is_dir() or not made.kept else None


def move_aside(store: DiskStore, path: Path) -> str:
    """Moves what is in the way; a line that says where to."""
    aside = store.folder / "aside"
    make_folders(aside)
    number = 0
    while os.path.lexists(target := aside / f"{path.name}{f'.{number}' if number else ''}"):
        number += 1
    shutil.move(path, target)
    flush(path.parent)
    return f"{path} is moved to {target}"


def restore_copy(store: DiskStore, version: int, table: str, file: TableFile) -> bool:
    """Writes a file of a version again from another version that has it. False when none has."""
    for other in reversed(store.list_versions()):
        made = read_sound_manifest(store, other)
        if other == version or made is None or file not in made.tables.get(table, ()):
            continue
        if store.find_file_fault(other, table, file, {}) is None:
            target, draft = store.fetch(version, table, file), store.folder / "versions" / "restored.tmp" / "file"
            make_folders(target.parent)
            make_folders(draft.parent)
            shutil.copyfile(store.fetch(other, table, file), draft)
            flush(draft)
            draft.replace(target)
            flush(target.parent)
            draft.parent.rmdir()
            return True
    return False
