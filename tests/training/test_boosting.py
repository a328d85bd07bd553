"""LightGBM's trees as tables of whole numbers: the same answers as LightGBM's own."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="LightGBM or libgomp is not installed", exc_type=(ImportError, OSError))

from tasks.pages.weights import UNIT, Tree, add_scores
from training.boosting import Recipe, convert_booster, convert_tree, fit_booster

LINES, PAGES = 600, 30
PAGE = np.repeat(np.arange(PAGES), LINES // PAGES)
ALL = Recipe(trees=80, feature_share=1.0)


def draw_features(seed: int, low: int, high: int) -> dict[str, np.ndarray]:
    draw = np.random.Generator(np.random.PCG64(seed))
    return {name: draw.integers(low, high, LINES) for name in ("a", "b", "c")}


@pytest.mark.parametrize("leaves", [2, 4, 6, 9])
def test_scores_are_those_of_the_library(leaves: int) -> None:
    features = draw_features(0, -25, 25)
    truth = (features["a"] > -4) & (features["b"] < 5) | (features["c"] > 20)
    booster = fit_booster(features, truth, np.linspace(0.5, 2, LINES), PAGE, Recipe(trees=60, leaves=leaves))
    ensemble = convert_booster(booster)
    assert len(ensemble.trees) == 60
    for unseen in (features, draw_features(1, -25, 25), draw_features(2, -3, 3), draw_features(3, -9000, 9000)):
        own = UNIT * booster.predict(np.column_stack(list(unseen.values())), raw_score=True)
        assert np.abs(add_scores(ensemble, unseen) - own).max() <= len(ensemble.trees) / 2  # half a unit per tree


def test_training_learns_and_repeats_itself() -> None:
    features = draw_features(0, 0, 50)
    truth = (features["a"] > 20) & (features["b"] < 30)
    first, again = (convert_booster(fit_booster(features, truth, np.ones(LINES), PAGE, ALL)) for _ in range(2))
    assert first == again
    assert ((add_scores(first, features) > 0) == truth).mean() > 0.95


def test_tree_becomes_a_table_of_all_answers() -> None:
    low = {
        "split_feature": 0,
        "threshold": -1.5,
        "left_child": {"leaf_value": 0.001},
        "right_child": {"leaf_value": 0.02},
    }
    root = {"split_feature": 1, "threshold": 3.5, "left_child": low, "right_child": {"leaf_value": -0.3}}
    assert convert_tree(root, ["a", "b"]) == Tree((("b", 3), ("a", -2)), (1, -300, 20, -300))
    assert convert_tree({"leaf_value": 0.5}, ["a"]) == Tree((), (500,))
