"""The file that says how far a shard is: written while it is read and cleaned, and read by others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from builders.deliveries import write_day
from builders.lakes import DAY

from tasks.batch import Limits, Source
from tasks.progress import (
    EVERY,
    FILE,
    SHARES,
    ProgressFile,
    ShardProgress,
    note_built,
    open_progress_file,
    read_progress,
)
from tasks.reading.plan import cut_shards, find_files
from tasks.shard import build_shard


def test_the_shares_of_the_steps_are_a_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)


def test_a_document_counts_by_the_steps_behind_it(tmp_path: Path) -> None:
    with open_progress_file(tmp_path, 7) as progress:
        for number in range(EVERY):
            progress.count_record(10 * (number + 1))
        assert read_progress(tmp_path) == {7: ShardProgress(7, 10 * EVERY, EVERY, 22)}
        progress.end_file(5_000)
        progress.finish("match", EVERY)
        assert read_progress(tmp_path) == {7: ShardProgress(7, 5_000, EVERY, 43)}
        progress.count_record(100)  # of the next file
        progress.write()
        assert read_progress(tmp_path)[7].size == 5_100


def test_of_several_attempts_the_furthest_counts_and_staged_parts_are_not_searched(tmp_path: Path) -> None:
    note_built(tmp_path / "shard-00000" / "first", 0, 100, 10)
    with open_progress_file(tmp_path / "shard-00000" / "second", 0):
        pass
    note_built(tmp_path / "shard-00001" / "part-0000", 1, 1, 1)
    assert read_progress(tmp_path) == {0: ShardProgress(0, 100, 10, 10)}


@pytest.mark.parametrize("content", [b"", b"1 2", b"1 2 3 x"], ids=["empty", "short", "no number"])
def test_a_line_that_is_not_whole_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert read_progress(tmp_path) == {}


def test_a_disk_that_takes_no_file_does_not_stop_the_work(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with open_progress_file(tmp_path / "taken" / "shard", 0) as progress:
        progress.end_file(1)


def test_a_shard_reports_while_it_is_built_and_ends_with_all_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int, float]] = []
    write = ProgressFile.write

    def record(progress: ProgressFile) -> None:
        seen.append((progress.size, progress.records, progress.done))
        write(progress)

    monkeypatch.setattr(ProgressFile, "write", record)
    write_day(tmp_path, DAY, 230)
    files = find_files(Source("in", str(tmp_path / "in")), DAY, tmp_path, False).files
    (shard,) = cut_shards(Source("in", str(tmp_path / "in")), DAY, files, Limits())
    staged = build_shard(replace(shard, number=3), Limits(), tmp_path / "shard-00003")
    assert [records for _, records, _ in seen] == sorted(records for _, records, _ in seen)
    assert [records for _, records, _ in seen][:2] == [100, 200]
    assert len({done for *_, done in seen}) >= 7
    size = sum(file.size for file in files)
    assert read_progress(tmp_path) == {3: ShardProgress(3, size, staged.records, staged.records)}
