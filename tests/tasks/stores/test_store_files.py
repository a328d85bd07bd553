"""Small named files: written whole and only over what was read, on a disk and in a bucket alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.stores.errors import LakeError
from tasks.stores.store_files import BucketFiles, FolderFiles, StoreFiles, change_store_file, read_store_file

NAME = "releases/a source@2026-10-04.json"


@pytest.fixture(params=["disk", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> StoreFiles:
    if request.param == "disk":
        return FolderFiles(tmp_path / ".lake-store")
    return BucketFiles(f"{request.getfixturevalue('object_store')}/{tmp_path.name}/.lake-store")


def test_a_file_is_created_changed_and_deleted(files: StoreFiles) -> None:
    assert (read_store_file(files, NAME), files.list_names("releases")) == (None, [])
    change_store_file(files, NAME, lambda said: None)
    assert files.list_names("releases") == []
    change_store_file(files, NAME, lambda said: b"one" if said is None else b"?")
    change_store_file(files, "releases/deep/b", lambda said: b"deep")
    change_store_file(files, "other", lambda said: b"other")
    assert files.list_names("releases") == [NAME, "releases/deep/b"]
    change_store_file(files, NAME, lambda said: (said or b"") + b", two")
    assert read_store_file(files, NAME) == b"one, two"
    change_store_file(files, NAME, lambda said: None)
    assert (read_store_file(files, NAME), files.list_names("releases")) == (None, ["releases/deep/b"])
    change_store_file(files, NAME, lambda said: b"again" if said is None else b"?")
    assert read_store_file(files, NAME) == b"again"


def test_a_late_change_starts_from_the_newest_content(files: StoreFiles) -> None:
    asked: list[bytes | None] = []

    def change(said: bytes | None) -> bytes:
        asked.append(said)
        if len(asked) == 1:
            change_store_file(files, NAME, lambda _: b"theirs")
        return (said or b"") + b" and ours"

    change_store_file(files, NAME, change)
    assert asked == [None, b"theirs"]
    assert read_store_file(files, NAME) == b"theirs and ours"


def test_no_concurrent_change_is_lost(files: StoreFiles) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(
            lambda at: change_store_file(files, NAME, lambda said: (said or b"") + bytes([at])), range(12)
        ):
            pass
    assert sorted(read_store_file(files, NAME) or b"") == list(range(12))


def test_a_change_that_always_loses_is_an_error(files: StoreFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(files), "swap", lambda *_: False)
    with pytest.raises(LakeError, match="too many concurrent updates"):
        change_store_file(files, NAME, lambda _: b"?")


def test_an_address_opens_a_file(files: StoreFiles) -> None:
    from tasks.formats.stream import read_bytes

    change_store_file(files, NAME, lambda _: b"one")
    assert b"".join(read_bytes(files.address(NAME))) == b"one"
