"""What goes, what stays, and how far a header's list reaches."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, clean_text
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.cleaning.captions import merge_captions


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
