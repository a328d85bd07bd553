"""Role rows are their own tests, and a wrong one is a single line that says where."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.roles.rows import RoleRow, load_role_rows, loosen_pattern, match_roles, match_row
from tasks.toml_rows import RowError

ROWS = load_role_rows()


def match_lines(lines: list[str]) -> list[dict[str, str | None]]:
    text = pl.Series(lines)
    return match_roles(text, text.str.len_chars()).rows(named=True)


EXAMPLES = sorted({line for row in ROWS for line in (*row.hits, *row.keeps)})
FOUND = dict(zip(EXAMPLES, match_lines(EXAMPLES), strict=True))


def match_line(line: str) -> dict[str, str | None]:
    return match_lines([line])[0]


@pytest.mark.parametrize(
    ("row", "line"),
    [(row, line) for row in ROWS for line in row.hits],
    ids=lambda value: value.id if isinstance(value, RoleRow) else None,
)
def test_a_row_catches_its_hits(row: RoleRow, line: str) -> None:
    assert (FOUND[line]["role_rule"], FOUND[line]["role_hit"]) == (row.id, row.role)


@pytest.mark.parametrize(
    ("row", "line"),
    [(row, line) for row in ROWS for line in row.keeps],
    ids=lambda value: value.id if isinstance(value, RoleRow) else None,
)
def test_a_row_leaves_its_keeps(row: RoleRow, line: str) -> None:
    assert FOUND[line]["role_rule"] != row.id


@pytest.mark.parametrize(
    ("line", "value", "text"),
    [
        ("The ferry leaves. (Ana Ruiz, Pool Photo via AP)", "Ana Ruiz, Pool Photo via AP", "The ferry leaves."),
        ("By Mara Quist and Ana Ruiz", "Mara Quist and Ana Ruiz", None),
        ("Mara Quist is the harbour correspondent of The Larkhaven Courier", "Mara Quist", None),
    ],
)
def test_a_row_gives_the_credit_or_the_names_and_a_caption_without_its_credit(
    line: str, value: str, text: str | None
) -> None:
    found = match_line(line)
    assert found["role_value"] == value
    assert found["role_text"] == text


GOOD = {
    "id": '"credit.made"',
    "zone": '"any"',
    "max_chars": "80",
    "pattern": '"Picture by <NAME>"',
    "why": '"A reason."',
    "hits": '["Picture by Ana"]',
    "keeps": '["Picture this"]',
}
WRONG = [
    ({"id": '"kredit.made"'}, "row 1 (kredit.made): id: unknown role 'kredit'; did you mean 'credit'?"),
    ({"zone": '"top"'}, "row 1 (credit.made): zone: unknown value 'top'; use one of any, edge, head, tail"),
    ({"max_chars": '"80"'}, "row 1 (credit.made): max_chars must be a whole number, and is '80'"),
    ({"pattern": None}, "row 1 (credit.made): key 'pattern' is missing"),
    ({"pattern": '"By <NAMES>"'}, "row 1 (credit.made): pattern: unknown part 'NAMES'; did you mean 'NAME'?"),
    ({"precheck": '"<AGENCY>"'}, "row 1 (credit.made): pattern: unknown part 'AGENCY'; use one of NAME"),
    ({"needs": '"by"'}, "row 1 (credit.made): unknown key 'needs'"),
    ({"why": '"A reason"'}, "row 1 (credit.made): why must be a sentence that ends in a full stop"),
    ({"hits": "[]"}, "row 1 (credit.made): hits is empty; give lines that the row must match"),
    ({"keeps": "[]"}, "row 1 (credit.made): keeps is empty; give lines that the row must not match"),
]


def write_row(folder: Path, **changes: str | None) -> Path:
    path = folder / "rows.toml"
    keys = "\n".join(f"{name} = {value}" for name, value in (GOOD | changes).items() if value is not None)
    path.write_text(f"[parts]\nNAME = '[A-Z][a-z]+'\n[[role]]\n{keys}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=[row[1].partition(": ")[2] for row in WRONG])
def test_a_wrong_row_is_one_line_that_says_where(tmp_path: Path, changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(RowError) as error:
        load_role_rows(write_row(tmp_path, **changes))
    assert str(error.value).startswith(f"{tmp_path / 'rows.toml'}, {message}")
    assert "\n" not in str(error.value)


def test_a_pattern_that_does_not_compile_is_one_line_too(tmp_path: Path) -> None:
    (row,) = load_role_rows(write_row(tmp_path, pattern="'(Picture by'"))
    lines = pl.DataFrame({"at": [0], "text": ["Picture by Ana"], "chars": [14], "end": ["Picture by Ana"]})
    with pytest.raises(RowError, match=r"\(credit\.made\): pattern does not compile: unclosed group$"):
        match_row(lines, row)


def test_the_parts_of_a_pattern_are_filled_in_and_lines_must_match_it_whole(tmp_path: Path) -> None:
    (row,) = load_role_rows(write_row(tmp_path))
    texts = ["Picture by Ana", "Picture by Ana Ruiz", "A Picture by Ana", "Picture by ana"]
    lines = pl.DataFrame({"at": range(4), "text": texts, "chars": [80, 5, 5, 5], "end": texts})
    found = match_row(lines, row)
    assert found is not None
    assert found["at"].to_list() == [0]
    assert match_row(lines.with_columns(chars=81), row) is None


@pytest.mark.parametrize(("chars", "rule"), [(100, "caption.bracketed-names"), (101, None)])
def test_a_precheck_of_the_end_sees_the_last_100_characters(chars: int, rule: str | None) -> None:
    end = f". (Mara Q{'u' * (chars - 10)})"
    assert len(end) == chars
    assert match_line(f"The ferry leaves the quay{end}")["role_rule"] == rule


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_loose_pattern_misses_no_line_that_the_pattern_matches(row: RoleRow) -> None:
    shown = pl.Series(EXAMPLES)
    lines = pl.concat(
        [shown, shown.str.to_uppercase(), shown.str.replace_all("[ao]", "ő"), shown.str.replace_all(" ", "\u3000")]
    )
    matched = lines.filter(lines.str.contains(row.pattern))
    assert matched.len() > 0
    assert matched.str.contains(loosen_pattern(row.pattern)).all()
