"""Records of runs are read as they were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tasks.lakes.lake import open_lake
from tasks.reading.listing import LeftOut
from tasks.report.record import RunRecord, name_record, open_pages, read_record, write_record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    pages = open_pages(open_lake(tmp_path / "lake"))
    record = RunRecord(
        "wire", date(2026, 10, 5), "published", (), left_out=(LeftOut("dot names", 7, ("a/.b", "a/.c")),)
    )
    for written in (record, replace(record, state="blocked", blocked_by=("text_coded",))):
        assert read_record(pages, name_record(write_record(pages, written))) == written
