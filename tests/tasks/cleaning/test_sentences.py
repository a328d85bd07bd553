"""A matched line stays where too many of its words are not words of rules, and at which share."""

from __future__ import annotations

import polars as pl
import pytest
from builders.articles import P1, P2, P3, annotate_text, clean_text

from tasks.cleaning.sentences import measure_known


def is_removed(line: str, below: bool = False) -> bool:
    paragraphs = [P1, P2, line] if below else [P1, line, P2, P3]
    found = clean_text("\n\n".join(["Last ferry leaves", *paragraphs]))
    return bool(found.filter(pl.col("text") == line)["removed"].any())


@pytest.mark.parametrize(
    ("line", "removed"),
    [
        ("You must be logged in to post a comment.", True),
        ("You must be logged in to post a comment or to paint.", True),  # 10 of 11 words
        ("You must be logged in to post whales to goats.", False),  # 8 of 10
        (
            "Sign in to save the story and read more of our news and articles and videos about whales, goats and lemons.",
            False,
        ),
        ("Sign in to save whales and goats and also lemons", False),  # no full stop: 5 of 9
        ("Sign in to save the story and whales", True),  # 7 of 8
        ("SIGN IN TO SAVE WHALES AND GOATS AND LEMONS", False),
        ("Read more: Whales and goats and lemons return to Larkhaven", True),
        ("Read more: whales and goats and lemons return to Larkhaven", True),
        ("Read more: Whales and goats and lemons return to Larkhaven.", False),
        ("(c) 1904", True),
    ],
)
def test_a_line_of_other_words_among_paragraphs_stays(line: str, removed: bool) -> None:
    assert is_removed(line) is removed


@pytest.mark.parametrize(
    ("line", "removed"),
    [
        ("You must be logged in to post whales to goats.", True),
        ("Sign in to see: whales, goats, lemons, gulls, foxes, ropes.", False),
        ("We use cookies on our site: whales, goats, lemons, gulls, foxes, ropes.", True),
    ],
)
def test_a_sentence_below_the_article_needs_half_of_its_words(line: str, removed: bool) -> None:
    assert is_removed(line, below=True) is removed


@pytest.mark.parametrize(
    ("text", "points"),
    [("(a) 1788\n(b) 1842\n(c) 1904", True), ("(c) 1904", False), ("a) Shares\nb) Likes\nc) 1904", True)],
)
def test_a_point_of_a_list_stays(text: str, points: bool) -> None:
    found = clean_text(f"Last ferry leaves\n\n{P1}\n\n{text}\n\n{P2}\n\n{P3}")
    assert (found["removed"].sum() == 0) is points


def test_names_do_not_count() -> None:
    lines = annotate_text("Sign in to save Mara Quist\nSHARE THIS ARTICLE ON WHALES").with_row_index("_at")
    assert measure_known(lines.filter(pl.col("rule") == "sign-in.en.to")).select("_words", "_share").rows() == [
        (3, 1.0)
    ]
