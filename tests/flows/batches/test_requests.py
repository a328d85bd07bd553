"""The batches that a call asks for: names, files and folders, of which none may replace another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders.lakes import ask

from flows.batches.requests import find_batches, name_paths
from flows.cli import app
from tasks.errors import RequestError

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/news"], ["news"]),
        (["a/news", "b/news"], ["a-news", "b-news"]),
        (["x/a/news", "y/a/news", "z/news"], ["x-a-news", "y-a-news", "z-news"]),
        (["2020-01/part-0.jsonl", "2020-02/part-0.jsonl"], ["2020-01-part-0", "2020-02-part-0"]),
        (["s3://b/x/in", "s3://b/y/in"], ["x-in", "y-in"]),
    ],
)
def test_paths_of_one_call_have_different_names(paths: list[str], names: list[str]) -> None:
    assert list(name_paths(paths, ()).values()) == names


def test_a_path_never_takes_the_name_of_a_declared_source() -> None:
    assert name_paths(["in/wire"], {"wire"}) == {"in/wire": "in-wire"}


def test_paths_that_differ_in_signs_only_still_differ() -> None:
    assert len(set(name_paths(["a b/x", "a-b/x", "a/wire.jsonl", "a/wire.txt"], ()).values())) == 4


def test_the_same_path_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "news").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError, match="same place"):
        find_batches(["news", "./news"], DAY, DAY, tmp_path / "sources.toml")


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
