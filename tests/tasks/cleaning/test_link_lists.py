"""Menus and timed titles go as a run; lists and times of an article stay."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, clean_text, clean_texts, make_line

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
