"""Training the page model: on a few generated pages, and its figures on labelled pages where those are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("lightgbm", reason="LightGBM or libgomp is not installed", exc_type=(ImportError, OSError))

from builders.articles import annotate_texts

from tasks.pages.cuts import mark_page_cuts
from tasks.pages.weights import load_model
from training.figures import table_figures
from training.labelled import read_labelled
from training.made_pages import make_page, write_labelled
from training.train import cross_validate, main


def test_generated_pages_are_learned(tmp_path: Path) -> None:
    folder = write_labelled(tmp_path / "pages", "naive", [make_page(seed) for seed in range(20)])
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    for path in paths:
        main([str(folder), "--sources", "made", "--out", str(path)])
    assert paths[0].read_bytes() == paths[1].read_bytes()
    figures = json.loads(paths[0].read_text(encoding="utf-8"))["figures"]
    assert figures["pages_trained_on"] == 20
    assert figures["cross_validated_by_publisher"]["all"]["line_f1"] > 0.95
    unseen = make_page(1000)
    judged = mark_page_cuts(annotate_texts(["\n".join(text for text, _ in unseen)]), load_model(paths[0]))
    kept = judged.filter(~pl.col("page_cut") & ~pl.col("page_headline"))["text"].to_list()
    assert kept == [text for text, label in unseen if label == "body"]
    assert judged.filter("page_headline")["text"].to_list() == [text for text, label in unseen if label == "title"]


def test_folder_without_texts_is_an_error_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "give a folder that holds texts/ and pages/" in capsys.readouterr().err


@pytest.mark.bench
@pytest.mark.slow
def test_unseen_publishers_pages_are_read_well(bench: Path) -> None:
    pages, lines = read_labelled(bench, "naive")
    figures = table_figures(cross_validate(pages, lines).filter(pl.col("source").is_in(["fundus", "shub"])))
    assert figures["all"]["word_f1"] >= 0.915
    assert figures["all"]["line_f1"] >= 0.845
    assert figures["english"]["word_f1"] - figures["other languages"]["word_f1"] <= 0.02
