"""Which line of a page is its standfirst: where it may stand, what is known of it, and which candidate is taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate_texts, make_line
from builders.pages import FOOTER, HEADLINE, MENU, PARAGRAPHS

from tasks.pages.cuts import list_heads, mark_page_cuts
from tasks.pages.features import PageLines, make_features
from tasks.pages.spans import Bools
from tasks.pages.standfirst import LEAST_SCORE, choose_standfirst, describe_standfirsts, find_by_place, list_titles
from tasks.pages.weights import Tree, TreeEnsemble


def make_page(*texts: str) -> PageLines:
    """One page with these lines."""
    return make_features(annotate_texts(["\n".join(texts)]))


def mark(page: PageLines, texts: Sequence[str]) -> Bools:
    """Which lines of a page are one of `texts`."""
    return page.lines["text"].is_in(texts).to_numpy()


@pytest.mark.parametrize(
    ("line", "is_standfirst"),
    [
        pytest.param(make_line(39, end="."), False, id="39"),
        pytest.param(make_line(40, end="."), True, id="40"),
        pytest.param(make_line(59), False, id="59-unstopped"),
        pytest.param(make_line(60), True, id="60-unstopped"),
        pytest.param(make_line(420, end="."), True, id="420"),
        pytest.param(make_line(421, end="."), False, id="421"),
        pytest.param("Larkhaven, Tuesday 5 May 2026, from our correspondent at the harbour", False, id="dated"),
        pytest.param("Larkhaven | Harbour news | The quay and the town and all the ferries", False, id="bars"),
        pytest.param("By Mara Quist", False, id="byline"),
    ],
)
def test_the_line_right_below_the_headline_is_the_standfirst(line: str, is_standfirst: bool) -> None:
    page = make_page(HEADLINE, line, "Share", P1)
    assert find_by_place(page, list_titles(page, mark(page, [HEADLINE])), mark(page, [P1])).any() == is_standfirst


STANDFIRST = "Nine of thirteen councillors want the old timbers back, and the sea wall will have to wait."


def find_placed_below(*lines: str) -> list[str]:
    """The standfirst of a page with these lines between its headline and its body; it and the body are kept."""
    page = make_page(HEADLINE, *lines, P1)
    first = np.arange(page.lines.height) == 0
    found = find_by_place(page, list_titles(page, mark(page, [HEADLINE]) & first), mark(page, [STANDFIRST, P1]))
    return page.lines["text"].filter(pl.Series(found)).to_list()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(["Eastmere", HEADLINE, STANDFIRST], [STANDFIRST], id="same"),
        pytest.param(["Eastmere", "Pier: town votes to rebuild after the storm", STANDFIRST], [STANDFIRST], id="alike"),
        pytest.param(["Eastmere", "Pier: town votes for a wooden bench and a gull", STANDFIRST], [], id="other"),
        pytest.param([*["Eastmere"] * 5, HEADLINE, STANDFIRST], [STANDFIRST], id="six-below"),
        pytest.param([*["Eastmere"] * 6, HEADLINE, STANDFIRST], [], id="seven-below"),
        pytest.param([STANDFIRST, "Photo: Ana Ruiz/The Courier"], [], id="caption"),
        pytest.param([STANDFIRST, "the sea wall will have to wait."], [], id="its-own-end-below"),
        pytest.param(["By Anna Webb", STANDFIRST, "Advertisement"], [STANDFIRST], id="apart"),
        pytest.param(["By Anna Webb", STANDFIRST], [], id="not-apart"),
        pytest.param(["By Anna Webb", STANDFIRST, *["Share"] * 3], [STANDFIRST], id="three-lines-apart"),
        pytest.param(["By Anna Webb", STANDFIRST, *["Share"] * 4], [], id="four-lines-apart"),
        pytest.param([*["Share"] * 14, STANDFIRST, "Advertisement"], [STANDFIRST], id="fifteen-below"),
        pytest.param([*["Share"] * 15, STANDFIRST, "Advertisement"], [], id="sixteen-below"),
        pytest.param(["By Anna Webb", STANDFIRST, "Photo: Ana Ruiz/The Courier"], [], id="caption-apart"),
    ],
)
def test_the_standfirst_stands_below_the_headline_as_printed(lines: list[str], found: list[str]) -> None:
    assert find_placed_below(*lines) == found


def test_a_place_and_short_sentences_right_above_the_body_are_the_standfirst() -> None:
    placed = "Eastmere. The town rebuilds the pier. The sea wall has to wait."
    for line, is_standfirst in (
        (placed, True),
        (placed.removeprefix("Eastmere. "), False),
        (placed + " " + placed, False),
    ):
        page = make_page(HEADLINE, "By Anna Webb", line, P1)
        found = find_by_place(page, list_titles(page, mark(page, [HEADLINE])), mark(page, [line, P1]))
        assert found.any() == is_standfirst, line


def test_the_standfirst_of_a_page_is_published_as_one() -> None:
    marked = mark_page_cuts(
        annotate_texts(["\n".join([MENU, HEADLINE, STANDFIRST, "By Anna Webb", *PARAGRAPHS, FOOTER])])
    )
    heads = marked.join(list_heads(marked), on=["doc", "line"]).select("text", "role_right")
    assert heads.rows() == [(HEADLINE, "headline"), (STANDFIRST, "standfirst")]


def list_candidates(*lines: str) -> list[str]:
    """The lines that may be the standfirst of a page with these lines below its headline; paragraphs are the article's."""
    page = make_page(HEADLINE, *lines)
    chosen, _ = describe_standfirsts(page, mark(page, [HEADLINE]), mark(page, [P1, P2, P3]))
    return page.lines["text"].filter(pl.Series(chosen)).to_list()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param([STANDFIRST, P1], [STANDFIRST, P1], id="and-the-first-paragraph"),
        pytest.param([P1, P2, P3, STANDFIRST], [P1, P2, P3], id="three-paragraphs"),
        pytest.param([*["Share"] * 23, STANDFIRST], [STANDFIRST], id="24-below"),
        pytest.param([*["Share"] * 24, STANDFIRST], [], id="25-below"),
        pytest.param([make_line(29), make_line(30), P1], [make_line(30), P1], id="30-wide"),
        pytest.param([make_line(450, end="."), P1], [make_line(450, end="."), P1], id="450-wide"),
        pytest.param([make_line(451, end="."), P1], [P1], id="451-wide"),
        pytest.param([HEADLINE, STANDFIRST], [STANDFIRST], id="not-the-headline-again"),
        pytest.param(["By Anna Webb, Tom Ehlers and Mara Quist", P1], [P1], id="not-a-byline"),
        pytest.param([STANDFIRST, "Photo: Ana Ruiz/The Courier", P1], [P1], id="not-a-caption"),
    ],
)
def test_a_standfirst_is_looked_for_between_headline_and_article(lines: list[str], found: list[str]) -> None:
    assert list_candidates(*lines) == found


def test_what_stands_around_a_candidate_is_known() -> None:
    page = make_page(HEADLINE, "By Anna Webb", "5 May 2026", STANDFIRST, P1, "Photo: Ana Ruiz/The Courier", P2)
    chosen, known = describe_standfirsts(page, mark(page, [HEADLINE]), mark(page, [STANDFIRST, P1, P2]))
    first = {name: values.tolist()[0] for name, values in known.items()}
    assert page.lines["text"].filter(pl.Series(chosen)).to_list() == [STANDFIRST, P2]
    assert (first["from_title"], first["until_next"], first["prose_above"]) == (3, 1, 0)
    assert (first["signs_above"], first["signs_below"], first["pictures_above"]) == (2, 0, 0)
    assert (first["sentences"], first["stop"], first["width"]) == (1, 1, len(STANDFIRST))
    assert known["pictures_above"].tolist() == [0, 1]
    assert known["until_next"].tolist() == [1, 15]


def test_words_of_the_article_are_shared_in_percent() -> None:
    page = make_page("Harbour votes for a pier", "The harbour votes again on Tuesday.", P1)
    _, known = describe_standfirsts(page, np.arange(3) == 0, mark(page, [P1]))
    assert known["in_title"].tolist()[0] == 50  # harbour and votes, of these, again and tuesday
    assert known["in_next"].tolist()[0] == known["in_rest"].tolist()[0] == 25


@pytest.mark.parametrize(("value", "found"), [(100, [STANDFIRST]), (99, [])])
def test_the_standfirst_is_likely_enough(value: int, found: list[str]) -> None:
    page = make_page(HEADLINE, STANDFIRST, "Share", P1)
    likely = TreeEnsemble(0, (Tree((("by_place", 0),), (0, value)),))
    chosen = choose_standfirst(page, mark(page, [HEADLINE]), mark(page, [P1]), likely)
    assert page.lines["text"].filter(pl.Series(chosen)).to_list() == found
    assert LEAST_SCORE == 100


def test_a_page_without_a_headline_has_no_standfirst() -> None:
    page = make_page(STANDFIRST, P1, P2)
    nothing = np.zeros(3, dtype=np.bool_)
    assert not choose_standfirst(page, nothing, mark(page, [P1, P2]), TreeEnsemble(0, ())).any()
