"""The weights of the page model: how they add up, and what they must have been accepted with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders.articles import annotate_texts
from builders.pages import PAGE

from tasks.pages.features import make_features
from tasks.pages.weights import WEIGHTS, Tree, TreeEnsemble, add_scores, load_model, read_ensemble


def test_scores_add_up() -> None:
    trees = (Tree((("a", 1), ("b", 0)), (1, 20, 300, 4000)), Tree((("a", 5),), (-7, 7)))
    features = {"a": np.array([0, 2, 0, 9]), "b": np.array([0, 0, 1, 1])}
    assert add_scores(TreeEnsemble(100, trees), features).tolist() == [94, 113, 393, 4107]


def test_the_weights_ask_only_for_features_there_are() -> None:
    known = set(make_features(annotate_texts([PAGE])).features)
    assert {name for tree in load_model().boilerplate.trees for name, _ in tree.questions} <= known


def test_the_weights_say_with_which_figures_they_were_accepted() -> None:
    figures = json.loads(WEIGHTS.read_text(encoding="utf-8"))["figures"]["cross_validated_by_publisher"]
    assert figures["all"]["word_f1"] >= 0.915
    assert figures["all"]["word_f1"] - figures["other languages"]["word_f1"] <= 0.02


def test_missing_or_wrong_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make train"):
        load_model(tmp_path / "none.json")
    with pytest.raises(ValueError, match="whole number"):
        read_ensemble({"base": 1.5, "trees": []})
