"""The batches that a call asks for: names, files and folders, of which none may replace another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.lakes import ask

from flows.batches.requests import find_batches
from flows.cli import app
from tasks.errors import RequestError
from tasks.lakes.lake import open_lake

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 1)


def test_the_same_path_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match="same place"):
        find_batches(["news", "./news"], DAY, DAY, tmp_path / "sources.toml", open_lake(tmp_path / "lake"))


def test_two_folders_of_one_name_are_two_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder / "news").mkdir(parents=True)
        story = (
            f"The ferry of {folder} leaves\n\n"
            + f"The last ferry of {folder} leaves the harbour at six in the evening. " * 8
        )
        (tmp_path / folder / "news" / "story.txt").write_text(story)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        app(["ingest", "a/news", "b/news", "--date", "2026-11-01", "--lake", "lake"])
    assert end.value.code == 0
    assert ask(tmp_path / "lake", "SELECT source, uri FROM 'LAKE/documents/**/*.parquet' ORDER BY 1") == [
        ("a-news", "a/news/story.txt"),
        ("b-news", "b/news/story.txt"),
    ]


def write_story(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    story = f"The ferry {name} leaves\n\n" + f"The last ferry {name} leaves the harbour at six in the evening. " * 8
    (folder / "story.txt").write_text(story)


def test_two_folders_of_one_name_are_two_batches_also_in_two_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        write_story(tmp_path / name / "news", name)
    monkeypatch.chdir(tmp_path)
    for path in ("a/news", "b/news", "a/news", "./b/../b/news", str(tmp_path / "c" / "news")):
        assert run_copydesk("ingest", path, "--date", DAY, "--lake", "lake") == 0
    monkeypatch.chdir(tmp_path / "a")
    assert run_copydesk("ingest", "news", "--date", DAY, "--lake", "../lake") == 0
    rows = ask(tmp_path / "lake", "SELECT source, uri FROM 'LAKE/documents/**/*.parquet' ORDER BY 1")
    assert rows == [("b-news", "b/news/story.txt"), ("c-news", "c/news/story.txt"), ("news", "a/news/story.txt")]
    assert len(open_lake(tmp_path / "lake").versions()) == 3


def test_a_declared_source_does_not_replace_a_place_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        write_story(tmp_path / name / "news", name)
    monkeypatch.chdir(tmp_path)
    assert run_copydesk("ingest", "a/news", "--date", DAY, "--lake", "lake") == 0
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "news"\npath = "b/news"\n')
    assert run_copydesk("ingest", "news", "--date", DAY, "--lake", "lake") == 2
    assert "Give the declared one another name" in capsys.readouterr().err
    # The same place may be declared later: it goes on as it was.
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "news"\npath = "a/news"\n')
    assert run_copydesk("ingest", "news", "--date", DAY, "--lake", "lake") == 0


def test_fields_of_a_path_are_named_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = "The last ferry leaves the harbour at six in the evening. " * 8
    (tmp_path / "export.csv").write_text(f"kop,verhaal\nThe ferry leaves,{words}\n")
    ingest = ("ingest", "export.csv", "--date", DAY, "--lake", "lake")
    run_copydesk(*ingest)
    assert ask(tmp_path / "lake", "SELECT reasons[1] FROM 'LAKE/quarantine/**/*.parquet'") == [("no_text",)]
    assert run_copydesk(*ingest, "--field", "text=verhaal", "--field", "title=kop") == 0
    assert ask(tmp_path / "lake", "SELECT title, uri FROM 'LAKE/documents/**/*.parquet'") == [
        ("The ferry leaves", "export.csv#0")
    ]


def test_fields_are_for_a_path(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "wire"\npath = "in"\n')
    lake = open_lake(tmp_path / "lake")
    for what in (["wire"], []):
        with pytest.raises(RequestError, match="--field is for a path"):
            find_batches(what, DAY, DAY, tmp_path / "sources.toml", lake, ["text=body"])


def test_a_place_is_known_by_the_name_that_the_lake_has_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_story(tmp_path / "in" / "news", "Anna")
    monkeypatch.chdir(tmp_path)
    lake = open_lake(tmp_path / "lake")
    first = find_batches(["in/news"], DAY, DAY, tmp_path / "sources.toml", lake)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_batches(["news"], DAY, DAY, tmp_path / "sources.toml", lake) == first
    with pytest.raises(RequestError, match="'newt' is neither a declared source nor a file"):
        find_batches(["newt"], DAY, DAY, tmp_path / "sources.toml", lake)
