"""The names of paths given by hand: one name per place, remembered by the lake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake
from tasks.lakes.places import FILE, name_places, read_places
from tasks.stores.errors import LakeError
from tasks.stores.store_files import change_store_file


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return open_lake(tmp_path / "here" / "lake")


def names_of(lake: Lake, *paths: str, declared: tuple[str, ...] = ()) -> list[str]:
    found = name_places(lake, paths, declared)
    return [found[path][0] for path in paths]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/news"], ["news"]),
        (["a/news", "b/news"], ["a-news", "b-news"]),
        (["x/a/news", "y/a/news", "z/news"], ["x-a-news", "y-a-news", "z-news"]),
        (["2020-01/part-0.jsonl", "2020-02/part-0.jsonl"], ["2020-01-part-0", "2020-02-part-0"]),
        (["s3://b/x/in", "s3://b/y/in"], ["x-in", "y-in"]),
        (["a/caf\udce9", "b/caf\udce9"], ["a-caf", "b-caf"]),
    ],
)
def test_paths_of_one_call_have_different_names(lake: Lake, paths: list[str], names: list[str]) -> None:
    assert names_of(lake, *paths) == names
    assert names_of(lake, *reversed(paths)) == names[::-1]


def test_paths_of_different_calls_have_different_names(lake: Lake) -> None:
    assert names_of(lake, "a/news") == ["news"]
    assert names_of(lake, "b/news", "a/news", "c/news") == ["b-news", "news", "c-news"]


def test_a_path_never_gets_the_name_of_a_declared_source(lake: Lake) -> None:
    assert names_of(lake, "in/wire", declared=("wire",)) == ["in-wire"]


def test_paths_that_differ_in_signs_only_still_differ(lake: Lake) -> None:
    assert len(set(names_of(lake, "a b/x", "a-b/x", "a/wire.jsonl", "a/wire.txt"))) == 4


def test_a_path_given_twice_is_refused(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "here" / "link").symlink_to("news")
    for other in ("./news", "../here/news", "link", str(tmp_path / "here" / "news")):
        with pytest.raises(RequestError, match="are the same place"):
            names_of(lake, "news", other)


def test_uris_start_in_the_folder_of_the_first_run(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names_of(lake, "a/news")
    monkeypatch.chdir("/")
    ((name, place),) = name_places(lake, [str(tmp_path / "here" / "a" / "news")], ()).values()
    assert (name, place.path, place.root) == ("news", "a/news", str(tmp_path / "here"))


def test_a_project_that_was_moved_or_copied_keeps_its_names(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "news").mkdir()
    names_of(lake, "news")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    copy = open_lake(tmp_path / "there" / "lake")
    # In the copy the name stands for the copied folder, and for it alone.
    assert names_of(copy, "news", str(tmp_path / "here" / "news")) == ["news", "here-news"]
    assert read_places(copy)["news"].root == str(tmp_path / "there")
    assert names_of(lake, str(tmp_path / "here" / "news")) == ["news"]


def test_a_lake_that_was_moved_alone_knows_its_places(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "news").mkdir()
    names_of(lake, "news")
    shutil.copytree(tmp_path / "here" / ".lake-store", tmp_path / "away" / "deep" / ".lake-store")
    assert names_of(open_lake(tmp_path / "away" / "deep" / "lake"), "news") == ["news"]


def test_a_damaged_file_of_places_is_an_error(lake: Lake) -> None:
    change_store_file(lake.files, FILE, lambda _: b'{"news": 5}')
    with pytest.raises(LakeError, match="is damaged"):
        names_of(lake, "news")
