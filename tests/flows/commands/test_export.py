"""`copydesk export` and `copydesk tag`."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.lakes import make_lake

BODY = "The harbour board of Larkhaven voted on Tuesday to rebuild the pier that the storm of last winter tore away."


def test_a_tagged_version_is_exported_after_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / "a.txt").write_text(f"{BODY} It was vote {number} this year.")
        make_lake(tmp_path, "in", tmp_path / "lake", keep_versions=1)
        if number == 0:
            code, said = read_copydesk(capsys, "tag", "paper-2026")
            assert code == 0
            assert said.startswith("paper-2026: lake, version 1, 1 documents, sha256 ")
    assert "kept, tag paper-2026" in read_copydesk(capsys, "versions")[1]
    assert read_copydesk(capsys, "tag")[1] == said
    code, told = read_copydesk(capsys, "export", "a.csv", "--tag", "paper-2026", "--columns", "text, uri")
    assert (code, told) == (0, "a.csv: 1 document of lake, version 1\n")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as rows:
        assert list(csv.reader(rows)) == [["text", "uri"], [f"{BODY} It was vote 0 this year.", "in/a.txt"]]
    assert read_copydesk(capsys, "export", "b.jsonl")[1] == "b.jsonl: 1 document of lake, version 3\n"
    assert read_copydesk(capsys, "tag", "paper-2026", "--remove") == (0, "lake: tag paper-2026 removed\n")
    code, said = read_copydesk(capsys, "export", "c.csv", "--tag", "paper-2026")
    assert (code, said.count("\n")) == (2, 1)
    assert "has no tag 'paper-2026'" in said
