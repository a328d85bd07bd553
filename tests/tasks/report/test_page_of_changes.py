"""The page on what a run would change: it says so, line by line, and no article's text can break out of it."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tasks.report.page import CHANGES_SHOWN, write_changes
from tasks.trials.diff import DOCUMENT_CHANGES, LINE_CHANGES, Differences, Example

DAY = date(2026, 10, 9)
HOSTILE = '</ins></li><script>alert(1)</script><img src=x onerror="alert(2)">'


def make_differences(
    *changes: str, text: str = "Read more: gulls", diff: tuple[str, ...] = (), blocked_by: tuple[str, ...] = ()
) -> Differences:
    documents = pl.DataFrame(
        [
            {
                "doc_id": f"{number:032x}",
                "uri": f"{text}.txt",
                "change": change,
                "columns": ["text"],
                "lines_lost": 1,
                "chars_lost": 9,
            }
            for number, change in enumerate(changes)
        ],
        schema=DOCUMENT_CHANGES,
    )
    lines = pl.DataFrame(
        [
            {
                "doc_id": f"{0:032x}",
                "publisher": text,
                "line": 3,
                "before": "text",
                "after": "removed",
                "rule": "read-more.en",
                "text": text,
            }
        ],
        schema=LINE_CHANGES,
    )
    return Differences(
        documents, lines, (Example(f"{0:032x}", f"{text}.txt", text, "changed", diff),) if diff else (), blocked_by
    )


def test_the_page_counts_changes_and_shows_their_lines() -> None:
    changes = make_differences(
        "changed", "same", "same", diff=("@@ -1 +1 @@", " The ferry left.", "-Read more: gulls", "+It came back.")
    )
    page = write_changes("wire", DAY, changes)
    assert "A run would change 1 document of 3." in page
    assert '<span class="text" dir="auto"><del>Read more: gulls</del></span>' in page
    assert '<span class="text" dir="auto"><ins>It came back.</ins></span>' in page
    assert "It would be blocked" not in page


def test_the_page_names_what_would_block() -> None:
    page = write_changes("wire", DAY, make_differences("same", "same", blocked_by=("published_in_future",)))
    assert "A run would change none of 2 documents." in page
    assert "published_in_future" in page


@pytest.mark.parametrize("hostile", [HOSTILE, "\u202egnp.exe", "\x00\x1b[31m"])
def test_article_text_is_escaped(hostile: str) -> None:
    page = write_changes(
        hostile,
        DAY,
        make_differences("changed", text=hostile, diff=(f"-{hostile}", f"+{hostile}"), blocked_by=(hostile,)),
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_a_long_document_is_cut() -> None:
    diff = tuple(f"-line {number}" for number in range(CHANGES_SHOWN + 50))
    assert f"line {CHANGES_SHOWN}<" not in write_changes("wire", DAY, make_differences("changed", diff=diff))
