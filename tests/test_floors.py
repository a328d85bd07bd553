"""Floors on real pages: what cleaning reaches there may rise, never fall. Skipped where the pages are not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders.lakes import ask, hash_lake, make_lake
from quality.pages import RENDERINGS

from tasks.batch import Limits

pytestmark = pytest.mark.bench

# Word F1 and line F1 that must be reached, and the gain in both over doing nothing on the same pages.
FLOORS = {
    "trafilatura_recall": ((0.945, 0.925), (0.008, 0.025)),
    "readability": ((0.952, 0.921), (0.010, 0.029)),
    "newspaper4k": ((0.949, 0.947), (0.002, 0.012)),
    "naive": ((0.949, 0.902), (0.303, 0.680)),
}
HARM = 0.0006  # share of gold words that may be missing from clean articles
REPEATS = 0.96  # share of repeated caption lines that must be gone


@pytest.fixture(scope="module")
def inputs(bench: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    subprocess.run(
        [sys.executable, str(bench / "make_inputs.py"), "--out", str(folder)], check=True, capture_output=True
    )
    return folder


def score(bench: Path, inputs: Path, name: str) -> str:
    """What the scorer prints of a lake made from one set."""
    outcome = make_lake(inputs, name, inputs / f"lake-{name}", name=name, limits=Limits(record_bytes=2**26))
    assert outcome.state == "published", outcome.blocked_by
    command = [sys.executable, str(bench / "score.py"), "--lake", str(inputs / f"lake-{name}"), "--set", name]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOORS)
def test_cleaning_reaches_its_floor(bench: Path, inputs: Path, project: Path, name: str) -> None:
    said = score(bench, inputs, name)
    found = re.search(r"all .*? F1 ([\d.]+)   line F1 ([\d.]+)", said)
    gains = re.findall(r"copydesk - nothing (?:word|line) F1 ([+-][\d.]+)", said)
    assert found, said
    floor, least = FLOORS[name]
    for reached, needed in zip((*found.groups(), *gains), (*floor, *least), strict=True):
        assert float(reached) >= needed, said
    # docs/quality.md compares with doing nothing on the same pages.
    nothing = re.search(r"on these (\d+) pages:(?s:.*?)\n +nothing .* ([\d.]+) +([\d.]+)\n", said)
    assert nothing, said
    row = f"| {RENDERINGS[name]} | {nothing[1]} | nothing done | {nothing[2]} / {nothing[3]} |"
    assert row in (project / "docs" / "quality.md").read_text(encoding="utf-8"), row
    if repeats := re.search(r"removed: (\d+)/(\d+)", said):
        assert int(repeats[1]) >= REPEATS * int(repeats[2]), said


def test_clean_articles_are_left_alone(bench: Path, inputs: Path) -> None:
    said = score(bench, inputs, "clean")
    found = re.search(r"harm: (\d+)/(\d+)", said)
    assert found, said
    assert int(found[1]) <= HARM * int(found[2]), said


@pytest.mark.slow
def test_real_dumps_in_mixed_encodings(bench: Path, tmp_path: Path) -> None:
    raw = bench / "data" / "dumps" / "horne_raw_cp1252"
    outcome = make_lake(raw.parent, raw.name, tmp_path / "lake", limits=Limits(shard_files=100))
    receipt = outcome.receipt
    assert receipt["records"] == 326 == receipt["published"] + receipt["duplicates"] + receipt["quarantined"]
    assert ask(
        tmp_path / "lake", "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE contains(text, chr(65533))"
    ) == [(0,)]
    before = hash_lake(tmp_path / "lake")
    make_lake(raw.parent, raw.name, tmp_path / "lake", limits=Limits(shard_files=100), is_forced=True)
    make_lake(raw.parent, raw.name, tmp_path / "two" / "lake", limits=Limits(shard_files=100), workers=2)
    assert hash_lake(tmp_path / "lake") == before == hash_lake(tmp_path / "two" / "lake")


def test_the_document_that_it_all_began_with(bench: Path, tmp_path: Path) -> None:
    folder = bench.parent / "seed"
    if not folder.is_dir():
        pytest.skip("the raw document is not here")
    make_lake(folder.parent, "seed", tmp_path / "lake")
    ((title, standfirst, authors, captions, text, language),) = ask(
        tmp_path / "lake",
        "SELECT title, standfirst, authors, captions, text, language FROM 'LAKE/documents/**/*.parquet'",
    )
    assert title
    assert standfirst
    assert len(authors) == 1
    assert [(bool(caption["credit"]), caption["copies"]) for caption in captions] == [(True, 2), (True, 1), (True, 1)]
    assert len(text.split("\n\n")) == 12
    assert language == "en"
    roles = ask(tmp_path / "lake", "SELECT role, removed, rule FROM 'LAKE/lines/**/*.parquet' ORDER BY line")
    assert [role for role, removed, _ in roles if not removed] == [
        "headline",
        "standfirst",
        "bio",
        "caption",
        "caption",
        "caption",
        "contributors",
    ]
    assert [(role, rule.split(".")[0]) for role, removed, rule in roles if removed] == [
        ("repeat", "repeat"),
        ("boilerplate", "most-popular"),
        ("boilerplate", "read-more"),
    ]
