"""Counting how often each rule is right: a small folder of labelled pages, and the file of counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest

from tasks.batch import Correction
from tasks.corrections import add_correction
from tasks.rules.precision import PrecisionCounts, load_precision
from training.made_pages import write_labelled
from training.precision import main, write_precision

PROSE = "The council voted on Monday to rebuild the old bridge over the Lark, and to keep the mill beside it."
CORRECTED: tuple[tuple[str, Literal["keep", "remove"]], ...] = (
    ("Read more: The miller's tale", "keep"),
    ("Read more: Ten mills", "remove"),
    (PROSE, "keep"),
)
LINES = [
    ("A bridge comes back", "title"),
    (PROSE, "body"),
    ("Read more: How the mill was saved", "other"),
    (PROSE.replace("Monday", "Tuesday"), "body"),
    ("Read more: Who paid for the mill", "body"),
    (PROSE.replace("Monday", "Friday"), "body"),
]


def test_small_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_labelled(tmp_path, "plain", [LINES])
    out = tmp_path / "counts.json"
    main([str(folder), "--name", "one page", "--sources", "made", "--out", str(out)])
    measured = load_precision(out)
    assert (measured.name, measured.pages) == ("one page", 1)
    assert measured.counts["read-more.en.title"] == {"en": (2, 1)}
    assert ": 1 pages, " in capsys.readouterr().out


def test_corrections_are_labels_too(tmp_path: Path) -> None:
    folder = write_labelled(tmp_path, "plain", [LINES])
    corrections = tmp_path / "corrections.toml"
    for line, action in CORRECTED:
        add_correction(corrections, Correction(line, action, "read by hand", publisher="courier.example"))
    out = tmp_path / "counts.json"
    main([str(folder), "--name", "x", "--sources", "made", "--out", str(out), "--corrections", str(corrections)])
    assert load_precision(out).counts["read-more.en.title"] == {"en": (2, 1), "unknown": (2, 1)}


def test_folder_without_texts_is_an_error_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--name", "none"])
    assert "give a folder that holds texts/ and pages/" in capsys.readouterr().err


def test_counts_are_written_and_read(tmp_path: Path) -> None:
    made = PrecisionCounts("a set", 3, {"b.en": {"en": (2, 1), "de": (1, 0)}, "a.en": {"en": (4, 0)}})
    write_precision(tmp_path / "p.json", made)
    assert load_precision(tmp_path / "p.json") == made
    assert list(json.loads((tmp_path / "p.json").read_text())["counts"]) == ["a.en", "b.en"]
