"""How far a batch or a backfill is, in a line: with a rate and the time left as soon as they are more than a guess."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from builders.deliveries import write_day
from builders.lakes import DAY, make_test_run

from flows.batches.ingest import ingest_batch
from flows.batches.progress import DayMeter, Pace, Progress, measure_progress, watch_shards
from flows.batches.run import Batch, Watcher
from flows.workers.local_map import build_here
from tasks.batch import Source
from tasks.progress import note_built, open_progress_file


def make_pace(seconds: float) -> Pace:
    """A pace of work that began so many seconds ago."""
    return Pace(0.0, lambda: seconds)


def test_a_line_has_documents_rate_and_time_left() -> None:
    assert make_pace(10).describe(Progress(4_000, 20_000)) == (
        "4,000 of about 20,000 documents, 400 per second, about 40 s left"
    )
    assert make_pace(2).describe(Progress(4_000, 20_000)) == "4,000 of about 20,000 documents"
    assert make_pace(10).describe(Progress(50, 50)) == "50 of about 50 documents, 5 per second"
    assert make_pace(10).describe(Progress(1_000)) == "1,000 documents, 100 per second"
    assert make_pace(10).describe(Progress(0, 20_000)) == "0 of about 20,000 documents"


def test_documents_that_are_not_read_yet_are_inferred_from_the_bytes(tmp_path: Path) -> None:
    assert measure_progress(tmp_path, 4_000) == Progress(0, None)
    note_built(tmp_path / "shard-00000", 0, 1_000, 50)
    with open_progress_file(tmp_path / "shard-00001", 1) as progress:
        for number in range(1, 51):
            progress.count_record(20 * number)
        progress.write()
    found = measure_progress(tmp_path, 4_000)
    assert found == Progress(61, 200)
    assert round(found.share, 3) == 0.305


def test_who_watches_is_called_when_something_has_changed_and_once_more_at_the_end(tmp_path: Path) -> None:
    seen, called = [], Event()

    def count(progress: Progress) -> None:
        seen.append(progress)
        called.set()

    with watch_shards(tmp_path, 200, count):
        note_built(tmp_path / "shard-00000", 0, 100, 5)
        assert called.wait(60)
        note_built(tmp_path / "shard-00001", 1, 100, 5)
    assert (seen[0], seen[-1]) == (Progress(5, 10), Progress(10, 10))
    assert len(seen) <= 3

    def refuse(_: Progress) -> None:
        raise BrokenPipeError

    with watch_shards(tmp_path, 200, refuse):  # and no error
        pass


def test_a_batch_that_is_watched_counts_to_its_last_document(tmp_path: Path) -> None:
    write_day(tmp_path, DAY, 120)
    seen: list[Progress] = []
    run = make_test_run(tmp_path / "lake", map_shards=build_here)
    ingest_batch(Batch(Source("in", "in"), DAY, tmp_path), replace(run, watcher=Watcher(count=seen.append)))
    assert seen[-1] == Progress(120, 120)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)


def test_a_backfill_counts_days_and_the_documents_of_those_at_work() -> None:
    now = [0.0]
    meter = DayMeter(4, lambda: now[0])
    assert meter.describe() == (0.0, "0 of 4 days done")
    now[0] = 30
    shown: list[tuple[float, str]] = []
    meter.count("wire 2026-10-02", lambda: shown.append(meter.describe()), Progress(500, 1_000))
    meter.finish(["wire 2026-10-01"])
    assert shown == [(0.125, "0 of 4 days done, about 4 min left; wire 2026-10-02: 500 of about 1,000 documents")]
    assert meter.describe() == (
        0.375,
        "1 of 4 days done, about 50 s left; wire 2026-10-02: 500 of about 1,000 documents",
    )
    meter.finish(["wire 2026-10-01", "wire 2026-10-02"])
    meter.count("wire 2026-10-02", shown.clear, Progress(1_000, 1_000))  # comes too late
    assert meter.describe()[0] == 0.5
    assert shown


@pytest.mark.slow
def test_a_terminal_shows_documents_and_a_pipe_gets_none_of_it(tmp_path: Path) -> None:
    write_day(tmp_path, DAY, 800)
    command = [sys.executable, "-m", "flows.cli", "ingest", "in", "--date", str(DAY), "--lake"]
    terminal, theirs = pty.openpty()
    with subprocess.Popen([*command, "seen"], cwd=tmp_path, stdout=theirs, stderr=theirs, stdin=theirs) as running:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # as a terminal ends
            while read := os.read(terminal, 65_536):
                shown += read
    os.close(terminal)
    assert running.returncode == 0, shown.decode()
    assert re.search(rb"reading and cleaning.*\d of about 800 documents", shown), shown.decode()
    piped = subprocess.run([*command, "unseen"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "of about" not in piped.stdout
    assert piped.stderr == ""
