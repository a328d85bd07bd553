"""The commands whose every call fails once: what is there before, the command, and what readers may see afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults.child import run_command

LAKE = "l"  # the folder that has the lake, its store, and nothing else
DAYS = ("2026-10-05", "2026-10-06")
NEXT_DAY = "2026-10-07"
TEXT = """{title}

The town council of Emberwick voted on Tuesday to approve plan {number} for the old pier, which ends nine years of quarrel.

Traders said that plan {number} would bring the summer boats back to the town. Photograph: Jane Doe/AP
"""


@dataclass(frozen=True)
class Scene:
    """`arguments`: of the command that fails at a call; `before`: what is done to the prepared folder first.

    `parts`: commands that do a part of it each: readers may have any of these parts alone.
    """

    name: str
    arguments: tuple[str, ...]
    before: Callable[[Path], object] = lambda folder: None
    parts: tuple[tuple[str, ...], ...] = ()


def write_article(path: Path, number: int, date: str = "") -> None:
    """An article of its own, in a file; with a date it lands in the month of that date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"Council of Emberwick approves pier plan number {number}"
    path.write_text(f"{title}\n{date}\n" + TEXT.format(title="", number=number), encoding="utf-8")


def prepare(folder: Path) -> None:
    """A lake with two days of a source in two versions, and files that change the first day."""
    (folder / "sources.toml").write_text('[[source]]\nname = "wire"\npath = "in/{date}/*.txt"\n', encoding="utf-8")
    for day, numbers in zip(DAYS, ((1, 2, 3), (3, 4)), strict=True):
        for number in numbers:
            write_article(folder / "in" / day / f"{number}.txt", number, "12 September 2026" if number == 2 else "")
        expect(folder, "ingest", "wire", "--date", day)


def change_files(folder: Path) -> None:
    """The first day's files as they are when they come again: one changed, one new."""
    write_article(folder / "in" / DAYS[0] / "1.txt", 11)
    write_article(folder / "in" / DAYS[0] / "9.txt", 9)


def add_day(folder: Path) -> None:
    """A day that the lake does not have, of its source and of another."""
    with (folder / "sources.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[source]]\nname = "post"\npath = "post/{date}/*.txt"\n')
    write_article(folder / "in" / NEXT_DAY / "5.txt", 5)
    write_article(folder / "post" / NEXT_DAY / "6.txt", 6)


def keep_learned(folder: Path) -> None:
    """Learned lines beside the versions, and a failure, whose file an erasure changes."""
    expect(folder, "learn")
    failures = folder / LAKE / ".lake-store" / "failures"
    failures.mkdir()
    (failures / f"wire@{DAYS[0]}.json").write_text('{"why": "the disk was full"}')


def lose_link(folder: Path) -> None:
    """Removes the link to the visible version."""
    (folder / LAKE / ".lake-store" / "current").unlink()


def expect(folder: Path, *arguments: str) -> None:
    """Runs a command that must succeed. Raises AssertionError with what it printed."""
    end = run_command(folder, arguments)
    assert end.code == 0, f"{arguments}: {end.text}"


def copy_prepared(prepared: Path, folder: Path) -> None:
    """The prepared folder again: links stay links, hard links become files, which is nothing that copydesk minds."""
    shutil.copytree(prepared, folder, symlinks=True)


SCENES = (
    Scene("publish", ("ingest", "wire", "--date", DAYS[0]), change_files),
    Scene("rollback", ("rollback", "1")),
    Scene(
        "erase",
        ("erase", f"in/{DAYS[0]}/3.txt", f"in/{DAYS[0]}/2.txt", "--why", "withdrawn", "--on", NEXT_DAY),
        keep_learned,
    ),
    Scene("repair", ("check", "--repair"), lose_link),
    Scene("repartition", ("repartition", "--by", "day")),
    Scene(
        "backfill",
        ("backfill", "--from", NEXT_DAY, "--to", NEXT_DAY),
        add_day,
        (("ingest", "wire", "--date", NEXT_DAY), ("ingest", "post", "--date", NEXT_DAY)),
    ),
)
