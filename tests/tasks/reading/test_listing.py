"""Everything at a path is read, refused with a reason, or named as left out."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from builders.lakes import make_lake

from tasks.reading.listing import DOT_NAMES, FOLDERS, LINKS, READMES, Listing, list_local, make_listing

TEXT = (
    "Ferry leaves\n\nThe last ferry of the season left the harbour at six in the evening, an hour later than planned.\n"
)


def list_at(root: Path, path: str, follow_links: bool = False) -> Listing:
    return make_listing(list_local(path, root, follow_links))


def outcomes(listing: Listing) -> dict[str, str]:
    """Name of every input and its reason, "" for a file to read; and what is left out, by kind."""
    files = {file.uri: file.fault.reason if file.fault else "" for file in listing.files}
    return files | {name: own.kind for own in listing.left_out for name in own.names}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An input folder `in` with everything that a folder can have, and files outside of it."""
    for name in ("in/a.txt", "in/deep/b.txt", "in/feed [v2]/c.txt", "in/x[1].txt", "in/README.md", "in/.git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "o.txt").write_text("o")
    links = {"broken": "none", "circle": "circle", "deeper": "deep", "self": ".", "file": "a.txt"}
    links |= {"secret": "../outside/o.txt", "away": "../outside", "hidden": ".git"}
    for name, target in links.items():
        (tmp_path / "in" / f"{name}.lnk").symlink_to(target)
    os.mkfifo(tmp_path / "in" / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        here = Path.cwd()
        os.chdir(tmp_path / "in")
        door.bind("socket")  # a whole path may be too long for one
        os.chdir(here)
    return tmp_path


def test_everything_in_a_folder_is_accounted_for(place: Path) -> None:
    assert outcomes(list_at(place, "in")) == {
        "in/a.txt": "",
        "in/deep/b.txt": "",
        "in/feed [v2]/c.txt": "",
        "in/x[1].txt": "",
        "in/file.lnk": "",
        "in/broken.lnk": "unreadable",
        "in/circle.lnk": "unreadable",
        "in/secret.lnk": "link_outside",
        "in/away.lnk": "link_outside",
        "in/pipe": "special_file",
        "in/socket": "special_file",
        "in/README.md": READMES,
        "in/.git": DOT_NAMES,
        "in/deeper.lnk": LINKS,
        "in/self.lnk": LINKS,
        "in/hidden.lnk": LINKS,
    }


def test_a_lake_below_the_input_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    make_lake(tmp_path, "a.txt", tmp_path / "lake")
    found = outcomes(list_at(tmp_path, "."))
    assert [name for name, reason in found.items() if not reason] == ["a.txt"]
    assert set(found.values()) == {"", DOT_NAMES, LINKS}


def test_links_that_lead_out_are_followed_where_the_setting_says_so(place: Path) -> None:
    (place / "outside" / "back").symlink_to("../in")
    found = outcomes(list_at(place, "in", follow_links=True))
    assert found["in/secret.lnk"] == found["in/away.lnk/o.txt"] == ""
    assert found["in/away.lnk/back"] == LINKS


def test_a_path_that_was_typed_may_be_a_link(place: Path) -> None:
    (place / "typed").symlink_to("outside")
    (place / "typed.txt").symlink_to("outside/o.txt")
    assert outcomes(list_at(place, "typed")) == {"typed/o.txt": ""}
    assert outcomes(list_at(place, "typed.txt")) == {"typed.txt": ""}
    assert outcomes(list_at(place, "in/broken.lnk")) == {"in/broken.lnk": "unreadable"}
    assert outcomes(list_at(place, "in/pipe")) == {"in/pipe": "special_file"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("in/a*", {"in/a.txt": "", "in/away.lnk": FOLDERS}),
        ("in/f*", {"in/feed [v2]": FOLDERS, "in/file.lnk": ""}),
        ("in/f*/*", {"in/feed [v2]/c.txt": ""}),
        ("in/feed [v2]", {"in/feed [v2]/c.txt": ""}),
        ("in/feed [v2]/*.txt", {"in/feed [v2]/c.txt": ""}),
        ("*/feed [v2]/*.txt", {"in/feed [v2]/c.txt": ""}),
        ("in/feed [v3]/*.txt", {}),
        ("in/x[1].txt", {"in/x[1].txt": ""}),
        ("in/x[[]1].txt", {"in/x[1].txt": ""}),
        ("in/[xd]*/**/*.txt", {"in/deep/b.txt": "", "in/deeper.lnk/b.txt": ""}),
        ("in/.g*/*", {"in/.git/config": ""}),
        ("in/[.]g*", {"in/.git": DOT_NAMES}),
        ("in/R*", {"in/README.md": READMES}),
        ("in/README*", {"in/README.md": ""}),
        ("in/broken*", {"in/broken.lnk": "unreadable"}),
        ("in/*.txt/x", {}),
        ("none/*", {}),
        ("in/a.txt/*", {}),
    ],
)
def test_patterns(place: Path, pattern: str, found: dict[str, str]) -> None:
    assert outcomes(list_at(place, pattern)) == found


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            Path("x" * 250).mkdir()
            os.chdir("x" * 250)
    finally:
        os.chdir(here)
    (file,) = list_at(tmp_path, ".").files
    assert file.fault is not None
    assert (file.fault.reason, file.fault.detail[-18:]) == ("unreadable", "File name too long")
    assert list_at(tmp_path, "/".join(["y" * 250] * 20)) == Listing()


def test_many_names_are_counted(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"._{number}").touch()
    (own,) = list_at(tmp_path, ".").left_out
    assert own.summary == "dot names: ._0, ._1, ._2, ._3, ._4, ..."
    assert own.count == 7


def test_a_file_that_has_just_changed_has_no_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    os.utime(path, (86_400, 86_400))  # which its change time does not follow
    assert [file.stamp for file in list_at(tmp_path, ".").files] == [""]
    (old,) = list_at(Path("/"), os.__file__).files
    assert str(Path(os.__file__).stat().st_mtime_ns) in old.stamp


def test_names_that_are_escaped_alike_have_a_uri_each(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"caf%E9.txt", b"50%.txt"):
        (tmp_path / os.fsdecode(name)).write_text(TEXT)
    assert {
        Path(file.path).name.encode(errors="surrogateescape"): file.uri for file in list_at(tmp_path, ".").files
    } == {b"caf\xe9.txt": "caf%E9.txt", b"caf%E9.txt": "caf%25E9.txt", b"50%.txt": "50%.txt"}
