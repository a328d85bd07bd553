"""A version whose removal was interrupted leaves the disk with the next sweep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake
from tasks.stores.disk_store import DiskStore


def test_a_version_that_is_not_kept_has_no_files(tmp_path: Path) -> None:
    """Killed when the manifest said that the version is not kept, and its files were still there."""
    lake = open_lake(tmp_path / "lake")
    for number in range(3):
        publish_docs(lake, tmp_path / "staging", [Doc(number)])
    store = lake.store
    assert isinstance(store, DiskStore)
    store.store_manifest(replace(lake.manifest(1), tables={}, kept=False))
    store.sweep_versions(5)
    assert [made.version for made in lake.versions() if made.kept] == [2, 3]
    assert [path.name for path in sorted((store.folder / "versions").iterdir())] == ["00000002", "00000003"]
