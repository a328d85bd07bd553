"""Notes: written whole, by one who has seen what they said; the same on a disk and in a bucket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.lakes.bucket_files import BucketNotes
from tasks.lakes.lake import LakeError
from tasks.lakes.store_files import FolderNotes, Notes, change_note, read_note

NAME = "releases/a source@2026-10-04.json"


@pytest.fixture(params=["disk", "bucket"])
def notes(request: pytest.FixtureRequest, tmp_path: Path) -> Notes:
    if request.param == "disk":
        return FolderNotes(tmp_path / ".lake-store")
    return BucketNotes(f"{request.getfixturevalue('object_store')}/{tmp_path.name}/.lake-store")


def test_a_note_comes_changes_and_goes(notes: Notes) -> None:
    assert (read_note(notes, NAME), notes.names("releases")) == (None, [])
    change_note(notes, NAME, lambda said: None)
    assert notes.names("releases") == []
    change_note(notes, NAME, lambda said: b"one" if said is None else b"?")
    change_note(notes, "releases/deep/b", lambda said: b"deep")
    change_note(notes, "other", lambda said: b"other")
    assert notes.names("releases") == [NAME, "releases/deep/b"]
    change_note(notes, NAME, lambda said: (said or b"") + b", two")
    assert read_note(notes, NAME) == b"one, two"
    change_note(notes, NAME, lambda said: None)
    assert (read_note(notes, NAME), notes.names("releases")) == (None, ["releases/deep/b"])
    change_note(notes, NAME, lambda said: b"again" if said is None else b"?")
    assert read_note(notes, NAME) == b"again"


def test_one_who_comes_late_sees_what_is_there_now(notes: Notes) -> None:
    asked: list[bytes | None] = []

    def change(said: bytes | None) -> bytes:
        asked.append(said)
        if len(asked) == 1:
            change_note(notes, NAME, lambda _: b"theirs")
        return (said or b"") + b" and ours"

    change_note(notes, NAME, change)
    assert asked == [None, b"theirs"]
    assert read_note(notes, NAME) == b"theirs and ours"


def test_all_have_their_say(notes: Notes) -> None:
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda at: change_note(notes, NAME, lambda said: (said or b"") + bytes([at])), range(12)):
            pass
    assert sorted(read_note(notes, NAME) or b"") == list(range(12))


def test_whoever_is_always_late_is_told(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(notes), "swap", lambda *_: False)
    with pytest.raises(LakeError, match="changed by others all the time"):
        change_note(notes, NAME, lambda _: b"?")


def test_an_address_opens_a_note(notes: Notes) -> None:
    from tasks.formats.stream import read_bytes

    change_note(notes, NAME, lambda _: b"one")
    assert b"".join(read_bytes(notes.address(NAME))) == b"one"
