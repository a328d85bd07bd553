"""Readers' comments below an article are removed to the end of the text; sections of an article called `Comments` stay."""

from __future__ import annotations

import pytest
from builders.articles import P1, P2, P3, clean_text

HEAD = f"Last ferry leaves\n\n{P1}\n\n{P2}\n\n"
READERS = (
    "Hi Mara,\n\nI took that ferry every day when I was a child, and my father was its last captain but one, bless him.\n\n"
    "@mara The timetable in the harbour says seven. Who is right?\n\nThank you all for writing!"
)


def list_removed(text: str) -> list[int]:
    """Numbers of the lines that a comment's header takes with it."""
    lines = clean_text(text)
    return lines.filter(lines["by"] == "comments.any.readers")["line"].to_list()


@pytest.mark.parametrize(
    "header", ["4 comments", "Comments", "Comments (4)", "4 Kommentare", "Комментарии", "All comments 4"]
)
def test_what_stands_under_the_header_is_removed(header: str) -> None:
    removed = list_removed(f"{HEAD}{header}\n\n{READERS}")
    assert {8, 10, 12, 14} <= set(removed)


@pytest.mark.parametrize(
    "section",
    [
        f"Comments\n\n{P3}\n\n{P1}",
        f"2 comments\n\n{P3}",
        f"Comments\n\n“I took it every day,” she said, “and my father was its captain, many years ago, before the war.”\n\n{P3}",
        f"Comments from the quay\n\n{READERS}",
    ],
)
def test_a_section_of_the_article_stays(section: str) -> None:
    assert list_removed(HEAD + section) == []


def test_a_header_above_all_prose_is_no_header_of_comments() -> None:
    assert list_removed(f"Comments\n\n{READERS}") == []


def test_comments_may_be_longer_than_the_article() -> None:
    lines = clean_text(f"{HEAD}4 comments\n\n" + f"{READERS}\n\n" * 5)
    assert not lines["over_budget"].any()
    assert lines.filter(~lines["removed"])["line"].to_list() == [0, 2, 4]
