"""The stories on the page of a run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from builders.staged_shards import OCTOBER, Doc, publish_docs

from tasks.lakes.lake import open_lake
from tasks.report.collect import collect_published
from tasks.report.page import write_page

STORY, OTHER = tuple(range(6)), tuple(range(10, 16))
FIRST = [Doc(1, "a", paragraphs=STORY, publisher="a"), Doc(2, "c", paragraphs=OTHER, publisher="c")]
SECOND = [
    Doc(3, "b", paragraphs=STORY, publisher="b<b>"),
    Doc(4, "d", paragraphs=OTHER, publisher="d"),
    Doc(5, "e", paragraphs=OTHER, publisher="e"),
]


def test_the_largest_stories_of_a_batch(tmp_path: Path) -> None:
    lake, staging, day = open_lake(tmp_path / "lake"), tmp_path / "staging", date(2026, 10, 6)
    publish_docs(lake, staging, FIRST)
    alone = collect_published(lake, "s", OCTOBER, None)
    assert alone is not None
    assert alone.stories == ()
    assert 'id="stories"' not in write_page(alone)
    publish_docs(lake, staging, SECOND, day=day)
    report = collect_published(lake, "s", day, None)
    assert report is not None
    assert [(story.documents, story.own) for story in report.stories] == [(3, 2), (2, 1)]
    page = write_page(report)
    (first, *copies) = report.stories[0].members
    assert (first["kind"], first["is_own"], [row["is_own"] for row in copies]) == ("first", False, [True, True])
    assert first["doc_id"] == report.stories[0].doc_id
    assert 'id="stories"' in page
    assert page.count("this batch</span>") == 3
    assert "b<b>" not in page
