"""Tagged versions: they stay, on a disk and in a bucket, while others are swept, and can be shown again."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from builders.staged_shards import Doc, publish_docs

from tasks.checking.check import check_lake
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, PublishPolicy, open_lake
from tasks.publishing.publish import prune, roll_back
from tasks.stores.bucket_client import list_objects, remove_objects
from tasks.stores.errors import LakeError
from tasks.stores.store_files import StoreFiles
from tasks.stores.tags import add_tag, list_tags, remove_tag


@pytest.fixture(params=["disk", pytest.param("bucket", marks=pytest.mark.slow)])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """A lake of five versions, of which the last two are kept, and the first by a tag."""
    place = tmp_path / "lake"
    if request.param == "bucket":
        place = f"{request.getfixturevalue('object_store')}/{tmp_path.name}/lake"
    made = open_lake(place, work=tmp_path / "work")
    publish_docs(made, tmp_path / "s1", [Doc(1)], keep=2)
    add_tag(made.store, "paper", 1)
    for number in range(2, 6):
        publish_docs(made, tmp_path / f"s{number}", [Doc(number)], keep=2)
    return replace(made, policy=PublishPolicy(2))


def kept(lake: Lake) -> list[int]:
    return [made.version for made in lake.versions() if made.kept]


def test_a_tagged_version_is_kept_and_can_be_read(lake: Lake) -> None:
    assert kept(lake) == [1, 4, 5]
    assert list_tags(lake.files) == {"paper": 1}
    (file,) = lake.manifest(1).tables["documents"]
    assert lake.store.find_file_fault(1, "documents", file, {}) is None
    assert check_lake(lake) == []
    assert prune(lake) == 0


def test_a_tagged_version_is_shown_again(lake: Lake) -> None:
    assert roll_back(lake, 1) == 6
    assert lake.manifest().tables == lake.manifest(1).tables
    assert check_lake(lake) == []


def test_without_its_tag_a_version_is_swept(lake: Lake) -> None:
    add_tag(lake.store, "again", 1)
    remove_tag(lake.store, "paper")
    assert prune(lake) == 0
    remove_tag(lake.store, "again")
    assert prune(lake) in (0, 1)
    assert kept(lake) == [4, 5]
    if lake.name.startswith("s3:"):
        names = list_objects(lake.store.layout.bucket, lake.store.layout.key("files/00000001/"))
        # Files that later versions share stay.
        assert not any("/documents/" in name for name in names)
    assert check_lake(lake) == []


def test_a_version_that_is_not_kept_cannot_be_tagged(lake: Lake) -> None:
    for version in (2, 9):
        with pytest.raises(RequestError, match=f"has no version {version} any more"):
            add_tag(lake.store, "late", version)
    assert list_tags(lake.files) == {"paper": 1}


@pytest.mark.parametrize(("tag", "fault"), [("a b", "is no tag"), ("", "is no tag"), ("paper", "is version 1 already")])
def test_a_wrong_tag_is_refused(lake: Lake, tag: str, fault: str) -> None:
    with pytest.raises(RequestError, match=fault):
        add_tag(lake.store, tag, 5)
    with pytest.raises(RequestError, match="has no tag 'none'"):
        remove_tag(lake.store, "none")


def test_damaged_tags_stop_the_sweeping_and_nothing_else(lake: Lake, tmp_path: Path) -> None:
    _, mark = lake.files.read("tags.json")
    assert lake.files.swap("tags.json", b"[1]", mark)
    with pytest.raises(LakeError, match="so no version is removed"):
        prune(lake)
    assert publish_docs(lake, tmp_path / "s6", [Doc(6)], keep=2).version == 6
    _, mark = lake.files.read("tags.json")
    assert lake.files.swap("tags.json", b'{"paper": 1}', mark)
    assert kept(lake)[0] == 1
    assert lake.store.find_file_fault(1, "documents", lake.manifest(1).tables["documents"][0], {}) is None


def test_a_tag_whose_version_is_lost_is_a_fault(lake: Lake, tmp_path: Path) -> None:
    _, mark = lake.files.read("tags.json")
    assert lake.files.swap("tags.json", b'{"paper": 1, "gone": 3}', mark)
    faults = check_lake(lake, tmp_path)
    # In a bucket the manifest is still there, and its files are missed.
    expected = "a file is missing in an earlier version" if "://" in lake.name else "a tagged version is not kept"
    assert {fault.what for fault in faults} == {expected}


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
def test_a_tag_that_is_given_while_versions_are_swept_is_whole_or_refused(
    is_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tag is written between two looks of the sweep, or when it has looked for the last time."""
    lake = open_lake(tmp_path / "lake")
    for number in range(1, 4):
        publish_docs(lake, tmp_path / f"s{number}", [Doc(number)])
    looks = 0

    def look(files: StoreFiles) -> dict[str, int]:
        nonlocal looks
        looks += 1
        found = list_tags(files)
        if looks == (1 if is_first else 2):
            with nullcontext() if is_first else pytest.raises(RequestError, match="has no version 1 any more"):
                add_tag(lake.store, "late", 1)
        return found

    monkeypatch.setattr("tasks.stores.disk_store.list_tags", look)
    prune(replace(lake, policy=PublishPolicy(2)))
    assert (kept(lake), list_tags(lake.files)) == (([1, 2, 3], {"late": 1}) if is_first else ([2, 3], {}))
    assert check_lake(lake) == []


def test_check_covers_tagged_versions_without_looking_at_all(lake: Lake) -> None:
    (file,) = lake.manifest(1).tables["documents"]
    if "://" in lake.name:
        remove_objects(lake.store.layout.bucket, [lake.store.layout.file_key("documents", file)])
    else:
        lake.store.fetch(1, "documents", file).unlink()
    assert {fault.what for fault in check_lake(lake)} == {"a file is missing in an earlier version"}
    remove_tag(lake.store, "paper")
    assert check_lake(lake) == []
