"""Rows are read by the types of a dataclass, and a wrong one is named by file, row and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from tasks.toml_rows import RowError, name_path, read_toml_rows


@dataclass(frozen=True)
class Inner:
    text: str | tuple[str, ...] = ()


@dataclass(frozen=True)
class Boat:
    id: str
    kind: Literal["ferry", "barge"]
    decks: int
    ports: tuple[str, ...]
    length: float = 0.0
    flag: str | None = None
    is_new: bool = False
    limits: tuple[object, ...] = ()
    inner: Inner = field(default_factory=Inner)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.decks < 1:
            raise ValueError(f"decks must be 1 or more, and is {self.decks}")


ROW = 'id = "a"\nkind = "ferry"\ndecks = 2\nports = ["North", "South"]\n'


def read(folder: Path, content: str) -> tuple[Boat, ...]:
    (folder / "boats.toml").write_text(content, encoding="utf-8")
    return read_toml_rows(folder / "boats.toml", "boat", Boat, others=("parts",))


def test_values_have_the_types_of_the_dataclass(tmp_path: Path) -> None:
    more = 'length = 3\nflag = "no"\nis_new = true\nlimits = [1, "x"]\ninner = { text = ["b"] }\nnames = { en = "A" }\n'
    plain, full = read(tmp_path, f"[parts]\nx = 1\n[[boat]]\n{ROW}[[boat]]\n{ROW.replace('a', 'b', 1)}{more}")
    assert plain == Boat("a", "ferry", 2, ("North", "South"))
    assert full == Boat("b", "ferry", 2, ("North", "South"), 3, "no", True, (1, "x"), Inner(("b",)), {"en": "A"})


def test_a_file_without_rows_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ()


WRONG = [
    ("decks = 2", "deks = 2", "row 1 (a): unknown key 'deks'; did you mean 'decks'?"),
    ("decks = 2", "decks = 2\nx = 2", "row 1 (a): unknown key 'x'; use one of id, kind, decks, ports, length,"),
    ("decks = 2", "", "row 1 (a): key 'decks' is missing"),
    ('id = "a"', "", "row 1: key 'id' is missing"),
    ("decks = 2", "decks = true", "row 1 (a): decks must be a whole number, and is True"),
    ("decks = 2", "decks = 0", "row 1 (a): decks must be 1 or more, and is 0"),
    ('"ferry"', '"fery"', "row 1 (a): kind: unknown value 'fery'; did you mean 'ferry'?"),
    ('"ferry"', "3", "row 1 (a): kind must be one of ferry, barge, and is 3"),
    ('["North", "South"]', '"North"', "row 1 (a): ports must be a list of text, and is 'North'"),
    ('["North", "South"]', "[1]", "row 1 (a): ports must be text, and is 1"),
    ("decks = 2", "decks = 2\nlength = true", "row 1 (a): length must be a number, and is True"),
    ("decks = 2", "decks = 2\nflag = 1", "row 1 (a): flag must be text, and is 1"),
    ("decks = 2", "decks = 2\nis_new = 1", "row 1 (a): is_new must be true or false, and is 1"),
    ("decks = 2", "decks = 2\ninner = 1", "row 1 (a): inner must be a table, and is 1"),
    ("decks = 2", "decks = 2\ninner = { txt = 1 }", "row 1 (a): inner: unknown key 'txt'; did you mean 'text'?"),
    ("decks = 2", "decks = 2\ninner = { text = 1 }", "row 1 (a): inner: text must be text or a list of text, and is 1"),
    ("decks = 2", "decks = 2\nnames = { en = 1 }", "row 1 (a): names.en must be text, and is 1"),
    ("decks = 2", f"decks = 2\n[[boat]]\n{ROW}[x]", "unknown table 'x'; use one of boat, parts"),
    ("[[boat]]", "[[boats]]", "unknown table 'boats'; did you mean 'boat'?"),
    ("[[boat]]", "[boat]", "write each row as [[boat]], with two brackets"),
    ("decks = 2", "decks =", "not valid TOML: "),
]


@pytest.mark.parametrize(("old", "new", "complaint"), WRONG)
def test_a_wrong_row_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(RowError) as error:
        read(tmp_path, f"[[boat]]\n{ROW}".replace(old, new))
    assert str(error.value).startswith(str(tmp_path / "boats.toml"))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_two_rows_have_two_names(tmp_path: Path) -> None:
    with pytest.raises(RowError, match=r"row 2 \(a\): another row has the same id"):
        read(tmp_path, f"[[boat]]\n{ROW}[[boat]]\n{ROW}")
    assert len(read_toml_rows(tmp_path / "boats.toml", "boat", Boat, unique=False)) == 2


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RowError, match="cannot be read: Is a directory"):
        read_toml_rows(tmp_path, "boat", Boat)


def test_files_of_the_project_are_named_by_their_place_in_it(project: Path, tmp_path: Path) -> None:
    assert name_path(project / "tasks/rules/rows/da.toml") == "tasks/rules/rows/da.toml"
    assert name_path(tmp_path / "x.toml") == str(tmp_path / "x.toml")
