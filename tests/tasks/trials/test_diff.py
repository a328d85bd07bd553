"""What a trial says a run would change is what the run then changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from builders.lakes import DAY, ask, hash_lake, make_lake, make_test_run

import tasks.rules.match as matching
from flows.batches.replay import preview_batch
from flows.batches.run import Batch
from tasks.batch import Source
from tasks.rules import load_rules
from tasks.trials.diff import Differences, count_changes

pytestmark = pytest.mark.slow

Fates = dict[tuple[str, int], str]


@pytest.fixture(scope="module")
def made(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of the text files of seeds/, and the files."""
    root = tmp_path_factory.mktemp("diff")
    for path in (project / "seeds").glob("*.txt"):
        (root / "in").mkdir(exist_ok=True)
        shutil.copy(path, root / "in")
    assert make_lake(root, "in", root / "lake").state == "published"
    return root


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    for name in ("in", "lake", ".lake-store"):
        shutil.copytree(made / name, tmp_path / name, symlinks=True)
    return tmp_path


@pytest.fixture
def fewer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's rules: no more "Most Popular", and the questions of an interview go."""
    kept = tuple(rule for rule in load_rules() if rule.family not in ("most-popular", "share"))
    (model,) = [rule for rule in load_rules() if rule.id == "copyright.any"]
    odd = model.__class__(
        **{**vars(model), "id": "related.odd", "family": "related", "pattern": "(?:and what|what did).*", "lines": ()}
    )
    monkeypatch.setattr(matching, "load_rules", lambda: (*kept, odd))


def preview(root: Path, examples: int = 5, *, removes_missing: bool = False) -> Differences:
    run = replace(make_test_run(root / "lake"), removes_missing=removes_missing)
    return preview_batch(Batch(Source("s", "in"), DAY, root), run, examples)


def read_fates(lake: Path) -> Fates:
    """What became of every line that is not in the text."""
    rows = ask(
        lake, "SELECT doc_id, line, CASE WHEN removed THEN 'removed' ELSE 'apart' END FROM 'LAKE/lines/**/*.parquet'"
    )
    return {(doc_id, line): fate for doc_id, line, fate in rows}


def test_no_change_is_reported_as_no_change(place: Path) -> None:
    found = preview(place)
    assert set(found.documents["change"]) == {"same"}
    assert found.documents.height > 10
    assert found.lines.is_empty()
    assert found.examples == ()


@pytest.mark.usefixtures("fewer_rules")
def test_the_preview_is_what_a_run_then_does(place: Path) -> None:
    before, files = read_fates(place / "lake"), hash_lake(place / "lake")
    found = preview(place)
    assert hash_lake(place / "lake") == files
    assert [path for path in (place / ".lake-store" / "staging").iterdir() if path.is_dir()] == []
    make_lake(place, "in", place / "lake", is_forced=True)
    after = read_fates(place / "lake")
    told = {(row["doc_id"], row["line"]): (row["before"], row["after"]) for row in found.lines.iter_rows(named=True)}
    done = {
        key: (before.get(key, "text"), after.get(key, "text"))
        for key in before.keys() | after.keys()
        if before.get(key, "text") != after.get(key, "text")
    }
    assert told == done
    assert ("text", "removed") in told.values()
    assert ("removed", "text") in told.values()
    changed = found.documents.filter(pl.col("change") == "changed")
    assert set(changed["doc_id"]) >= {doc_id for doc_id, _ in done}
    assert changed["chars_won"].sum() == found.lines.filter(pl.col("before") == "removed")["text"].str.len_chars().sum()


@pytest.mark.usefixtures("fewer_rules")
def test_the_worst_comes_first_with_its_lines(place: Path) -> None:
    found = preview(place, examples=2)
    worst = found.examples[0]
    assert worst.uri == "in/lighthouse-keeper.en.txt"
    assert "-What did you do all day?" in worst.diff
    assert len(found.examples) == 2
    counted = count_changes(found.lines)
    row = counted.row(0, named=True)
    assert (row["rule"], row["lines_lost"]) == ("related.odd", 4)
    assert counted["lines_won"].sum() > 5


def test_documents_come_go_and_are_stopped(place: Path) -> None:
    (place / "in" / "carillon.de.txt").unlink()
    (place / "in" / "strait-cup.en.txt").write_text("Share\n\nMost Popular\n")
    with (place / "in" / "half-bridge.ja.txt").open("a", encoding="utf-8") as file:
        file.write("\n訂正:橋は来年の春に完成する予定です。\n")
    whole = (place / "in" / "night-train.en.txt").read_bytes()
    (place / "in" / "new.txt").write_bytes(whole.replace(b"train", b"sledge"))
    found = preview(place, removes_missing=True)
    fates = dict(found.documents.select("uri", "change").iter_rows())
    assert fates["in/carillon.de.txt"] == "removed"
    # Nothing would be left of its new text.
    assert fates["in/strait-cup.en.txt"] == "quarantined"
    assert fates["in/half-bridge.ja.txt"] == "revised"
    assert fates["in/new.txt"] == "new"
    assert fates["in/night-train.en.txt"] == "same"
    (example,) = found.examples
    assert (example.change, [line for line in example.diff if line[0] in "+-"]) == (
        "revised",
        ["+訂正:橋は来年の春に完成する予定です。"],
    )


def test_a_document_that_would_be_stopped_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import suites

    rows = tuple(
        replace(row, on_failure="quarantine", low=9_000) if row.reason == "text_short" else row
        for row in suites.load_suite("documents")
    )
    read = suites.load_suite
    monkeypatch.setattr(suites, "load_suite", lambda name: rows if name == "documents" else read(name))
    found = preview(place)
    assert found.blocked_by == ("text_short",)
    assert set(found.documents["change"]) == {"quarantined"}


def test_documents_of_files_that_are_gone_stay_in_the_preview_too(place: Path) -> None:
    (place / "in" / "carillon.de.txt").unlink()
    found = preview(place)
    assert dict(found.documents.select("uri", "change").iter_rows())["in/carillon.de.txt"] == "same"
    assert set(found.documents["change"]) == {"same"}
