"""`copydesk init`: what it writes, what it leaves alone, and that a run can begin there."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import read_copydesk, run_copydesk

from flows.commands.init import STARTER
from tasks.sources import load_sources


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_folder_has_sources_deployments_and_a_readme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = read_copydesk(capsys, "init", tmp_path / "desk" / "news")
    assert (code, list_files(tmp_path)) == (
        0,
        [f"desk/news/{n}" for n in ("README.md", "prefect.yaml", "sources.toml")],
    )
    assert "Next: `cd" in said
    assert load_sources(tmp_path / "desk" / "news" / "sources.toml") == {}


def test_the_folder_of_the_call_is_taken_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    assert run_copydesk("init", "--sample") == 0
    assert list_files(tmp_path) == sorted(["notes.txt", *list_files(STARTER)])
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["README.md", "sources.toml", "prefect.yaml", "articles"])
def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_text("mine")
    code, said = read_copydesk(capsys, "init", tmp_path, "--sample")
    assert code == 2
    assert f"{tmp_path} has {name} already. Nothing was written" in said
    assert list_files(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    code, said = read_copydesk(capsys, "init", tmp_path / "file")
    assert code == 2
    assert "is no folder" in said


def test_the_starter_says_what_the_project_says(project: Path) -> None:
    assert (STARTER / "prefect.yaml").read_text() == (project / "prefect.yaml").read_text()
    assert (project / "sources.toml").read_text().startswith((STARTER / "sources.toml").read_text())
