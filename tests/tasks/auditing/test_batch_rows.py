"""Rows of a published batch and the files that they come from."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from builders.command_line import run_copydesk

from tasks.file_names import find_file
from tasks.lakes.lake import open_lake

FILES = {"in/a.txt", "in/b.jsonl", "in/c#1.txt", "in/d.zip", "in/e!f.zip"}
URIS = {
    "in/a.txt": "in/a.txt",
    "in/b.jsonl#12": "in/b.jsonl",
    "in/c#1.txt": "in/c#1.txt",
    "in/d.zip!g/h.csv#3": "in/d.zip",
    "in/d.zip!g#1!h.txt": "in/d.zip",
    "in/d.zip!g.zip!h.txt": "in/d.zip",
    "in/e!f.zip!h.txt": "in/e!f.zip",
    "in/gone.jsonl#4": "in/gone.jsonl",
}


def pack(folder: Path, second: bytes) -> None:
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr(
            "in/one.txt", "Gull sleeps on the ferry\n\nIt has slept on the night ferry for a whole week.\n"
        )
        archive.writestr("in/two.txt", second)
        archive.writestr("README.txt", "About.")


@pytest.mark.slow
def test_an_archive_is_one_input_and_can_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    pack(tmp_path / "in", b"")
    options = ("--lake", tmp_path / "lake", "--date", "2026-10-01")
    assert run_copydesk("ingest", tmp_path / "in", *options) == 0
    assert "README files in archives" in capsys.readouterr().out
    lake = open_lake(tmp_path / "lake")
    receipt = lake.receipt("in", date(2026, 10, 1))
    assert receipt is not None
    (entry,) = receipt["inputs"]
    uri = entry["uri"]
    assert entry["records"] == 2
    assert receipt["passed_over"] == [
        {"uri": uri, "kind": "README files in archives", "count": 1, "first": f"{uri}!README.txt"}
    ]
    (tmp_path / "in" / "e.txt").write_text("Another one.\n\nThe other ferry is late again, and the gull knows it.\n")
    assert run_copydesk("ingest", tmp_path / "in", *options) == 0
    assert run_copydesk("replay", "--source", "in", "--lake", tmp_path / "lake") == 0
    after = lake.receipt("in", date(2026, 10, 1))
    assert after is not None
    assert [entry["records"] for entry in after["inputs"]] == [2, 1]
    assert after["passed_over"] == receipt["passed_over"]
    assert run_copydesk("why", f"{uri}!in/two.txt", "--lake", tmp_path / "lake") == 0
    assert "empty" in capsys.readouterr().out


@pytest.mark.parametrize("uri", URIS)
def test_the_file_of_a_record(uri: str) -> None:
    assert find_file(uri, FILES) == URIS[uri]
