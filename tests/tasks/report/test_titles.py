"""The list of a batch's records: every one with what happened to it, bounded, in the order of titles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.staged_documents import make_stopped
from builders.staged_shards import Doc, publish_docs

from tasks.lakes.lake import open_lake
from tasks.report import titles
from tasks.report.collect import collect_published
from tasks.report.titles import list_by_title

DAY = date(2026, 10, 5)


def test_every_record_is_listed_with_its_result(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    docs = [Doc(2, "b.txt"), Doc(1, "a.txt"), Doc(1, "again.txt")]
    publish_docs(lake, tmp_path / "staging", docs, stopped=["bad.txt"])
    report = collect_published(lake, "s", DAY, None)
    assert report is not None
    found = [(row.title, row.result.partition(" of ")[0].partition(",")[0], row.key) for row in report.records]
    ids = [row.key for row in report.records]
    assert found == [
        ("Headline 1", "duplicate", "again.txt"),
        ("Headline 1", "published", ids[1]),
        ("Headline 2", "published", ids[2]),
        ("", "in quarantine: record_malformed", "bad.txt"),
    ]
    assert report.records[0].result == f"duplicate of {ids[1]}"


def test_records_are_bounded_and_those_that_are_not_published_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "MOST_RECORDS", 3)
    ids = pl.Series("doc_id", [f"{number:032x}" for number in range(9)])
    named = {"title": "t" * 500, "publisher": "p" * 500, "flags": [["long"]] * 9, "removed_chars": 1, "raw_chars": 4}
    rows = {
        "documents": pl.DataFrame({"doc_id": ids}).with_columns(
            **{name: pl.Series(value) if isinstance(value, list) else pl.lit(value) for name, value in named.items()}
        ),
        "duplicates": pl.DataFrame(schema=dict.fromkeys(("doc_id", "uri", "title", "publisher"), pl.String)),
        "quarantine": pl.DataFrame([make_stopped(uri="bad.txt", doc_id=ids[0], title=None, publisher=None)]),
    }
    found = list_by_title({name: frame.lazy() for name, frame in rows.items()}, ids, is_blocked=True)
    # A blocked batch has its failed document among the documents, too.
    assert [row.key for row in found] == [ids[1][:12], ids[2][:12], "bad.txt"]
    assert found[0].result == "would be published, 25% removed, long"
    assert {len(found[0].title), len(found[0].publisher)} == {160}
