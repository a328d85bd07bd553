"""Trains the page model on a labelled folder, measures it on publishers it has not seen, and writes its weights.

    make train FOLDER=... [OUT=weights.json]

The figures come from five folds by publisher; the weights written are trained on all pages. The same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tasks.pages.cuts import choose_lines, mark_page_cuts
from tasks.pages.features import PageLines, make_features
from tasks.pages.headline import describe_candidates, find_candidates, find_headline
from tasks.pages.page_detection import detect_pages
from tasks.pages.spans import Bools, Ints
from tasks.pages.standfirst import LEAST_SCORE, describe_standfirsts
from tasks.pages.weights import WEIGHTS, PageModel, TreeEnsemble, add_scores
from training.boosting import Floats, Recipe, convert_booster, fit_booster
from training.figures import measure_pages, table_figures
from training.labelled import UNTRAINED, read_labelled

FOLDS = 5
RENDERING = "naive"
RECIPE = Recipe()
HEADLINE_TREES = 120
STANDFIRST_TREES, STANDFIRST_RATE = 240, 0.02


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the folder, trains, measures and writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="holds texts/naive.jsonl.gz and pages/")
    options.add_argument("--out", type=Path, default=WEIGHTS)
    options.add_argument("--sources", default="fundus,shub", help="sources of the pages that the figures are for")
    chosen = options.parse_args(arguments)
    try:
        pages, lines = read_labelled(chosen.folder, RENDERING)
    except FileNotFoundError as error:
        options.error(str(error))
    scored = cross_validate(pages, lines).filter(pl.col("source").is_in(chosen.sources.split(",")))
    table = table_figures(scored)
    for name, row in table.items():
        print(name, row)
    figures = {"cross_validated_by_publisher": table, "pages_trained_on": pages.height}
    write_weights(chosen.out, train_model(lines), {"recipe": asdict(RECIPE), "figures": figures})


def cross_validate(pages: pl.DataFrame, lines: pl.DataFrame, recipe: Recipe = RECIPE) -> pl.DataFrame:
    """The figures of every page, one row per page, each from a model that has seen no page of its publisher."""
    fold = pages["publisher"].map_elements(choose_fold, return_dtype=pl.Int64)
    line_fold = fold.gather(lines["doc"])
    judged = []
    for number in range(FOLDS):
        model = train_model(lines.filter(line_fold != number), recipe)
        judged.append(mark_page_cuts(lines.filter(line_fold == number), model))
    return measure_pages(pages, pl.concat(judged).sort("doc", "line"))


def choose_fold(publisher: str) -> int:
    """The fold of a publisher: from its name, so that new pages move no publisher to another fold."""
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % FOLDS


def train_model(lines: pl.DataFrame, recipe: Recipe = RECIPE) -> PageModel:
    """The model trained on labelled lines of pages; documents that `detect_pages` takes for articles are left out."""
    lines = lines.filter(detect_pages(lines))
    page = make_features(lines)
    doc = lines["doc"].cast(pl.Int64).to_numpy()
    usable = ~lines["label"].is_in(UNTRAINED).to_numpy()
    good = lines["is_good"].to_numpy()
    weight = weight_lines(doc, usable & good)
    picked = {name: values[usable] for name, values in page.features.items()}
    boilerplate = convert_booster(fit_booster(picked, ~good[usable], weight[usable], doc[usable], recipe))
    score = add_scores(boilerplate, page.features)
    headline = train_headline(page, score, recipe)
    return PageModel(boilerplate, headline, train_standfirst(page, score, headline, recipe))


def weight_lines(doc: Ints, good: Bools) -> Floats:
    """The weight of each line, 1 on average: a line of a long article weighs less than one of a short article."""
    article_lines = np.maximum(np.bincount(doc, good)[doc], 3)
    weight = article_lines**-0.25
    return np.asarray(weight / weight.mean())


def train_headline(page: PageLines, score: Ints, recipe: Recipe) -> TreeEnsemble:
    """The score that separates a page's headline from other lines near its top."""
    kept = choose_lines(page, score)
    chosen, distance = find_candidates(page, kept)
    described = describe_candidates(page, score, kept, chosen, distance)
    is_title = (page.lines["label"] == "title").to_numpy()[chosen]
    doc = page.lines["doc"].cast(pl.Int64).to_numpy()[chosen]
    shorter = replace(recipe, trees=HEADLINE_TREES)
    return convert_booster(fit_booster(described, is_title, np.ones(len(doc)), doc, shorter))


def train_standfirst(page: PageLines, score: Ints, headline: TreeEnsemble, recipe: Recipe) -> TreeEnsemble:
    """The score that separates a page's standfirst from its first paragraphs, on pages of sources that label standfirsts."""
    kept = choose_lines(page, score)
    chosen, described = describe_standfirsts(page, find_headline(page, score, kept, headline), kept)
    is_standfirst = page.lines["label"] == "standfirst"
    labelled = (
        page.lines["source"].is_in(page.lines.filter(is_standfirst)["source"].unique().implode()).to_numpy()[chosen]
    )
    if not labelled.any():
        return TreeEnsemble(LEAST_SCORE - 1, ())  # no page has one
    described = {name: values[labelled] for name, values in described.items()}
    doc = page.lines["doc"].cast(pl.Int64).to_numpy()[chosen][labelled]
    slower = replace(recipe, trees=STANDFIRST_TREES, rate=STANDFIRST_RATE)
    return convert_booster(
        fit_booster(described, is_standfirst.to_numpy()[chosen][labelled], np.ones(len(doc)), doc, slower)
    )


def write_weights(path: Path, model: PageModel, head: dict[str, Any]) -> None:
    """Writes a weights file, one line per tree, after what `head` says of the training."""
    parts = [f'"{name}": {json.dumps(value, indent=1, ensure_ascii=False)}' for name, value in head.items()]
    for name, ensemble in (
        ("boilerplate", model.boilerplate),
        ("headline", model.headline),
        ("standfirst", model.standfirst),
    ):
        rows = ",\n".join(json.dumps([tree.questions, tree.values], ensure_ascii=False) for tree in ensemble.trees)
        parts.append(f'"{name}": {{"base": {ensemble.base}, "trees": [\n{rows}\n]}}')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
