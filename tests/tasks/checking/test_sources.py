"""Sources that read the same files: reported with the command that leaves one of them, and only where the bytes are the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders.staged_shards import Doc, stage_batch

from tasks.checking.check import check_lake, find_odd_days
from tasks.lakes.lake import open_lake
from tasks.publishing.publish import publish

FIRST, SECOND = date(2026, 9, 30), date(2026, 10, 1)
Files = dict[str, str]  # SHA-256 by name


@pytest.mark.parametrize(
    ("wire", "other", "day", "cure"),
    [
        ({"a": "1"}, {"a": "1"}, SECOND, "copydesk rename-source wire wire-2 makes them one source"),
        ({"a": "1"}, {"a": "1", "c": "3"}, FIRST, "copydesk remove-source wire"),
        ({"a": "1", "d": "4"}, {"a": "1"}, FIRST, "remove-source wire-2, then copydesk rename-source wire wire-2"),
        ({"a": "1", "d": "4"}, {"a": "1", "c": "3"}, FIRST, "then run the days again that only wire-2 had"),
        ({"a": "1", "d": "4"}, {"a": "2", "c": "1", "d": "5"}, FIRST, ""),
        ({"a": ""}, {"a": ""}, FIRST, ""),
    ],
)
def test_sources_with_the_same_files_are_reported(
    tmp_path: Path, wire: Files, other: Files, day: date, cure: str
) -> None:
    lake = open_lake(tmp_path / "lake")
    for number, (source, when, files) in enumerate((("wire", FIRST, wire), ("wire-2", day, other))):
        docs = [Doc(10 * number + at, name) for at, name in enumerate(files)]
        made = stage_batch(tmp_path / source, docs, source=source, day=when)
        for entry in made.receipt["inputs"]:
            entry["sha256"] = files[entry["uri"]]
        publish(lake, made)
    found = [fault for fault in find_odd_days(lake) if fault.what == "two sources have the same files"]
    assert [cure in fault.next for fault in found] == ([True] if cure else [])
    assert [fault.where.partition(":")[0] for fault in found] == (["wire and wire-2"] if cure else [])
    assert check_lake(lake) == []
