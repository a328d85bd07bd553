"""A lake on a disk and one in a bucket, with a history, lose records; every byte of them is scanned."""

from __future__ import annotations

from pathlib import Path

import pytest

from erasures.run import run_lake

pytestmark = pytest.mark.slow


def test_records_leave_a_lake_on_a_disk(tmp_path: Path) -> None:
    assert run_lake(tmp_path, str(tmp_path / "l" / "lake"), 0, 4) == []


def test_records_leave_a_lake_in_a_bucket(tmp_path: Path, object_store: str) -> None:
    assert run_lake(tmp_path, f"{object_store}/{tmp_path.name}/lake", 7, 3) == []
