"""What is wrong with what readers of a lake on a disk see: links that lead elsewhere, and files that no commit made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.schema import TABLES
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest

if TYPE_CHECKING:
    from tasks.stores.disk_store import DiskStore


def find_disk_faults(store: DiskStore, manifest: Manifest) -> Iterator[LakeFault]:
    """Wrong links of tables, unknown files in the published version's folder, and Parquet files beside the links."""
    wanted = store.current.resolve()
    for table in TABLES:
        path = store.path / table
        if path.resolve() != wanted / table:
            kind = "is a copy" if path.exists() else "is missing"
            found = f"leads to {path.readlink()}" if path.is_symlink() else kind
            cure = f"move it away, then: ln -s {store.link_target(table)} {path}"
            yield LakeFault("readers do not see the published version of a table", f"{path} {found}", cure)
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
