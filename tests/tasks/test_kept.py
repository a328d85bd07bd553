"""What is kept between runs is made again when anything that it follows from changes, and when its file is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks import kept
from tasks.kept import keep_value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where values are kept, and the source that they follow from."""
    monkeypatch.setattr(kept, "cache_from_source", lambda _: str(tmp_path / "__pycache__" / "kept.pyc"))
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "one.toml").write_text("a", encoding="utf-8")
    return tmp_path


@pytest.fixture
def count(folder: Path) -> Callable[[], int]:
    """Each call asks for a value that says how often it was made."""
    made: list[int] = []

    def make() -> int:
        made.append(len(made) + 1)
        return made[-1]

    return lambda: keep_value("value", [folder / "rows"], ["1.0"], make)


def test_a_value_is_made_once(count: Callable[[], int]) -> None:
    assert [count(), count(), count()] == [1, 1, 1]


@pytest.mark.parametrize("change", ["content", "name", "new"])
def test_a_change_of_a_source_makes_it_again_and_removes_the_old_file(
    folder: Path, count: Callable[[], int], change: str
) -> None:
    assert count() == 1
    row = folder / "rows" / "one.toml"
    if change == "content":
        row.write_text("b", encoding="utf-8")
    elif change == "name":
        row.rename(row.with_name("two.toml"))
    else:
        row.with_name("new.toml").touch()
    assert [count(), count()] == [2, 2]
    assert len(list((folder / "__pycache__").iterdir())) == 1


def test_another_version_of_a_library_makes_it_again(folder: Path) -> None:
    values = iter((1, 2))
    assert [keep_value("value", [folder / "rows"], [library], lambda: next(values)) for library in ("1", "2")] == [1, 2]


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, b"\0" * 5_000])
def test_a_damaged_file_is_made_again(folder: Path, count: Callable[[], int], damage: bytes) -> None:
    assert count() == 1
    (path,) = (folder / "__pycache__").iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:-1])
    assert [count(), count()] == [2, 2]


def test_where_nothing_can_be_written_it_is_made_each_time(folder: Path, count: Callable[[], int]) -> None:
    (folder / "__pycache__").write_text("a file", encoding="utf-8")
    assert [count(), count()] == [1, 2]


def test_an_error_is_raised_and_nothing_is_kept(folder: Path) -> None:
    def fail() -> int:
        raise ValueError("a wrong row")

    with pytest.raises(ValueError, match="a wrong row"):
        keep_value("value", [folder / "rows"], [], fail)
    assert not (folder / "__pycache__").exists()
