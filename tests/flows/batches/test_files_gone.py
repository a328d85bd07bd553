"""Documents whose files are no longer there stay, and files are known by their content."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.lakes import ask, hash_lake, make_test_run

from flows.batches.ingest import ingest_batch
from flows.batches.run import Batch, BatchResult
from tasks.batch import Source
from tasks.checking.check import check_lake
from tasks.reading.plan import NothingNew, PlanError

pytestmark = pytest.mark.slow

MONDAY, TUESDAY = date(2026, 10, 5), date(2026, 10, 6)


def article(number: int) -> str:
    return (
        f"Council approves pier plan number {number}\n\nThe town council of Emberwick voted on Tuesday to approve plan "
        f"{number} for the old pier, which ends nine years of quarrel.\n"
    )


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A drop folder with two articles."""
    folder = tmp_path / "drop"
    folder.mkdir()
    for name, number in (("a.txt", 1), ("b.txt", 2)):
        (folder / name).write_text(article(number))
    return folder


def run(drop: Path, day: date = MONDAY, *, path: str = "drop", removes_missing: bool = False) -> BatchResult:
    made = replace(make_test_run(drop.parent / "lake"), removes_missing=removes_missing)
    return ingest_batch(Batch(Source("drop", path), day, drop.parent), made)


def titles(drop: Path) -> list[tuple[object, ...]]:
    query = "SELECT logical_date, right(title, 1), uri FROM 'LAKE/documents/**/*.parquet' ORDER BY ALL"
    return [(day, int(str(number)), uri) for day, number, uri in ask(drop.parent / "lake", query)]


def check_sums(drop: Path) -> None:
    lake = drop.parent / "lake"
    assert check_lake(make_test_run(lake).lake) == []
    count = "SELECT (SELECT count(*) FROM 'LAKE/{}/**/*.parquet')"
    rows = [ask(lake, count.format(table))[0][0] for table in ("documents", "duplicates", "quarantine")]
    assert ask(lake, "SELECT sum(records) FROM 'LAKE/receipts/**/*.parquet'") == [(sum(map(int, map(str, rows))),)]


def test_an_emptied_drop_folder_keeps_what_came_from_it(drop: Path) -> None:
    run(drop)
    for path in drop.iterdir():
        path.unlink()
    (drop / "c.txt").write_text(article(3))
    result = run(drop)
    assert result.changes == {"added": 1, "changed": 0, "removed": 0, "kept": 2}
    assert titles(drop) == [(MONDAY, 1, "drop/a.txt"), (MONDAY, 2, "drop/b.txt"), (MONDAY, 3, "drop/c.txt")]
    check_sums(drop)
    before = hash_lake(drop.parent / "lake")
    assert run(drop).state == "unchanged"
    assert hash_lake(drop.parent / "lake") == before


def test_a_day_that_is_partly_archived_keeps_the_rest(drop: Path) -> None:
    drop.rename(drop.parent / str(MONDAY))
    folder = drop.parent / str(MONDAY)
    run(drop, path="{date}/*.txt")
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text(article(4))
    result = run(drop, path="{date}/*.txt")
    assert result.changes == {"added": 0, "changed": 1, "removed": 0, "kept": 1}
    assert [row[1] for row in titles(drop)] == [1, 4]
    check_sums(drop)


def test_missing_documents_are_removed_on_request(drop: Path) -> None:
    run(drop)
    (drop / "a.txt").unlink()
    assert run(drop).state == "unchanged"
    result = run(drop, removes_missing=True)
    assert result.changes == {"added": 0, "changed": 0, "removed": 1, "kept": 0}
    assert [row[1] for row in titles(drop)] == [2]
    (drop / "b.txt").unlink()
    with pytest.raises(PlanError, match="Nothing was done"):
        run(drop, removes_missing=True)
    assert [row[1] for row in titles(drop)] == [2]
    check_sums(drop)


def test_a_file_that_was_moved_is_not_there_twice(drop: Path) -> None:
    run(drop)
    (drop / "done").mkdir()
    (drop / "a.txt").rename(drop / "done" / "a.txt")
    result = run(drop)
    assert result.changes == {"added": 0, "changed": 0, "removed": 0, "kept": 0}
    assert titles(drop) == [(MONDAY, 1, "drop/done/a.txt"), (MONDAY, 2, "drop/b.txt")]
    with pytest.raises(NothingNew):
        run(drop, TUESDAY)
    check_sums(drop)


def test_a_duplicate_of_a_file_that_is_gone_outlives_the_file_that_it_repeats(drop: Path) -> None:
    (drop / "c.txt").write_text(article(1))
    run(drop)
    assert ask(drop.parent / "lake", "SELECT uri FROM 'LAKE/duplicates/**/*.parquet'") == [("drop/c.txt",)]
    (drop / "c.txt").unlink()
    (drop / "a.txt").write_text(article(5))
    run(drop)
    assert titles(drop) == [(MONDAY, 1, "drop/c.txt"), (MONDAY, 2, "drop/b.txt"), (MONDAY, 5, "drop/a.txt")]
    check_sums(drop)


def test_what_was_quarantined_from_a_file_that_is_gone_stays(drop: Path) -> None:
    (drop / "bad.jsonl").write_text('{"title": "no text"}\n{"text": "' + "Words of a long enough story. " * 9 + '"}\n')
    first = run(drop)
    (drop / "bad.jsonl").unlink()
    (drop / "c.txt").write_text(article(3))
    second = run(drop)
    assert second.receipt["quarantined"] == first.receipt["quarantined"] == 1
    assert second.receipt["records"] == first.receipt["records"] + 1
    check_sums(drop)


@pytest.mark.parametrize("name", ["a.txt", "other.txt"])
def test_a_corrected_file_of_the_same_size_is_new(drop: Path, name: str) -> None:
    run(drop)
    (drop / name).write_text(article(7))
    assert run(drop, TUESDAY).receipt["published"] == 1
    assert [row[:2] for row in titles(drop)] == [(MONDAY, 1), (MONDAY, 2), (TUESDAY, 7)]
    check_sums(drop)


def test_a_name_that_returns_to_an_earlier_size_is_read(drop: Path) -> None:
    for day, number in ((MONDAY, 1), (TUESDAY, 11), (date(2026, 10, 7), 2), (date(2026, 10, 8), 1)):
        (drop / "b.txt").unlink(missing_ok=True)
        (drop / "a.txt").write_text(article(number))
        if day == date(2026, 10, 8):
            with pytest.raises(NothingNew):  # the very bytes of Monday
                run(drop, day)
        else:
            assert run(drop, day).receipt["published"] == 1
    assert [row[0] for row in titles(drop)] == [MONDAY, TUESDAY, date(2026, 10, 7)]


def test_an_earlier_day_keeps_its_documents_when_its_name_was_used_again(drop: Path) -> None:
    run(drop)
    (drop / "a.txt").write_text(article(7))
    run(drop, TUESDAY)
    (drop / "b.txt").write_text(article(8))
    result = run(drop, MONDAY)
    assert result.changes == {"added": 0, "changed": 1, "removed": 0, "kept": 1}
    assert [row[:2] for row in titles(drop)] == [(MONDAY, 1), (MONDAY, 8), (TUESDAY, 7)]
    check_sums(drop)


def test_the_same_text_of_another_publisher_is_a_document_of_its_own(drop: Path) -> None:
    for path in drop.iterdir():
        path.unlink()
    text = article(1)
    papers = ["north.example", "south.example", "south.example", "east.example"]
    rows = [
        {"title": f"Head of {at}", "publisher": paper, "url": f"https://{paper}/{at}", "id": str(at), "text": text}
        for at, paper in enumerate(papers)
    ]
    (drop / "wire.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run(drop)
    lake = drop.parent / "lake"
    kept = ask(lake, "SELECT publisher, title, url FROM 'LAKE/documents/**/*.parquet' ORDER BY 1")
    assert [row[0] for row in kept] == ["east.example", "north.example", "south.example"]
    assert ask(lake, "SELECT uri, record_id, publisher, title, url, reason FROM 'LAKE/duplicates/**/*.parquet'") == [
        ("drop/wire.jsonl#2", "2", "south.example", "Head of 2", "https://south.example/2", "same_batch")
    ]
    check_sums(drop)
