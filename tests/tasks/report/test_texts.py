"""Documents on a page: they differ in rules, then in words, and every line is accounted for."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.report.texts import LINES_SHOWN, ShownLine, choose_examples, shorten


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


RUNS = st.lists(
    st.tuples(st.sampled_from(["body", "apart", "removed"]), st.sampled_from(["a", "b.list"]), st.integers(1, 30)),
    max_size=40,
)


@given(RUNS)
def test_shortened_documents_account_for_every_line(runs: list[tuple[str, str, int]]) -> None:
    decisions = [(decision, rule) for decision, rule, length in runs for _ in range(length)]
    lines = [
        ShownLine(number, f"line {number}", decision, rule=rule) for number, (decision, rule) in enumerate(decisions)
    ]
    short = shorten(lines, 40)
    assert sum(line.skipped or 1 for line in short) == len(lines)
    assert len(short) <= 41
