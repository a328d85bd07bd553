"""What a page shows differs: documents by their rules, then by their words; lines by their words."""

from __future__ import annotations

import polars as pl

from tasks.report.hits import measure_doubts, pick_doubts
from tasks.report.texts import LINES_SHOWN, choose_examples


def make_documents(removed: dict[str, list[tuple[str, str]]], lines: dict[str, int] | None = None) -> list[str]:
    """The examples among documents, of which each has removed lines: rule and text."""
    documents = pl.DataFrame(
        [
            {
                "doc_id": own,
                "raw_chars": 100,
                "line_count": (lines or {}).get(own, 9),
                "publisher": "p",
                "language": "en",
            }
            for own in removed
        ]
    )
    rows = [{"doc_id": own, "rule": rule, "text": text} for own, found in removed.items() for rule, text in found]
    return choose_examples(documents, pl.DataFrame(rows), 3)


def test_examples_show_other_rules_before_other_words() -> None:
    template = [("share.en", "Share this story"), ("copyright.any", "Copyright 2026")]
    assert make_documents(
        {
            "a": template,
            "b": template,
            "c": [("share.en", "Share this story")],
            "d": [("share.en", "Send it to a friend")],
            "e": [("related.en", "More on gulls")],
        }
    ) == ["a", "e", "d"]


def test_examples_do_not_say_the_same_a_third_time() -> None:
    same = {own: [("share.en", "Share this story")] for own in "abc"}
    assert make_documents(same) == ["a", "b"]
    assert make_documents(same | {"d": [("share.en", "Send it to a friend")]}) == ["a", "d"]


def test_a_long_document_is_an_example_only_without_others() -> None:
    removed = {"a": [("x", "one"), ("y", "two")], "b": [("x", "one")]}
    assert make_documents(removed, {"a": LINES_SHOWN + 1}) == ["b", "a"]


def test_lines_to_check_are_in_other_words_and_of_every_rule() -> None:
    rows = [
        {"doc_id": f"{rule} {number}", "rule": rule, "text": f"{text} {number}", "line": 5, "first": 1, "last": 9}
        for rule, text in (
            ("share.en", "Share this whole story of the harbour ferry with everybody you know, number"),
            ("related.en", "The other gulls that left the quay in the morning were never seen again"),
        )
        for number in range(3)
    ]
    found = pick_doubts(measure_doubts(pl.DataFrame(rows).with_columns(evidence=pl.lit(""))), 8)
    assert sorted(hit["rule"] for hit in found) == ["related.en", "share.en"]
