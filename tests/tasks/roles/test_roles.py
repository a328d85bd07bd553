"""Role rows are their own tests; the headline and the standfirst follow from place."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.cleaning.annotate import annotate
from tasks.lines import split_lines
from tasks.roles.rows import RoleRow, load_role_rows, match_roles

ROWS = load_role_rows()


def match_line(line: str) -> dict[str, str | None]:
    return match_roles(pl.Series([line]), pl.Series([len(line)])).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "line"),
    [(row, line) for row in ROWS for line in row.hits],
    ids=lambda value: value.id if isinstance(value, RoleRow) else None,
)
def test_a_row_catches_its_hits(row: RoleRow, line: str) -> None:
    assert match_line(line)["role_hit"] == row.role


@pytest.mark.parametrize(
    ("row", "line"),
    [(row, line) for row in ROWS for line in row.keeps],
    ids=lambda value: value.id if isinstance(value, RoleRow) else None,
)
def test_a_row_leaves_its_keeps(row: RoleRow, line: str) -> None:
    assert match_line(line)["role_rule"] != row.id


def test_rows_say_why() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.why.endswith("."), row.id
        assert row.hits, row.id
        assert row.keeps, row.id


@pytest.mark.parametrize(
    ("line", "value", "text"),
    [
        ("The ferry leaves. (Ana Ruiz, Pool Photo via AP)", "Ana Ruiz, Pool Photo via AP", "The ferry leaves."),
        ("By Mara Quist and Ana Ruiz", "Mara Quist and Ana Ruiz", None),
        ("Mara Quist is the harbour correspondent of The Larkhaven Courier", "Mara Quist", None),
    ],
)
def test_a_row_gives_what_a_reader_wants(line: str, value: str, text: str | None) -> None:
    found = match_line(line)
    assert found["role_value"] == value
    assert found["role_text"] == text


PARAGRAPH = "The harbour master said on Monday that the last ferry would leave at six, an hour later than planned, and not return."


def roles_of(text: str, title: str | None = None, standfirst: str | None = None) -> dict[int, str | None]:
    records = pl.DataFrame(
        {"title": [title], "standfirst": [standfirst]}, schema={"title": pl.String, "standfirst": pl.String}
    )
    lines = annotate(split_lines(pl.Series([text])), records)
    return dict(lines.select("line", "role").iter_rows())


@pytest.mark.parametrize(
    ("name", "text", "title", "expected"),
    [
        ("first line", f"Last ferry leaves\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
        ("no headline at all", f"{PARAGRAPH}\n\n{PARAGRAPH}", None, {0: None, 2: None}),
        (
            "the record's title",
            f"Harbour\n\nLast ferry leaves the harbour tonight\n\n{PARAGRAPH}",
            "Last ferry leaves the harbour tonight",
            {2: "headline"},
        ),
        (
            "said twice",
            f"Last ferry leaves\nLast ferry leaves\n\n{PARAGRAPH}",
            None,
            {0: "headline", 1: "repeat", 3: None},
        ),
        (
            "standfirst without a stop",
            f"Last ferry leaves\n\nAfter forty years the line closes, and the islanders say that nobody asked them about it\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: "standfirst", 4: None},
        ),
        (
            "standfirst above the byline",
            f"Last ferry leaves\n\nAfter forty years the line closes, and nobody asked the islanders.\n\nBy Mara Quist\n\n{PARAGRAPH}",
            None,
            {2: "standfirst", 4: "byline", 6: None},
        ),
        (
            "no standfirst: the body begins",
            f"Last ferry leaves\n\n{PARAGRAPH}\n\n{PARAGRAPH} Again.",
            None,
            {0: "headline", 2: None, 4: None},
        ),
        (
            "a headline may use a rule's words",
            f"Most popular ferry in the country leaves for good\n\n{PARAGRAPH}",
            None,
            {0: "headline", 2: None},
        ),
        ("a question may be a headline", f"Who will run the ferry?\n\n{PARAGRAPH}", None, {0: "headline", 2: None}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 and "\n" not in value else "",
)
def test_headline_and_standfirst(name: str, text: str, title: str | None, expected: dict[int, str | None]) -> None:
    found = roles_of(text, title)
    assert {line: found[line] for line in expected} == expected
