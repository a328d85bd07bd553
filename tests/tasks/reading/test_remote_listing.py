"""Listings of addresses."""

from __future__ import annotations

import fsspec
import pytest

from tasks.formats.remote import find_filesystem
from tasks.reading.listing import DOT_NAMES, FOLDERS, READMES, make_listing
from tasks.reading.remote_listing import list_remote, read_stamp

NAMES = ("a.txt", "deep/b.txt", "deep/README.md", ".git/config", ".git/head", "feed [v2]/c.txt", "x[1].txt")


@pytest.fixture(scope="module")
def address() -> str:
    fsspec.filesystem("memory").pipe({f"/listed/{name}": name.encode() for name in NAMES})
    return "memory:///listed"


@pytest.mark.parametrize(
    ("pattern", "files", "left_out"),
    [
        (
            "",
            ["a.txt", "deep/b.txt", "feed [v2]/c.txt", "x[1].txt"],
            {DOT_NAMES: [".git"], READMES: ["deep/README.md"]},
        ),
        ("/feed [v2]", ["feed [v2]/c.txt"], {}),
        ("/x[1].txt", ["x[1].txt"], {}),
        ("/feed [v2]/*.txt", ["feed [v2]/c.txt"], {}),
        ("/*.txt", ["a.txt", "x[1].txt"], {}),
        ("/d*", [], {FOLDERS: ["deep"]}),
        ("/none", [], {}),
    ],
)
def test_names_behind_an_address(address: str, pattern: str, files: list[str], left_out: dict[str, list[str]]) -> None:
    found = make_listing(list_remote(address + pattern))
    assert [file.uri.removeprefix("memory:///listed/") for file in found.files] == files
    names = {own.kind: [name.removeprefix("memory:///listed/") for name in own.names] for own in found.left_out}
    assert names == left_out


def test_the_stamp_is_the_version_that_the_store_names() -> None:
    assert read_stamp({"ETag": '"1"'}) == read_stamp({"e_tag": '"1"'}) == '"1"'
    assert read_stamp({"mtime": 5}) == ""


def test_objects_of_a_bucket_have_stamps(object_store: str) -> None:
    filesystem, place = find_filesystem(f"{object_store}/listed")
    for name in NAMES:
        filesystem.pipe_file(f"{place}/{name}", name.encode())
    found = make_listing(list_remote(f"{object_store}/listed"))
    assert [file.uri.removeprefix(f"{object_store}/listed/") for file in found.files] == [
        "a.txt",
        "deep/b.txt",
        "feed [v2]/c.txt",
        "x[1].txt",
    ]
    assert {own.kind: own.count for own in found.left_out} == {DOT_NAMES: 1, READMES: 1}
    assert all(file.stamp for file in found.files)
    filesystem.pipe_file(f"{place}/a.txt", b"changed")
    (changed, *_) = make_listing(list_remote(f"{object_store}/listed/*.txt")).files
    assert changed.stamp not in ("", found.files[0].stamp)
