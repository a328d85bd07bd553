"""What readers are shown is on the disk before: the order of flushes and renames."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import roll_back
from tasks.stores import disk_files
from tasks.stores.disk_files import make_folders
from tasks.stores.store_files import FolderFiles, change_store_file

ENTRIES = ("replace", "rename", "symlink", "link", "mkdir")


class Trace:
    """Which folders have entries that are not on the disk, and which files were flushed; by inode."""

    def __init__(self) -> None:
        self.unsafe: dict[int, str] = {}
        self.flushed: set[int] = set()
        self.shown: list[str] = []

    def flush(self, handle: int) -> None:
        self.flushed.add(os.fstat(handle).st_ino)
        self.unsafe.pop(os.fstat(handle).st_ino, None)

    def enter(self, path: Path) -> None:
        folder = Path(os.path.abspath(path)).parent  # noqa: PTH100
        self.unsafe[folder.stat().st_ino] = str(folder)


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    """Records the calls that make entries in folders, and those that flush."""
    seen = Trace()

    def watch(name: str) -> None:
        call: Callable[..., Any] = getattr(os, name)

        def record(*arguments: Any, **options: Any) -> Any:
            target = Path(arguments[0 if name == "mkdir" else 1])
            if target.name == "current" and name == "replace":
                seen.shown.append(check_flushed(seen, target.parent, Path(arguments[0]).readlink().name))
            result = call(*arguments, **options)
            if target.suffix != ".next":  # a draft of a link, which is flushed under its final name
                seen.enter(target)
            return result

        monkeypatch.setattr(os, name, record)

    for name in ENTRIES:
        watch(name)
    fsync = os.fsync

    def flush(handle: int) -> None:
        fsync(handle)
        seen.flush(handle)

    monkeypatch.setattr(os, "fsync", flush)
    return seen


def check_flushed(seen: Trace, store: Path, version: str) -> str:
    """What is not on the disk of a version that is about to be shown, "" when all is."""
    tree = store / "versions" / version
    if not tree.exists():
        return ""  # of a new lake: nothing is published
    folders = [store.parent, store, store / "versions", store / "commits", store.parent / "lake"]
    folders += [tree, *(path for path in tree.rglob("*") if path.is_dir())]
    found = [f"entries of {folder}" for folder in folders if folder.stat().st_ino in seen.unsafe]
    files = [path for path in (*tree.rglob("*.parquet"), store / "commits" / f"{version}.json") if path.is_file()]
    return ", ".join([*found, *(str(path) for path in files if path.stat().st_ino not in seen.flushed)])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    (tmp_path / "new").mkdir()
    return open_lake(tmp_path / "new" / "deep" / "lake")


def publish_and_roll_back(lake: Lake, staging: Path) -> None:
    for day, texts in ((1, [1]), (2, [2, 3]), (1, [1, 4])):
        publish_docs(lake, staging, [Doc(at, published=None) for at in texts], day=date(2026, 10 + day, 1))
    roll_back(lake, 2)


def test_a_version_is_on_the_disk_before_readers_see_it(lake: Lake, tmp_path: Path, trace: Trace) -> None:
    publish_and_roll_back(lake, tmp_path / "staging")
    assert trace.shown == [""] * 5  # the beginning, three batches, and the version that came back
    own = {path for path in trace.unsafe.values() if "/new" in path and "/staging" not in path and Path(path).exists()}
    assert own <= {str(lake.store.folder / "versions")}  # a draft was renamed away, or swept


def test_without_flushes_the_trace_shows_what_is_missing(
    lake: Lake, tmp_path: Path, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.stores.disk_store.flush", lambda path: None)
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    assert f"entries of {lake.store.folder / 'versions'}" in trace.shown[-1]


def test_a_store_file_is_on_the_disk(tmp_path: Path, trace: Trace) -> None:
    files = FolderFiles(tmp_path / ".lake-store")
    for content in (b"one", b"two", None):
        change_store_file(files, "releases/deep/s@2026-10-04.json", lambda _, content=content: content)
        assert trace.unsafe == {}
        if content:
            path = Path(files.address("releases/deep/s@2026-10-04.json"))
            assert path.stat().st_ino in trace.flushed


def test_folders_are_made_once_and_files_stay_in_the_way(tmp_path: Path) -> None:
    make_folders(tmp_path / "a" / "b" / "c")
    make_folders(tmp_path / "a" / "b" / "c")
    assert stat.S_ISDIR((tmp_path / "a" / "b" / "c").stat().st_mode)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OSError, match=r"File exists|Not a directory"):
            make_folders(path)
    assert disk_files.flush(tmp_path) is None
