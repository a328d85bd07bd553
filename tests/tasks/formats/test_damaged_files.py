"""A file of any format that is read, damaged in any way, gives rows in bounded time, and their number is the file's.

COPYDESK_DAMAGED is how many damaged files of each format are read: 5 unless it is set, the same ones every time. 300 take
minutes.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from builders.mutations import MEMBERS, STEPS, Step, damage_file
from builders.readings import read_raw
from builders.stories import make_stories
from builders.written_formats import WRITTEN, WrittenFormat, cut_files
from hypothesis import HealthCheck, given, settings

MOST_SECONDS = 10.0
EXAMPLES = os.environ.get("COPYDESK_DAMAGED")
STORIES = make_stories(13)


@pytest.mark.parametrize("row", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_damaged_file_gives_rows(tmp_path: Path, row: WrittenFormat) -> None:
    name, stories = cut_files(row.file, STORIES[10:])[0]
    whole = row.write(stories)

    @settings(
        max_examples=int(EXAMPLES or 5),
        deadline=None,
        derandomize=EXAMPLES is None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=STEPS, member=MEMBERS)
    def read_damaged(steps: list[Step], member: int | None) -> None:
        raw = damage_file(whole, steps, member)
        start = time.process_time()
        readings = read_raw(tmp_path, name, raw, format=row.declared)
        assert time.process_time() - start < MOST_SECONDS
        assert len(readings.records) + len(readings.quarantine) > 0
        faults = [
            detail
            for reasons, detail in readings.quarantine.select("reasons", "detail").iter_rows()
            if "read_error" in reasons
        ]
        assert not faults

    read_damaged()
