"""How far the work on each shard is: one line in a file of its folder, which the run reads at any time.

A file reaches a run from every thread, process or machine that sees its folder, and does not stop the work where it cannot be
written. Nothing that is published depends on it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

FILE = "progress"
PART = "part-"
# The share of a document's time that each step takes, as measured on 20,000 articles.
SHARES = {"read": 0.22, "match": 0.21, "clean": 0.11, "merge": 0.13, "assemble": 0.23, "stage": 0.1}
EVERY = 100  # records between two lines


@dataclass(frozen=True)
class ShardProgress:
    """How far one shard is: input bytes read, records found in them, and about how many of these are processed."""

    number: int
    size: int
    records: int
    done: int


class ProgressFile:
    """Adds up what each step reports for one shard, and writes the sum to the file at intervals."""

    def __init__(self, number: int = 0, file: int | None = None) -> None:
        self.number, self.file = number, file
        self.before = self.size = self.records = 0
        self.done = 0.0

    def count_record(self, size: int) -> None:
        """A record was read; `size`: bytes of its file that are read by now."""
        self.size = self.before + size
        self.records += 1
        self.done += SHARES["read"]
        if not self.records % EVERY:
            self.write()

    def end_file(self, size: int) -> None:
        """A file of so many bytes was read."""
        self.before = self.size = self.before + size
        self.write()

    def finish(self, step: str, records: int) -> None:
        """A step is done with so many records."""
        self.done += SHARES[step] * records
        self.write()

    def write(self) -> None:
        """Replaces the line, in one call of the system, so that a reader never sees half of it."""
        if self.file is not None:
            with suppress(OSError):
                numbers = (self.number, self.size, self.records, round(self.done))
                os.pwrite(self.file, "".join(f"{number:>16}" for number in numbers).encode(), 0)


NOT_WATCHED = ProgressFile()


@contextmanager
def open_progress_file(folder: Path, number: int) -> Iterator[ProgressFile]:
    """Opens the progress file in the shard's folder."""
    file = None
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / FILE, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    try:
        yield ProgressFile(number, file)
    finally:
        if file is not None:
            os.close(file)


def note_built(folder: Path, number: int, size: int, records: int) -> None:
    """Records that one shard is built, where another disk has its own progress file. `size`: the bytes of its input."""
    with open_progress_file(folder, number) as progress:
        progress.size, progress.records, progress.done = size, records, records
        progress.write()


def read_progress(folder: Path) -> dict[int, ShardProgress]:
    """How far the shards of a run are, by their numbers; of one that was begun several times, the attempt that is furthest."""
    found: dict[int, ShardProgress] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(PART)]
        if FILE in files:
            with suppress(OSError, ValueError, TypeError):
                line = ShardProgress(*map(int, Path(place, FILE).read_bytes().split()))
                found[line.number] = max(line, found.get(line.number, line), key=lambda one: one.done)
    return found
