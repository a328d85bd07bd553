"""`copydesk why` for what is no document of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake


def test_a_duplicate_is_explained_with_the_document_that_it_repeats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1, "a.txt"), Doc(1, "again.txt")], stopped=["bad.txt"])
    code, shown = read_copydesk(capsys, "why", "again.txt", "--lake", tmp_path / "lake")
    assert code == 0
    assert "again.txt: duplicate (same_batch): repeats a.txt (2026-10-05), published as" in shown
    assert "Read more: everything" in shown
    code, shown = read_copydesk(capsys, "why", "bad.txt", "--lake", tmp_path / "lake")
    assert (code, "bad.txt: in quarantine at read: record_malformed" in shown) == (0, True)
