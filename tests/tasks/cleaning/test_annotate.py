"""Where each line stands: what opens the body, where bylines may stand, and what markup says."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate, annotate_text, clean_text, find_roles, make_line, make_records

from tasks.lines import split_lines

BYLINE = "Mara Quist, 5 May 2026"
TITLE = "Last ferry leaves the harbour of Larkhaven"


def list_items(count: int) -> list[str]:
    return [f"Item number {number} of the long list" for number in range(count)]


@pytest.mark.parametrize(("between", "role"), [(11, "byline"), (12, None)])
def test_a_byline_stands_at_most_12_lines_below_the_headline(between: int, role: str | None) -> None:
    text = "\n".join([TITLE, *list_items(between), BYLINE, P1, P2])
    assert find_roles(text, title=TITLE)[between + 1] == role


@pytest.mark.parametrize(("between", "role"), [(2, "byline"), (3, None)])
def test_a_byline_stands_at_most_3_lines_above_the_headline(between: int, role: str | None) -> None:
    text = "\n".join([BYLINE, *list_items(between), TITLE, P1, P2])
    assert find_roles(text, title=TITLE)[0] == role


@pytest.mark.parametrize(("above", "role"), [([P1], "byline"), ([P1, P2], None)], ids=["one", "two"])
def test_a_byline_stands_above_the_second_paragraph(above: list[str], role: str | None) -> None:
    text = "\n".join([TITLE, *above, BYLINE, P3, P1 + " Again."])
    assert find_roles(text)[len(above) + 1] == role


@pytest.mark.parametrize(("width", "zone"), [(400, "head"), (401, "body")])
def test_a_paragraph_above_a_byline_is_a_standfirst_if_it_is_not_long(width: int, zone: str) -> None:
    lines = annotate_text(f"{TITLE}\n{make_line(width, end='.')}\nBy Mara Quist\n{P1}\n{P2}")
    assert lines["zone"].to_list()[1] == zone


@pytest.mark.parametrize("furniture", ["By Mara Quist", "5 May 2026", "Photo: Ana Ruiz"])
def test_furniture_below_the_second_line_keeps_the_body_closed(furniture: str) -> None:
    assert annotate_text(f"{TITLE}\n{P1}\n{furniture}\n{P2}")["zone"].to_list() == ["head", "head", "head", "body"]
    assert annotate_text(f"{TITLE}\nA line\n{P1}\n{furniture}\n{P2}")["zone"].to_list()[2] == "body"
    assert annotate_text(f"{TITLE}\n{P1}\nA sub-heading\n{P2}")["zone"].to_list()[1] == "body"


CLAIMED = [
    ("a caption", "The ferry Tern leaves the north quay of Larkhaven on Friday evening. (Ana Ruiz/AP)"),
    ("a bio", "Mara Quist is the harbour correspondent of The Larkhaven Courier and has written about ferries."),
    ("contributors", "Mara Quist in Port Elm and Ana Ruiz of the Associated Press contributed to this report."),
]


@pytest.mark.parametrize("line", [row[1] for row in CLAIMED], ids=[row[0] for row in CLAIMED])
def test_what_a_role_claims_is_no_paragraph(line: str) -> None:
    lines = annotate_text(f"{TITLE}\n{P1}\n{P2}\n{line}")
    assert len(line) >= 60
    assert lines["is_paragraph"].to_list() == [False, True, True, False]


POST = "A post shared by Mara Quist (@mquist)"


def test_a_quoted_post_has_no_role_and_no_rule_removes_it() -> None:
    lines = clean_text(f"{TITLE}\n{P1}\n{POST}\n{P2}")
    post = lines.row(2, named=True)
    assert (post["role_hit"], post["rule"], post["action"]) == ("embed", "video-scroll.en.post", "remove")
    assert (post["role"], post["removed"], post["by"]) == (None, False, None)


def test_a_correction_keeps_its_place_in_the_text() -> None:
    line = "Correction: An earlier version of this report gave the height as 85 centimetres."
    post = clean_text(f"{TITLE}\n{P1}\n{line}\n{P2}").row(2, named=True)
    assert (post["role_hit"], post["role"], post["removed"]) == ("correction", None, False)


def mark_up(text: str, *markup: tuple[int, str]) -> pl.DataFrame:
    """The annotated lines of a text whose input says what some lines are."""
    marks = pl.Series("markup", [[{"line": line, "role": role} for line, role in markup]])
    records = make_records().with_columns(marks.cast(pl.List(pl.Struct({"line": pl.Int32, "role": pl.String}))))
    return annotate(split_lines(pl.Series([text])), records)


MARKUP = [
    ("a caption", make_line(50), "caption", ("caption", "caption.figcaption", None)),
    ("words agree", "Photo: Ana Ruiz", "credit", ("credit", "credit.label", None)),
    ("words show a credit", "Photo: Ana Ruiz", "caption", ("credit", "credit.label", None)),
    ("words show a rule", "Share on Facebook", "caption", ("caption", "caption.figcaption", None)),
    ("words show another role", "By Mara Quist", "caption", ("caption", "caption.figcaption", None)),
    ("a link", make_line(50), "link", (None, None, "markup.link")),
    ("a link that a rule matches", "Share on Facebook", "link", (None, None, "share.en")),
    ("a link that names the author", "By Mara Quist", "link", ("byline", "byline.by", None)),
]


@pytest.mark.parametrize(("line", "said", "expected"), [row[1:] for row in MARKUP], ids=[row[0] for row in MARKUP])
def test_markup_and_words(line: str, said: str, expected: tuple[str | None, str | None, str | None]) -> None:
    found = mark_up(f"{TITLE}\n{line}\n{P1}\n{P2}", (1, said)).row(1, named=True)
    assert (found["role_hit"], found["role_rule"]) == expected[:2]
    assert found["rule"] == expected[2]


def test_words_that_agree_with_markup_keep_their_parts() -> None:
    line = "The ferry Tern leaves the quay on Friday. (Ana Ruiz/AP)"
    found = mark_up(f"{TITLE}\n{P1}\n{line}\n{P2}", (2, "caption")).row(2, named=True)
    assert (found["role_value"], found["role_text"]) == ("Ana Ruiz/AP", "The ferry Tern leaves the quay on Friday.")
    other = mark_up(f"{TITLE}\n{P1}\nBy Mara Quist\n{P2}", (2, "caption")).row(2, named=True)
    assert (other["role_value"], other["role_text"]) == (None, None)
    assert (other["role_hit"], other["role_zone"]) == ("caption", "any")


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("29 November 2018 | 20 January 2019", None),
        ("Published 29 November 2018 | Updated 20 January 2019", "timestamp"),
        ("29 November 2018, 10:15 | 20 January 2019, 9:00", "timestamp"),
        ("29 November 2018", "timestamp"),
    ],
)
def test_two_dates_below_the_article_say_how_long_something_lasts(line: str, role: str | None) -> None:
    lines = annotate_text(f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n{line}")
    assert lines.filter(lines["text"] == line)["role"].to_list() == [role]
