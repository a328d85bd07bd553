"""Removed lines: how doubtful each is, and that those shown differ."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.report.hits import measure_doubts, pick_doubts, pick_hits

HIT = {"doc_id": "d", "line": 5, "rule": "share.en", "evidence": "share", "text": "Share this", "first": 1, "last": 9}
DOUBTS = [
    ("page model, sure", {"rule": "page.line", "evidence": "boilerplate with probability 0.98"}, 0.04),
    ("page model, wavering", {"rule": "page.outside", "evidence": "boilerplate with probability 0.5"}, 1.0),
    ("learned everywhere", {"rule": "learned.line", "evidence": "seen in 40 of 40 documents of P"}, 0.0),
    ("learned here and there", {"rule": "learned.line", "evidence": "seen in 10 of 40 documents of P"}, 0.75),
    ("a copy", {"rule": "repeat.caption", "evidence": "3"}, 0.0),
    ("short line in the body", {}, 0.062),
    ("short line below the body", {"line": 20}, 0.031),
    ("a sentence in the body", {"text": "This is nearly as long as a sentence of an article may be."}, 0.967),
    ("a long line", {"text": "word " * 31 + "word"}, 0.994),
]


@pytest.mark.parametrize(("change", "doubt"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_doubt(change: dict[str, object], doubt: float) -> None:
    rows = pl.DataFrame([HIT | change], schema_overrides={"line": pl.Int32, "first": pl.Int32, "last": pl.Int32})
    assert measure_doubts(rows)["doubt"].to_list() == [doubt]


def test_a_line_in_many_documents_is_less_doubtful() -> None:
    rows = [HIT | {"doc_id": f"d{n}", "text": "Share this article with everybody"} for n in range(4)]
    rows.append(HIT | {"doc_id": "d9", "text": "Share this story of ours with everybody"})
    measured = measure_doubts(pl.DataFrame(rows))
    (found,) = pick_hits(measured, [("share.en", 5)])
    assert found.surest["documents"] == 4
    assert [hit["text"][:16] for hit in found.doubtful] == ["Share this story"]


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
