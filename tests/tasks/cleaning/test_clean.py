"""Which lines are removed, which stay, and how far the list under a header reaches."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate_text, clean_text, clean_texts, make_line
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.cleaning.captions import merge_captions
from tasks.cleaning.clean import clean_lines
from tasks.lines import change_lines

MENU = ["- Fisheries", "- Sport", "- Culture", "- Town Hall", "- Politics", "- Harbour", "- Weather"]
TIMED = [
    "Gulls learn to queue",
    "3 hours ago",
    "Lemons on the quay",
    "5 hours ago",
    "The dog of Larkhaven",
    "2 days ago",
    "Tide tables sold out",
    "3 days ago",
]
GO = [
    ("a menu above the article", [*MENU, P1, P2], MENU),
    ("titles with their times, below the article", [P1, P2, *TIMED], TIMED[1:]),
    ("titles with their times, inside the article", [P1, *TIMED, P2], TIMED[1:]),
]
STAY = [
    (
        "a list of which rules know one item",
        ["- Salt", "- Flour", "- Butter", "- Culture", "- Eggs", "- Lemons", P1],
        {"- Salt", "- Eggs"},
    ),
    ("a short list", ["- Sport", "- Culture", "- Fisheries", P1], {"- Fisheries"}),
    ("a list that is all there is", MENU, {"- Fisheries", "- Town Hall"}),
    ("a list below a paragraph", [P1, *MENU, P2], {"- Fisheries", "- Town Hall"}),
    (
        "two times are no run",
        [P1, "Gulls learn to queue", "3 hours ago", "Lemons on the quay", "5 hours ago", P2],
        {"Lemons on the quay"},
    ),
    (
        "sentences between times",
        [P1, "3 hours ago", "The gulls came back.", "4 hours ago", "They left again.", "5 hours ago", P3],
        {"The gulls came back.", "They left again."},
    ),
]


def removed(text: str, budget: float = 0.5) -> list[str]:
    return clean_text(text, budget).filter(pl.col("removed"))["text"].to_list()


LISTS = [
    (
        "tail",
        [P1, P2, "Most Popular", "Cats of the harbour", "Why the tide is late"],
        ["Most Popular", "Cats of the harbour", "Why the tide is late"],
    ),
    ("a question in the tail", [P1, P2, "Most Popular", "Can a gull read?"], ["Most Popular", "Can a gull read?"]),
    (
        "two headers",
        [P1, "Most Popular", "Cats of the harbour", "read more:", "Larkhaven"],
        ["Most Popular", "Cats of the harbour", "read more:", "Larkhaven"],
    ),
    ("nothing under it", [P1, P2, "Most Popular", "read more:"], ["Most Popular", "read more:"]),
    (
        "inside the body, one title above a paragraph stays",
        [P1, "Related articles", "Cats of the harbour", "A quiet quay", P2, P3],
        ["Related articles", "Cats of the harbour"],
    ),
    (
        "a sentence ends it",
        [P1, "Most Popular", "Cats of the harbour", "The dog was found again.", "Larkhaven"],
        ["Most Popular", "Cats of the harbour"],
    ),
    ("interview marks are no titles", [P1, "Related articles", "Q. Who was there", P2], ["Related articles"]),
]


@pytest.mark.parametrize(("name", "lines", "gone"), LISTS, ids=[row[0] for row in LISTS])
def test_a_header_takes_the_titles_under_it(name: str, lines: list[str], gone: list[str]) -> None:
    assert removed("\n".join(["Last ferry leaves", "", *lines])) == gone


def test_a_blank_line_ends_a_list_inside_the_body() -> None:
    text = f"Last ferry leaves\n\n{P1}\n\nRelated articles\nCats of the harbour\nThe tide is late\n\nA quiet quay\n\n{P2}\n\n{P3}"
    assert removed(text) == ["Related articles", "Cats of the harbour", "The tide is late"]


def test_every_cut_names_its_rule_and_evidence() -> None:
    gone = clean_text(f"Last ferry leaves\n\n{P1}\n\n{P2}\n\nMost Popular\nCats of the harbour").filter(
        pl.col("removed")
    )
    assert gone["by"].str.starts_with("most-popular.en").all()
    assert gone["evidence"].to_list() == ["most popular", "under line 6"]
    assert gone["role"].to_list() == ["boilerplate"] * 2


KEEPS = [
    ("headline", f"Most popular names of the harbour revealed\n\n{P1}", "Most popular names of the harbour revealed"),
    ("update", f"Last ferry leaves\n\n{P1}\n\nUPDATE: The ferry has left.\n\n{P2}", "UPDATE: The ferry has left."),
    (
        "correction",
        f"Last ferry leaves\n\n{P1}\n\nCorrection: The ferry left at six.",
        "Correction: The ferry left at six.",
    ),
    (
        "about newsletters",
        f"Last ferry leaves\n\n{P1}\n\nThe newsletter had asked everyone to sign up, and nobody had.\n\n{P2}",
        "The newsletter had asked everyone to sign up, and nobody had.",
    ),
    (
        "a question in French",
        f"Le dernier bac\n\n{P1}\n\nComment expliquer cette hausse ?\n\n{P2}",
        "Comment expliquer cette hausse ?",
    ),
    ("a sub-heading", f"Last ferry leaves\n\n{P1}\n\nComments from the quay\n\n{P2}", "Comments from the quay"),
    ("a clock time", f"Last ferry leaves\n\n{P1}\n\n10:15\n\n{P2}", "10:15"),
    ("a result", f"Last ferry leaves\n\n{P1}\n\nLarkhaven 2, Port Elm 1\n\n{P2}", "Larkhaven 2, Port Elm 1"),
]


@pytest.mark.parametrize(("name", "text", "line"), KEEPS, ids=[row[0] for row in KEEPS])
def test_lines_that_must_survive(name: str, text: str, line: str) -> None:
    assert line not in removed(text)


@pytest.mark.parametrize(("width", "is_cut"), [(130, True), (131, False)])
def test_a_listed_title_is_at_most_130_wide(width: int, is_cut: bool) -> None:
    title = make_line(width)
    assert (title in removed(f"Last ferry leaves\n\n{P1}\n\n{P2}\n\nMost Popular\n{title}")) is is_cut


def test_the_last_title_above_a_paragraph_is_cut_where_a_blank_line_lies_between() -> None:
    titles = "Related articles\nCats of the harbour\nA quiet quay"
    assert removed(f"Last ferry leaves\n\n{P1}\n\n{titles}\n\n{P2}\n\n{P3}") == titles.split("\n")
    assert removed(f"Last ferry leaves\n\n{P1}\n\n{titles}\n{P2}\n\n{P3}") == titles.split("\n")[:2]


def test_other_rules_lines_do_not_end_a_list() -> None:
    lines = ["Most Popular", "Advertisement", "Cats of the harbour"]
    found = clean_text("\n".join(["Last ferry leaves", "", P1, P2, *lines]))
    assert found["by"].to_list()[-3:] == ["most-popular.en", "advertisement.en", "most-popular.en.list"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("is_paragraph", True), ("role", "bio"), ("role_hit", "correction"), ("rule_zone", "tail"), ("action", "flag")],
)
def test_what_protects_a_line_from_rules(column: str, value: object) -> None:
    lines = annotate_text(f"Last ferry leaves\n\n{P1}\n\nAdvertisement\n\n{P2}")
    is_ad = pl.col("text") == "Advertisement"
    assert clean_lines(lines, 0.5).filter(is_ad)["removed"].to_list() == [True]
    assert clean_lines(change_lines(lines, is_ad, **{column: value}), 0.5).filter(is_ad)["removed"].to_list() == [False]


@pytest.mark.parametrize(("width", "is_cut"), [(159, True), (160, False)])
def test_a_line_as_long_as_a_paragraph_among_paragraphs_is_one(width: int, is_cut: bool) -> None:
    lines = annotate_text(f"Last ferry leaves\n\n{P1}\n\nAdvertisement\n\n{P2}")
    wide = change_lines(lines, pl.col("text") == "Advertisement", width=width)
    assert (clean_lines(wide, 0.5)["removed"].sum() == 1) is is_cut
    at_edge = change_lines(wide, pl.col("text") == "Advertisement", zone="tail")
    assert clean_lines(at_edge, 0.5)["removed"].sum() == 1


@pytest.mark.parametrize(("share", "is_over"), [(0, False), (-0.001, True)], ids=["at the budget", "over it"])
def test_the_budget_is_the_share_of_characters_that_rules_may_remove(share: float, is_over: bool) -> None:
    lines = annotate_text(f"Last ferry leaves\n\n{P1}\n\nAdvertisement\n\n{P2}")
    budget = len("Advertisement") / lines["chars"].sum() + share
    found = clean_lines(lines, budget)
    assert found["over_budget"].to_list() == [is_over] * lines.height
    assert found.select("removed", "by", "evidence", "role").row(2) == (
        (False, None, None, None) if is_over else (True, "advertisement.en", "advertisement", "boilerplate")
    )


def test_a_copy_of_the_headline_stays_removed_over_the_budget() -> None:
    found = clean_text(f"Last ferry leaves\nLast ferry leaves\n\n{P1}\n\nAdvertisement\n\n{P2}", budget=0.0)
    assert found.filter("removed").select("line", "by", "evidence").rows() == [(1, "repeat.headline", "0")]


def test_a_document_over_its_budget_is_left_alone_and_flagged() -> None:
    text = "\n".join(
        [
            "Last ferry leaves",
            "",
            "It left.",
            "",
            "Most Popular",
            *(f"A long title about cat number {n}" for n in range(20)),
        ]
    )
    assert len(removed(text, budget=1.0)) == 21
    kept = clean_text(text, budget=0.5)
    assert kept["over_budget"].all()
    assert not kept["removed"].any()


def test_nothing_but_boilerplate_is_cut_whatever_the_budget() -> None:
    found = clean_text("Share\nAdvertisement\nMost Popular\nread more:\nShare on Facebook")
    assert found["removed"].all() or found.filter(~pl.col("removed"))["role"].to_list() == ["headline"]


def test_a_standfirst_without_a_body_is_the_body() -> None:
    found = clean_text(
        "Last ferry leaves\n\nAfter forty years the line closes, and nobody asked the islanders.\n\nBy Mara Quist"
    )
    assert dict(found.select("line", "role").iter_rows()) == {0: "headline", 2: None, 4: "byline"}


PIECES = [
    "Most Popular",
    "read more:",
    "Share",
    "Cats of the harbour",
    "",
    P1,
    P2,
    "By Mara Quist",
    "Advertisement",
    "10:15",
    "A quay. (Ana Ruiz/AP)",
]


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14))
def test_cleaning_twice_is_cleaning_once(pieces: list[str]) -> None:
    lines, _ = merge_captions(clean_text("\n".join(pieces)))
    # What is taken out goes; what is kept apart stays in its place, as it gave the other lines theirs.
    once = lines.filter(~pl.col("removed"))
    if once.is_empty() or once["over_budget"].any():
        return
    blank_before = {row["line"]: row["gap"] for row in lines.to_dicts()}
    again = "\n".join(
        ("\n" if blank_before[line] else "") + text for line, text in once.select("line", "text").iter_rows()
    )
    assert removed(again) == []


def split_fate(lines: list[str]) -> tuple[list[str], set[str]]:
    """Lines taken out, and lines kept."""
    fate = clean_text("\n".join(["Last ferry leaves", "", *lines]), 0.9)
    return fate.filter(fate["removed"])["text"].to_list(), set(fate.filter(~fate["removed"])["text"])


@pytest.mark.parametrize(("name", "lines", "gone"), GO, ids=[row[0] for row in GO])
def test_a_run_goes_as_one(name: str, lines: list[str], gone: list[str]) -> None:
    assert split_fate(lines)[0] == gone


@pytest.mark.parametrize(("name", "lines", "kept"), STAY, ids=[row[0] for row in STAY])
def test_what_is_no_run_stays(name: str, lines: list[str], kept: set[str]) -> None:
    assert kept <= split_fate(lines)[1]


def test_every_cut_names_the_run() -> None:
    fate = clean_text("\n".join(["Last ferry leaves", "", *MENU, P1, *TIMED, P2]), 0.9)
    by = dict(zip(fate["text"], fate["by"], strict=True))
    assert by["- Fisheries"] == "navigation.any.menu"
    assert by["Lemons on the quay"] == "related.any.timed"


def is_cut(lines: list[str], line: str) -> bool:
    return line in split_fate(lines)[0]


@pytest.mark.parametrize(("width", "cut"), [(40, True), (41, False)])
def test_an_item_of_a_menu_is_at_most_40_wide(width: int, cut: bool) -> None:
    item = make_line(width, start="- Ropes")
    assert is_cut([*MENU, item, P1, P2], item) is cut


@pytest.mark.parametrize(("items", "cut"), [(MENU[:6], True), (MENU[:5], False)], ids=["six", "five"])
def test_a_menu_has_at_least_six_items(items: list[str], cut: bool) -> None:
    assert is_cut([*items, P1, P2], "- Fisheries") is cut


@pytest.mark.parametrize(
    ("sections", "cut"), [(["- Sport", "- Culture"], True), (["- Sport"], False)], ids=["two", "one"]
)
def test_a_menu_has_at_least_two_items_that_are_sections(sections: list[str], cut: bool) -> None:
    items = ["- Ropes", "- Nets", "- Gulls", "- Lemons", "- Tides", "- Lamps"]
    assert is_cut([*items, *sections, P1, P2], "- Nets") is cut


@pytest.mark.parametrize(("width", "cut"), [(130, True), (131, False)])
def test_a_timed_title_is_at_most_130_wide(width: int, cut: bool) -> None:
    title = make_line(width)
    assert is_cut([P1, "3 hours ago", title, "5 hours ago", "Gulls learn to queue", "2 days ago", P2], title) is cut


def test_two_documents_share_no_menu() -> None:
    lines = [f"- {word}" for word in ("Sport", "Culture", "Nets")]
    both = clean_texts("\n".join([*lines]), "\n".join([*lines, P1, P2]))
    assert not both.filter(pl.col("text") == "- Nets")["removed"].any()


NOTICE = "This document is subject to copyright. Apart from any fair dealing for private study, no part may be copied by readers."


def test_a_notice_that_a_rule_spells_out_is_removed_where_it_looks_like_a_paragraph() -> None:
    assert removed(f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n{NOTICE}") == [NOTICE]
    assert removed(f"Last ferry leaves\n\n{P1}\n\n{NOTICE.replace('. Apart', ', apart')}\n\n{P2}") == []


def test_notices_of_cookies_do_not_count_to_the_budget() -> None:
    notice = "Necessary cookies are absolutely essential for the website to function properly. " + "They do so. " * 30
    found = clean_text(f"Last ferry leaves\n\n{P1}\n\n{notice.strip()}")
    assert not found["over_budget"].any()
    assert found.filter("removed")["line"].to_list() == [4]


def test_rows_of_a_table_in_capitals_are_no_links() -> None:
    text = f"Last ferry leaves\n\n{P1}\n\nGET THE COURIER ON THE GO BY CLICKING HERE\n\nLOW LARKHAVEN INC. 113.40 -1.41%\n\n{P2}"
    assert len(removed(text)) == 1
    assert len(removed(text.replace("113.40 -1.41%", "BUYS FERRY LINE"))) == 2
