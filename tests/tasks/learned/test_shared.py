"""Learned lines as a file: the same text for the same rows, every wrong row in a line of its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.errors import RequestError
from tasks.learned.shared import SharedLine, make_learned, parse_shared, read_shared, take_shared, write_shared
from tasks.learned.versions import ROWS

ROW = SharedLine("Sign up for our newsletter", "a.example", "edge", 26, 40, 2, ("0" * 32, "1" * 32))
ODD = SharedLine('Say "so" \\ and\tso on, Zoë \x7f', "b-Zürich", "any", 5, 5, 1, veto="It is news.")
GOOD = 'line = "Read on"\npublisher = "a.example"\nzone = "edge"\ndocuments = 5\nof = 9\nmonths = 1\n'


def test_rows_come_back_as_they_were_and_in_one_order(tmp_path: Path) -> None:
    text = write_shared([ODD, ROW])
    assert text == write_shared([ROW, ODD])
    assert text.index("a.example") < text.index("b-Zürich")
    (tmp_path / "a.toml").write_text(f"# {'A comment.'}\n{text}", encoding="utf-8-sig")
    assert read_shared(tmp_path / "a.toml") == ([ROW, ODD], [])


def test_a_shared_row_is_the_learned_row_that_it_came_from() -> None:
    learned = make_learned([ROW, ODD])
    assert learned.schema == ROWS
    assert learned.filter(pl.col("publisher") == "a.example").row(0, named=True) == {
        "publisher": "a.example",
        "key": ROW.key,
        "zone": "edge",
        "documents": 26,
        "of": 40,
        "share": 0.65,
        "months": 2,
        "doc_ids": ["0" * 32, "1" * 32],
        "text": "Sign up for our newsletter",
        "veto": None,
        "imported": True,
    }
    assert take_shared(learned) == [ROW, ODD]
    assert make_learned([]).schema == ROWS


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (GOOD.replace("Read on", "..."), "row 1 (...): line must be one line with at least one word"),
        (GOOD.replace("Read on", "a\\nb"), "line must be one line"),
        (GOOD.replace("Read on", "read " * 41), "line has 205 characters, and 200 are the most"),
        (GOOD.replace("= 5", "= 12"), "row 1 (Read on): documents must be from 1 to of, and is 12 of 9"),
        (GOOD.replace("= 5", "= 0"), "documents must be from 1 to of"),
        (GOOD.replace("= 5", '= "5"'), "documents must be a whole number, and is '5'"),
        (GOOD.replace("months = 1", "months = 0"), "months must be at least 1"),
        (GOOD.replace('"edge"', '"egde"'), "zone: unknown value 'egde'; did you mean 'edge'?"),
        (GOOD.replace("a.example", " "), "publisher is blank"),
        (GOOD + 'veto = ""', "veto is blank"),
        (GOOD + "share = 1", "unknown key 'share'"),
        (GOOD.replace("of = 9\n", ""), "key 'of' is missing"),
    ],
)
def test_a_wrong_row_is_one_line(wrong: str, fault: str) -> None:
    rows, faults = parse_shared(f"[[learned]]\n{wrong}\n[[learned]]\n{GOOD}".encode(), Path("a.toml"))
    assert [row.line for row in rows] == ["Read on"]
    assert len(faults) == 1
    assert faults[0].startswith("a.toml, row 1")
    assert fault in faults[0]
    assert "\n" not in faults[0]


def test_all_wrong_rows_are_reported_and_a_second_row_of_one_line() -> None:
    rows = [GOOD, GOOD.replace("Read on", "READ  ON"), GOOD.replace("= 9", "= 1"), GOOD.replace("a.ex", "b.ex")]
    found, faults = parse_shared("\n".join(f"[[learned]]\n{row}" for row in rows).encode(), Path("a.toml"))
    assert [row.publisher for row in found] == ["a.example", "b.example"]
    assert [fault.partition(" (")[0] for fault in faults] == ["a.toml, row 2", "a.toml, row 3"]
    assert "another row of a.example has the same line" in faults[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"[learned]\na = 1", "two brackets"), (b"[[rule]]", "nothing else"), (b"\xff", "TOML"), (b"a b", "TOML")],
)
def test_what_is_no_file_of_rows_is_refused(content: bytes, fault: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(RequestError, match=fault):
        read_shared(tmp_path / "a.toml")
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        read_shared(tmp_path / "b.toml")
