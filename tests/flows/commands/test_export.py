"""`copydesk export` and `copydesk tag` in processes of their own."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from builders.lakes import make_lake

BODY = "The harbour board of Larkhaven voted on Tuesday to rebuild the pier that the storm of last winter tore away."


def run(cwd: Path, *arguments: str) -> tuple[int, str]:
    """`copydesk ...` in a process of its own: exit code and what it prints."""
    command = [sys.executable, "-m", "flows.cli", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_tagged_version_is_exported_after_others(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / "a.txt").write_text(f"{BODY} It was vote {number} this year.")
        make_lake(tmp_path, "in", tmp_path / "lake", keep_versions=1)
        if number == 0:
            code, said = run(tmp_path, "tag", "paper-2026")
            assert code == 0
            assert said.startswith("paper-2026: lake, version 1, 1 documents, sha256 ")
    assert "kept, tag paper-2026" in run(tmp_path, "versions")[1]
    assert run(tmp_path, "tag")[1] == said
    code, told = run(tmp_path, "export", "a.csv", "--tag", "paper-2026", "--columns", "text, uri")
    assert (code, told) == (0, "a.csv: 1 document of lake, version 1\n")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as rows:
        assert list(csv.reader(rows)) == [["text", "uri"], [f"{BODY} It was vote 0 this year.", "in/a.txt"]]
    assert run(tmp_path, "export", "b.jsonl")[1] == "b.jsonl: 1 document of lake, version 3\n"
    assert run(tmp_path, "tag", "paper-2026", "--remove") == (0, "lake: tag paper-2026 removed\n")
    code, said = run(tmp_path, "export", "c.csv", "--tag", "paper-2026")
    assert (code, said.count("\n")) == (2, 1)
    assert "has no tag 'paper-2026'" in said
