"""Files found and cut into shards."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from tasks.batch import InputFile, Limits, Source
from tasks.reading.plan import PlanError, cut_shards, fill_date, find_files, has_date

DAY = date(2026, 10, 1)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "in/b.txt",
        "in/a.txt",
        "in/deep/c.html",
        "in/.hidden/d.txt",
        "in/.e.txt",
        "in/README.md",
        "in/2026-10-01/f.jsonl",
        "in/2026/10/01/g.jsonl",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("in", ["in/2026-10-01/f.jsonl", "in/2026/10/01/g.jsonl", "in/a.txt", "in/b.txt", "in/deep/c.html"]),
        ("in/", ["in/2026-10-01/f.jsonl", "in/2026/10/01/g.jsonl", "in/a.txt", "in/b.txt", "in/deep/c.html"]),
        ("in/*.txt", ["in/a.txt", "in/b.txt"]),
        ("in/**/*.html", ["in/deep/c.html"]),
        ("in/a.txt", ["in/a.txt"]),
        ("in/README.md", ["in/README.md"]),
        ("in/{date}/*.jsonl", ["in/2026-10-01/f.jsonl"]),
        ("in/{date:%Y/%m/%d}", ["in/2026/10/01/g.jsonl"]),
        ("in/*.nothing", []),
        ("in/{date:%Y}/nothing", []),
    ],
)
def test_files_of_a_source(tree: Path, path: str, found: list[str]) -> None:
    files = find_files(Source("s", path), DAY, tree).files
    assert [file.uri for file in files] == found
    assert all(Path(file.path).read_text() == file.uri and file.size == len(file.uri) for file in files)


def test_a_name_that_is_not_utf8_is_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"100% caf\xe9.txt")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text("words")
    (tmp_path / "in" / "100% café.txt").write_text("words")
    for path in ("in", "in/*.txt", f"in/{name}"):
        (file,) = [file for file in find_files(Source("s", path), DAY, tmp_path).files if "é" not in file.uri]
        assert file.uri == "in/100%25 caf%E9.txt"
        assert Path(file.path).read_text() == "words"
    assert "in/100% café.txt" in {file.uri for file in find_files(Source("s", "in"), DAY, tmp_path).files}
    with pytest.raises(PlanError, match="nothing at none%E9"):
        find_files(Source("s", os.fsdecode(b"none\xe9")), DAY, tmp_path)


def test_a_hidden_folder_above_the_input_hides_nothing(tree: Path) -> None:
    (tree / ".work" / "in").mkdir(parents=True)
    (tree / ".work" / "in" / "a.txt").write_text("a")
    assert [file.uri for file in find_files(Source("s", "in"), DAY, tree / ".work").files] == ["in/a.txt"]
    assert [
        file.uri for file in find_files(Source("s", str(tree / ".work" / "in" / "*.txt")), DAY, tree / ".work").files
    ] == ["in/a.txt"]


def test_a_file_outside_the_root_keeps_its_whole_path(tree: Path, tmp_path: Path) -> None:
    (files,) = [find_files(Source("s", str(tree / "in" / "a.txt")), DAY, tmp_path / "elsewhere").files]
    assert [file.uri for file in files] == [(tree / "in" / "a.txt").as_posix()]


def test_a_wrong_path_says_what_and_where(tree: Path) -> None:
    with pytest.raises(PlanError, match="source s: there is nothing at nowhere"):
        find_files(Source("s", "nowhere"), DAY, tree)


def test_files_behind_an_address() -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe({"/bucket/2026-10-01/a.jsonl": b"12", "/bucket/2026-10-02/b.jsonl": b"1"})
    files = find_files(Source("s", "memory://bucket/{date}/*.jsonl"), DAY, Path()).files
    assert [(file.uri.rsplit("/", 1)[-1], file.size) for file in files] == [("a.jsonl", 2)]


def test_dates_in_paths() -> None:
    assert has_date(Source("s", "in/{date:%Y}/x"))
    assert not has_date(Source("s", "in/x"))
    assert fill_date("in/{date:%Y/%m}/{date}.gz", DAY) == "in/2026/10/2026-10-01.gz"


def test_shards_depend_on_the_files_alone() -> None:
    files = [InputFile(f"{n}", f"{n}", size) for n, size in enumerate([5, 5, 5, 20, 1, 1, 1])]
    shards = cut_shards(Source("s", "x"), DAY, files, Limits(shard_bytes=10, shard_files=2))
    assert [[file.size for file in shard.files] for shard in shards] == [[5, 5], [5], [20], [1, 1], [1]]
    assert [shard.number for shard in shards] == list(range(5))
