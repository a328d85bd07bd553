"""Trains the page model on a labelled folder, measures it on publishers it has not seen, and writes its weights.

    python -m tasks.training.train FOLDER [--out weights.json] [--sources fundus,shub]

The figures come from five folds by publisher; the weights written are trained on all pages. Same folder, same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from tasks.pages.boost import Floats, Recipe, add_scores, train_trees
from tasks.pages.features import make_features
from tasks.pages.headline import describe_candidates, find_candidates
from tasks.pages.judge import judge_pages, keep_article
from tasks.pages.page_detection import find_pages
from tasks.pages.spans import Bools, Ints, find_bounds
from tasks.pages.weights import WEIGHTS, Model, Score, write_model
from tasks.training.figures import measure_pages, table_figures
from tasks.training.labelled import UNTRAINED, read_labelled

FOLDS = 5
RENDERING = "naive"
RECIPE = Recipe()
HEADLINE_TREES = 60


def main() -> None:
    """Reads the folder, trains, measures and writes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="holds texts/naive.jsonl.gz and pages/")
    options.add_argument("--out", type=Path, default=WEIGHTS)
    options.add_argument("--sources", default="fundus,shub", help="sources of the pages that the figures are for")
    chosen = options.parse_args()
    pages, lines = read_labelled(chosen.folder, RENDERING)
    scored = cross_validate(pages, lines).filter(pl.col("source").is_in(chosen.sources.split(",")))
    figures = {"cross_validated_by_publisher": table_figures(scored), "pages_trained_on": pages.height}
    for name, row in table_figures(scored).items():
        print(name, row)
    write_model(chosen.out, train_model(lines), RECIPE, figures)


def cross_validate(pages: pl.DataFrame, lines: pl.DataFrame, recipe: Recipe = RECIPE) -> pl.DataFrame:
    """The figures of every page, each from a model that has seen no page of its publisher (a row a page)."""
    fold = pages["publisher"].map_elements(fold_of, return_dtype=pl.Int64)
    line_fold = fold.gather(lines["doc"])
    judged = []
    for number in range(FOLDS):
        model = train_model(lines.filter(line_fold != number), recipe)
        judged.append(judge_pages(lines.filter(line_fold == number), model))
    return measure_pages(pages, pl.concat(judged).sort("doc", "line"))


def fold_of(publisher: str) -> int:
    """The fold of a publisher: from its name, so that adding pages moves none."""
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % FOLDS


def train_model(lines: pl.DataFrame, recipe: Recipe = RECIPE) -> Model:
    """The model that labelled lines teach; pages that the gate takes for articles teach nothing."""
    lines = lines.filter(find_pages(lines))
    features = make_features(lines)
    doc = lines["doc"].cast(pl.Int64).to_numpy()
    usable = ~lines["label"].is_in(UNTRAINED).to_numpy()
    good = lines["is_good"].to_numpy()
    weight = weigh_pages(doc, usable & good)
    picked = {name: values[usable] for name, values in features.items()}
    trees, base = train_trees(picked, ~good[usable], weight[usable], doc[usable], recipe)
    return Model(Score(base, trees), train_headline(lines, features, add_scores(trees, base, features), recipe))


def weigh_pages(doc: Ints, good: Bools) -> Floats:
    """A weight for each line: long articles count for less than their lines, short ones for more; 1 on the whole."""
    held = np.maximum(np.bincount(doc, good)[doc], 3)
    weight = held**-0.25
    return np.asarray(weight / weight.mean())


def train_headline(lines: pl.DataFrame, features: dict[str, Ints], score: Ints, recipe: Recipe) -> Score:
    """The score that tells a page's headline from other lines near its top."""
    begin, end = find_bounds(lines["doc"].to_numpy())
    kept = keep_article(features, score, begin, end)
    candidates, distance = find_candidates(features, kept, begin)
    described = describe_candidates(lines, features, score, kept, candidates, distance, begin, end)
    is_title = (lines["label"] == "title").to_numpy()[candidates]
    doc = lines["doc"].cast(pl.Int64).to_numpy()[candidates]
    trees, base = train_trees(described, is_title, np.ones(len(doc)), doc, replace(recipe, trees=HEADLINE_TREES))
    return Score(base, trees)


if __name__ == "__main__":
    main()
