"""The measure of what commits cost makes real commits. No figure is tested."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmark.commits import days_of, measure, measure_disk, measure_duplicates, publish_batch
from tasks.checking.rows import check_receipts
from tasks.lakes.lake import open_lake

pytestmark = pytest.mark.slow


def test_made_up_batches_are_published_whole(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    first = measure(publish_batch(lake, tmp_path / "staging", "stock", date(2025, 1, 28), 30, published=days_of(0)))
    again = measure(publish_batch(lake, tmp_path / "staging", "stock", date(2025, 1, 28), 30, published=days_of(0)))
    other = measure(publish_batch(lake, tmp_path / "staging", "wire", date(2025, 1, 2), 5))
    assert lake.manifest().rows["documents"] == 35
    assert (lake.version(), again.written) == (2, 0)
    assert first.written > 0
    assert other.written > 0
    live = sum(file.size for files in lake.manifest().tables.values() for file in files)
    assert live < measure_disk(lake)
    assert list(check_receipts(lake, lake.manifest())) == []


def test_claims_are_counted(tmp_path: Path) -> None:
    found = dict(measure_duplicates(tmp_path, 2_400))
    assert len(found) == 5
    assert next(iter(found)).startswith("2,400 claims on disk")
