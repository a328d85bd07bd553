"""`copydesk story`: a story in the terminal, and what a document without one says."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.seed_lake import make_story_lake
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake


@pytest.fixture(scope="module")
def place(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_story_lake(project, tmp_path_factory.mktemp("stories"))


def tell(place: Path, key: str, capsys: pytest.CaptureFixture[str], *options: object) -> str:
    assert run_copydesk("story", key, "--lake", place / "lake", *options) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_a_story_with_what_each_added_and_dropped(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tell(place, "cg-1", capsys)
    head, table, *parts = told.split("\n", 1)[0], *told.split("\n\n")
    assert head.endswith(": 5 documents of 4 publishers")
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["first,", "copy", "wire", "wire", "revision"]
    assert "2026-10-30 06:10" in table
    copy, cut, local, revision, quoting = parts
    assert "the same paragraphs" in copy
    assert [line.split()[0] for line in cut.splitlines()[1:]] == ["-", "-"]
    assert [line.split()[:3] for line in local.splitlines()[1:]] == [["+", "In", "Coast"], ["+", "The", "mayor"]]
    assert [line.split()[0] for line in revision.splitlines()[1:]] == ["-", "+", "+"]
    assert quoting.startswith("quoted by 2 documents")
    assert "Plain Reader" in quoting
    assert "The mayor asked employer …" in tell(place, "cg-1", capsys, "--chars", 24)


@pytest.mark.slow
def test_a_document_without_a_story(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "shares no story with another document" in tell(place, "ch-2", capsys)


def test_a_terminal_obeys_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = open_lake(tmp_path / "lake")
    docs = [Doc(at, name, paragraphs=(1, 2, 3, 4), publisher=f"\x1b[31m{name}") for at, name in enumerate("ab")]
    publish_docs(lake, tmp_path / "staging", docs)
    assert "\x1b" not in tell(tmp_path, "a", capsys)
