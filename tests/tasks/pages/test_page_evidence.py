"""What evidence on a page changes in the choice of its lines, on each side of every threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate_texts, make_line
from builders.pages import HEADLINE, PARAGRAPHS

from tasks.pages.features import PageLines, make_features
from tasks.pages.page_evidence import cut_comments, cut_copies, cut_menu_rows, keep_listed, keep_marked
from tasks.pages.spans import Bools, Ints


def make_page(*texts: str) -> PageLines:
    """One page with these lines."""
    return make_features(annotate_texts(["\n".join(texts)]))


def mark(page: PageLines, texts: Sequence[str]) -> Bools:
    """Which lines of a page are one of `texts`."""
    return page.lines["text"].is_in(texts).to_numpy()


def make_scores(page: PageLines) -> Ints:
    """Scores by which a line is the more like the article's, the further down it stands."""
    return -np.arange(page.lines.height)


@pytest.mark.parametrize(("width", "stays"), [(59, [True, True, True]), (60, [False, True, True])])
def test_of_wide_lines_that_stand_on_a_page_twice_the_likelier_one_stays(width: int, stays: list[bool]) -> None:
    line = make_line(width, end=".")
    page = make_page(line, line, P2)
    assert cut_copies(page, make_scores(page), mark(page, [line, P2])).tolist() == stays


@pytest.mark.parametrize(("copies", "left"), [(3, 1), (4, 0)])
def test_a_line_that_stands_on_a_page_four_times_is_furniture(copies: int, left: int) -> None:
    page = make_page(*[P1, P2] * copies)
    assert cut_copies(page, make_scores(page), mark(page, [P1])).sum() == left


def test_a_question_may_be_asked_again() -> None:
    question = "What did you think when the council voted for the new pier in the spring?"
    page = make_page(question, P1, question, P2)
    assert cut_copies(page, make_scores(page), mark(page, [question])).sum() == 2


LONG_WORD = "Larkhavenharbour" * 2


@pytest.mark.parametrize(
    ("words", "stays"),
    [
        pytest.param([LONG_WORD] * 8, False, id="eight-words"),
        pytest.param([LONG_WORD] * 7, True, id="seven-words"),
        pytest.param([LONG_WORD] * 6 + ["quay"] * 4, False, id="60-percent"),
        pytest.param([LONG_WORD] * 6 + ["quay"] * 5, True, id="55-percent"),
        pytest.param([*[LONG_WORD] * 8, "Weather."], True, id="stopped"),
    ],
)
def test_a_menu_in_one_line_is_cut(words: list[str], stays: bool) -> None:
    page = make_page(" ".join(words), P1)
    assert cut_menu_rows(page, np.array([True, True])).tolist() == [stays, True]


@pytest.mark.parametrize(("below", "left"), [("Photo: Ana Ruiz/AP", 2), ("Share", 1)])
def test_copies_beside_a_credit_are_left_to_the_captions(below: str, left: int) -> None:
    page = make_page(P1, below, P2, P1, P3)
    assert cut_copies(page, make_scores(page), mark(page, [P1])).sum() == left


REMARK = "I have lived at the quay for years and never saw a dog on a ferry."
COMMENT = ("gullwatcher", "4 May 2026 at 10:15", REMARK)


def count_left(*below: str, prose: int = 3) -> int:
    """How many lines of `below` are left under an article of `prose` paragraphs, all lines being kept at first."""
    page = make_page(HEADLINE, *PARAGRAPHS[:prose], *below)
    kept = cut_comments(page, np.full(page.lines.height, True))
    assert kept[: 1 + prose].all()
    return int(kept[1 + prose :].sum())


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param(["4 May 2026 at 10:15", "May 5, 2026, 9:01 pm", "12:30, 6.5.2026"], id="clock"),
        pytest.param(["2 hours ago", "an hour ago", "3 days ago"], id="english"),
        pytest.param(["vor 3 Stunden", "vor 20 Minuten", "vor 2 Tagen"], id="german"),
        pytest.param(["hace 3 horas", "il y a 2 jours", "2 giorni fa"], id="romance"),
        pytest.param(["3 часа назад", "2 дня назад", "3시간 전"], id="others"),
    ],
)
def test_the_page_ends_above_a_thread_of_comments(dates: list[str]) -> None:
    thread = [line for date in dates for line in ("gullwatcher", date, REMARK)]
    assert count_left("Leave a comment", *thread) == 1


@pytest.mark.parametrize(("count", "left"), [(3, 1), (2, 7)])
def test_two_dated_remarks_are_no_thread(count: int, left: int) -> None:
    assert count_left("Leave a comment", *COMMENT * count) == left


def test_dated_lines_without_a_sign_of_comments_are_a_live_blog() -> None:
    assert count_left(*COMMENT * 3) == 9


@pytest.mark.parametrize(("lines", "left"), [(12, 14), (13, 24)])
def test_the_sign_of_comments_stands_at_most_15_lines_away(lines: int, left: int) -> None:
    plain = [f"gull number {'i' * n}" for n in range(lines)]
    assert count_left("Leave a comment", "x", *plain, *COMMENT * 3) == left


def test_dated_lines_far_apart_are_no_thread() -> None:
    apart = [*COMMENT, *[P3] * 24]
    assert count_left("Leave a comment", *apart * 3) > 50


def test_dated_titles_without_sentences_are_no_thread() -> None:
    titles = ["4 May 2026 at 10:15", "Ferry fares to rise again"] * 3
    assert count_left("Leave a comment", *titles) == 7


def test_a_thread_stands_below_some_prose() -> None:
    page = make_page(HEADLINE, "Leave a comment", *COMMENT * 3, *PARAGRAPHS)
    assert cut_comments(page, np.full(page.lines.height, True)).all()


STOPS = ["June 9 – Larkhaven", "June 10 – Alder Cross", "June 14 – Port Isolde", "July 1 – Eastmere"]


def list_kept(*below: str) -> list[str]:
    """The lines that are kept under a kept paragraph."""
    page = make_page(P1, *below, "Contact us")
    return page.lines["text"].filter(pl.Series(keep_listed(page, mark(page, [P1])))).to_list()[1:]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        pytest.param(STOPS, 4, id="dates"),
        pytest.param(STOPS[:3], 0, id="three-items"),
        pytest.param(["The dates", *STOPS], 5, id="below-a-heading"),
        pytest.param(["The dates", "At sea", *STOPS], 0, id="below-two-lines"),
        pytest.param(["Most Popular", *STOPS], 0, id="below-a-rule"),
        pytest.param(
            ["1) A lantern", "9 euros", "2) A rope", "8 euros", "3) A crate", "2 euros", "4) A bell"], 7, id="prices"
        ),
        pytest.param(["1", "2", "3", "4", "5"], 0, id="numbers-alone"),
        pytest.param(["Sea", "Town", "Sport", "Ferries", "Weather"], 0, id="words-alone"),
    ],
)
def test_a_list_of_one_form_below_a_paragraph_stays(lines: list[str], kept: int) -> None:
    assert list_kept(*lines) == lines[:kept]


@pytest.mark.parametrize(
    ("mark_text", "times", "line", "stays"),
    [
        pytest.param("Article text", 3, "The old quay", True, id="three"),
        pytest.param("Article text", 2, "The old quay", False, id="two"),
        pytest.param(make_line(39), 3, "The old quay", True, id="39-wide"),
        pytest.param(make_line(40), 3, "The old quay", False, id="40-wide"),
        pytest.param("Article text", 3, "The quay at", False, id="11-wide"),
        pytest.param("Article text", 3, "Photo: Ana Ruiz/AP", False, id="credit"),
    ],
)
def test_what_stands_between_the_marks_of_paragraphs_stays(mark_text: str, times: int, line: str, stays: bool) -> None:
    page = make_page(P1, *[mark_text, P2] * times, mark_text, line, mark_text, "Contact us")
    kept = keep_marked(page, mark(page, [P1, P2]))
    assert page.lines["text"].filter(pl.Series(kept)).to_list() == [P1, *[P2] * times, *[line] * stays]
