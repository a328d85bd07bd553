"""What a run needs before its first batch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake


@pytest.mark.parametrize("command", ["ingest news --date 2026-11-01", "ingest", "doctor"])
def test_a_lake_that_lost_its_store_is_refused_before_anything_is_written(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    publish_docs(open_lake(Path("lake")), tmp_path / "staging", [Doc(1)])
    store = tmp_path / ".lake-store"
    shutil.move(store, tmp_path / "away")
    code, printed = read_copydesk(capsys, *command.split())
    assert code == 1
    assert "a lake without its store" in printed
    # What a person brings back must find its place free.
    assert not store.exists()
