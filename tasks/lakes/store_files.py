"""Small named files in a lake's store, for what stands in no table: learned lines, releases, batches that failed, pages of runs.

A note is replaced as a whole, and only by one who has seen what it said: two who change it at once both have their say, on a
disk and in a bucket alike. `tasks.lakes.bucket_files` keeps them in a bucket.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from tasks.lakes.errors import LakeError

TRIES = 100
OF_BATCH = re.compile(r"(.+)@(\d{4}-\d\d-\d\d)\.json")
# From what a note says (None: there is none) to what it is to say (None: it goes).
Change = Callable[[bytes | None], bytes | None]


class Notes(Protocol):
    """Where the notes of a lake are. Names are relative paths, such as releases/wire@2026-10-04.json."""

    def look(self, name: str) -> tuple[bytes | None, str | None]:
        """What a note says, and a tag of that for `swap`; None where there is none."""

    def swap(self, name: str, body: bytes | None, seen: str | None) -> bool:
        """Writes a note in one step if it still is as it was seen (its tag). False when somebody else was first."""

    def names(self, folder: str) -> list[str]:
        """The notes below a folder (all, without one), sorted."""

    def below(self, folder: str) -> Notes:
        """The notes below a folder, by their names there."""

    def address(self, name: str) -> str:
        """Where a note lies (all of them, without a name): what opens it on whatever machine can see the lake."""


def name_of_batch(folder: str, source: str, day: date) -> str:
    """The note of a batch in a folder of notes."""
    return f"{folder}/{source}@{day}.json"


def list_batches(notes: Notes, folder: str) -> Iterator[tuple[str, date, str]]:
    """The batches that have a note in a folder, by their names: source, logical date, and the note's name."""
    for name in notes.names(folder):
        if hit := OF_BATCH.fullmatch(name.removeprefix(f"{folder}/")):
            yield hit[1], date.fromisoformat(hit[2]), name


def read_note(notes: Notes, name: str) -> bytes | None:
    """What a note says; None where there is none."""
    return notes.look(name)[0]


def change_note(notes: Notes, name: str, change: Change) -> None:
    """Changes a note; what `change` leaves as it is is not written. Raises LakeError when others never leave off."""
    for _ in range(TRIES):
        said, seen = notes.look(name)
        wanted = change(said)
        if wanted == said or notes.swap(name, wanted, seen):
            return
    raise LakeError(f"{notes.address(name)} is changed by others all the time; run it again later")


@dataclass(frozen=True)
class FolderNotes:
    """Notes as files below a folder."""

    folder: Path

    def look(self, name: str) -> tuple[bytes | None, str | None]:
        try:
            body = (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None, None
        return body, hashlib.sha256(body).hexdigest()

    def swap(self, name: str, body: bytes | None, seen: str | None) -> bool:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".notes.lock"):
            if self.look(name)[1] != seen:
                return False
            if body is None:
                path.unlink(missing_ok=True)
                return True
            draft = path.with_name(f".{path.name}.next")
            draft.write_bytes(body)
            draft.replace(path)
            return True

    def names(self, folder: str) -> list[str]:
        found = (self.folder / folder).rglob("*")
        paths = (path.relative_to(self.folder) for path in found if path.is_file() and not path.name.startswith("."))
        return sorted(path.as_posix() for path in paths)

    def below(self, folder: str) -> FolderNotes:
        return FolderNotes(self.folder / folder)

    def address(self, name: str) -> str:
        return str(self.folder / name)
