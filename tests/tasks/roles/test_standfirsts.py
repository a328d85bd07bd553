"""Which line under the headline is the standfirst."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, find_roles, make_line

HEADLINE = "Last ferry leaves"


@pytest.mark.parametrize(("width", "role"), [(39, None), (40, "standfirst"), (420, "standfirst"), (421, None)])
def test_a_standfirst_above_a_byline_is_40_to_420_wide(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(width), "By Mara Quist", P1, P2]))[1] == role


@pytest.mark.parametrize(("width", "role"), [(59, None), (60, "standfirst")])
def test_a_standfirst_without_a_byline_below_is_at_least_60_wide(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(width), P1, P2]))[1] == role


@pytest.mark.parametrize(("width", "role"), [(59, None), (60, "standfirst")])
def test_so_is_the_line_below_it(width: int, role: str | None) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(80), make_line(width, end="."), P1, P2]))[1] == role


@pytest.mark.parametrize("furniture", ["By Mara Quist", "5 May 2026", "A quay. (Ana Ruiz/AP)"])
def test_furniture_below_a_sentence_makes_it_a_standfirst(furniture: str) -> None:
    assert find_roles("\n".join([HEADLINE, make_line(80, end="."), furniture, P1, P2]))[1] == "standfirst"
    assert find_roles("\n".join([HEADLINE, make_line(80, end="."), "A sub-heading", P1, P2]))[1] is None


def test_a_line_that_the_next_one_repeats_with_a_credit_is_no_standfirst() -> None:
    line = make_line(80)
    assert find_roles("\n".join([HEADLINE, line, f"{line} (Ana Ruiz/AP)", P1, P2]))[1] is None


def test_the_records_standfirst_is_found_among_the_first_12_lines() -> None:
    line = make_line(50)
    lines = [f"Item number {number} of a list" for number in range(10)]
    assert find_roles("\n".join([HEADLINE, *lines, line, P1]), standfirst=f"“{line}!”")[11] == "standfirst"
    assert find_roles("\n".join([HEADLINE, "One", *lines, line, P1]), standfirst=line)[12] is None
    other = "\n".join([HEADLINE, make_line(80), line, P1])
    assert [find_roles(other, standfirst=line)[at] for at in (1, 2)] == [None, "standfirst"]


def test_only_the_line_right_below_the_headline_is_one() -> None:
    found = find_roles("\n".join([HEADLINE, "By Mara Quist", make_line(80), "5 May 2026", P1, P2]))
    assert found[2] is None
