"""An article with another text is one revised document, not a new one and a removed one."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.trials.diff import DOCUMENT_CHANGES, make_examples, pair_revisions, pick_examples

KEYED = pl.Schema(DOCUMENT_CHANGES | {"record_id": pl.String(), "url": pl.String()})


def pair(*rows: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    """What pairing makes of rows: doc_id, change, was."""
    filled = [{"doc_id": f"d{at}", "uri": f"{at}.txt", **row} for at, row in enumerate(rows)]
    whole = pl.DataFrame(filled, schema=KEYED).drop("was")
    return set(pair_revisions(whole).select("doc_id", "change", "was").iter_rows())


REVISED = {("d0", "revised", "d1")}
APART = {("d0", "new", None), ("d1", "removed", None)}


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ({"record_id": "7"}, {"record_id": "7"}, REVISED),
        ({"url": "https://a.example/7"}, {"url": "https://a.example/7"}, REVISED),
        ({"uri": "a.txt"}, {"uri": "a.txt"}, REVISED),
        ({"record_id": "7"}, {"record_id": "8"}, APART),
        ({"title": "The tram"}, {"title": "The tram"}, APART),
        # The third record of a file may be another article now.
        ({"uri": "a.jsonl#3", "title": "The tram"}, {"uri": "a.jsonl#3", "title": "The tram"}, REVISED),
        ({"uri": "a.jsonl#3"}, {"uri": "a.jsonl#3"}, REVISED),
        ({"uri": "a.jsonl#3", "title": "The tram"}, {"uri": "a.jsonl#3", "title": "The ferry"}, APART),
    ],
    ids=["record id", "url", "file", "other id", "title alone", "place and title", "place", "place of another article"],
)
def test_documents_are_paired(
    new: dict[str, Any], old: dict[str, Any], expected: set[tuple[str, str, str | None]]
) -> None:
    assert pair({"change": "new", **new}, {"change": "removed", **old}) == expected


def test_the_surest_key_decides_and_one_that_several_have_pairs_none() -> None:
    rows = [
        {"change": "new", "record_id": "7", "url": "u"},
        {"change": "removed", "record_id": "7", "url": "v"},
        {"change": "removed", "record_id": "8", "url": "u"},
        {"change": "same", "record_id": "9"},
    ]
    assert pair(*rows) == {("d0", "revised", "d1"), ("d2", "removed", None), ("d3", "same", None)}
    rows = [{"change": change, "record_id": "7"} for change in ("new", "new", "removed")]
    assert pair(*rows) == {("d0", "new", None), ("d1", "new", None), ("d2", "removed", None)}


def test_the_diff_of_a_revised_article_has_its_headline_and_its_text() -> None:
    whole = pl.DataFrame(
        [{"doc_id": "n", "uri": "a.txt", "change": "new"}, {"doc_id": "o", "uri": "a.txt", "change": "removed"}],
        schema=KEYED,
    ).drop("was")
    shown = pick_examples(pair_revisions(whole), 5)
    old = pl.DataFrame(
        {"doc_id": ["o"], "title": ["A"], "standfirst": [None], "text": ["one\n\ntwo\nthree"]},
        schema_overrides={"standfirst": pl.String},
    )
    new = old.with_columns(doc_id=pl.lit("n"), title=pl.lit("B"), text=pl.lit("one\n\ntwo\nfour"))
    (example,) = make_examples(shown, old, new)
    assert (example.doc_id, example.change) == ("n", "revised")
    assert [line for line in example.diff if line[0] in "+-"] == ["-A", "+B", "-three", "+four"]
