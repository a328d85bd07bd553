"""Disks that are full, read-only or closed to us: one line that says so, and readers keep what they had.

The disks are small ones in memory, which only root may mount; elsewhere these tests are skipped.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import lake_writers
from builders.lake_writers import NOVEMBER, PROCESSES
from builders.lakes import make_lake
from builders.staged_shards import Doc, publish_docs, read_visible, stage_batch

from tasks.checking.check import check_lake
from tasks.lakes.lake import open_lake
from tasks.publishing.publish import publish
from tasks.stores.errors import PublishError

SMALL = "size=2m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


def fill(disk: Path) -> Path:
    """Takes all room that is left, but for some kilobytes."""
    facts = os.statvfs(disk)
    path = disk / "ballast"
    path.write_bytes(b"x" * max(facts.f_bavail * facts.f_frsize - 60_000, 0))
    return path


def write_input(folder: Path, count: int = 200) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        text = f"Report {number}\n\nThe harbour bridge number {number} opened on Monday, and the ferry made its last trip.\n"
        (folder / f"{number}.txt").write_text(text)


@pytest.mark.slow
def test_a_full_disk_under_the_lake(disk: Path, tmp_path: Path) -> None:
    lake = open_lake(disk / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    before = read_visible(lake)
    batch = stage_batch(tmp_path / "staging", [Doc(at) for at in range(2_000)], day=NOVEMBER)
    ballast = fill(disk)
    with pytest.raises(PublishError, match="the disk is full; free some space and run the batch again") as told:
        publish(lake, batch)
    assert "\n" not in str(told.value)
    assert (read_visible(lake), check_lake(lake)) == (before, [])
    ballast.unlink()
    publish(lake, batch)
    assert check_lake(lake) == []


@pytest.mark.slow
def test_a_full_disk_under_the_staging(disk: Path, tmp_path: Path) -> None:
    write_input(tmp_path / "in")
    lake = disk / "lake"
    make_lake(tmp_path, "in/1.txt", lake, name="first")
    before = read_visible(open_lake(lake))
    fill(disk)
    with pytest.raises(PublishError, match=r"cannot stage for .*: the disk is full") as told:
        make_lake(tmp_path, "in", lake)
    assert "\n" not in str(told.value)
    assert (read_visible(open_lake(lake)), check_lake(open_lake(lake))) == (before, [])


def test_a_read_only_disk(disk: Path, tmp_path: Path) -> None:
    write_input(tmp_path / "in", 3)
    lake = open_lake(disk / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    before = read_visible(lake)
    remount(disk, "ro")
    with pytest.raises(PublishError, match=r"cannot publish into .*: this disk is read-only; mount it writable"):
        publish_docs(lake, tmp_path / "staging", [Doc(2)])
    with pytest.raises(PublishError, match=r"cannot stage for .*: this disk is read-only; mount it writable"):
        make_lake(tmp_path, "in", lake.store.path)
    assert (read_visible(lake), check_lake(lake)) == (before, [])
    remount(disk, "rw")
    assert publish_docs(lake, tmp_path / "staging", [Doc(2)]).version == 2


@pytest.mark.slow
def test_a_user_who_may_not_write(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)])
    before = read_visible(lake)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    (tmp_path / "theirs").mkdir(mode=0o777)
    (tmp_path / "theirs").chmod(0o777)
    process = PROCESSES.Process(target=lake_writers.publish_as_nobody, args=(str(tmp_path),))
    process.start()
    process.join(60)
    told = (tmp_path / "theirs" / "told").read_text()
    assert told.startswith(f"cannot publish into {lake.store.path}: ")
    assert "permission denied; give this user write access" in told
    assert "\n" not in told
    assert (read_visible(lake), check_lake(lake)) == (before, [])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The last ferry left Larkhaven at six.\n\n" * 9)
    with pytest.raises(PublishError, match=r"^cannot stage for /proc/nowhere/lake: .*no folder can be made here"):
        make_lake(tmp_path, "in", Path("/proc/nowhere/lake"))
