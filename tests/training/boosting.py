"""LightGBM's boosted trees, converted to the whole-number ensembles that copydesk scores lines with.

A tree with n leaves asks n - 1 questions. Asked of every line, they give a table of 2 ** (n - 1) values with the same answers, so
the conversion loses only the rounding of each value to a thousandth of a logit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from tasks.pages.spans import Bools, Ints
from tasks.pages.weights import UNIT, Tree, TreeEnsemble

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: trees, leaves per tree, learning rate, shares of features and pages per tree."""

    trees: int = 500
    leaves: int = 4
    rate: float = 0.04
    feature_share: float = 0.3
    page_share: float = 0.7
    smoothing: float = 5.0  # L2 penalty on leaf values: small leaves count for little
    seed: int = 1


def fit_booster(
    features: dict[str, Ints], is_positive: Bools, weight: Floats, page: Ints, recipe: Recipe
) -> lightgbm.Booster:
    """Fits trees to labelled lines with log loss. The same input gives the same trees.

    One value per line in each array, sorted by `page`, the number of the line's page. Each tree sees a share of the pages.
    """
    data = lightgbm.Dataset(
        np.column_stack(list(features.values())).astype(np.float64),
        label=is_positive,
        weight=weight,
        group=np.unique(page, return_counts=True)[1],
        feature_name=list(features),
    )
    options = {
        "objective": "binary",
        "num_leaves": recipe.leaves,
        "learning_rate": recipe.rate,
        "feature_fraction": recipe.feature_share,
        "bagging_fraction": recipe.page_share,
        "lambda_l2": recipe.smoothing,
        "bagging_freq": 1,
        "bagging_by_query": True,  # draws whole pages: the lines of one page are alike
        "seed": recipe.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(options, data, recipe.trees)


def convert_booster(booster: lightgbm.Booster) -> TreeEnsemble:
    """The ensemble with the same answers. LightGBM adds the base score to the values of the first tree."""
    model = booster.dump_model()
    return TreeEnsemble(
        0, tuple(convert_tree(tree["tree_structure"], model["feature_names"]) for tree in model["tree_info"])
    )


def convert_tree(root: dict[str, Any], names: list[str]) -> Tree:
    """One tree of LightGBM's dump as a table: the value that each combination of answers leads to."""
    questions = list(dict.fromkeys(find_questions(root, names)))

    def find_value(answers: int) -> int:
        node = root
        while "split_feature" in node:
            is_above = answers >> questions.index(read_question(node, names)) & 1
            node = node["right_child" if is_above else "left_child"]
        return round(UNIT * node["leaf_value"])

    return Tree(tuple(questions), tuple(find_value(answers) for answers in range(1 << len(questions))))


def find_questions(node: dict[str, Any], names: list[str]) -> list[tuple[str, int]]:
    """The questions of a node and of those below it."""
    if "split_feature" not in node:
        return []
    below = [find_questions(node[side], names) for side in ("left_child", "right_child")]
    return [read_question(node, names), *below[0], *below[1]]


def read_question(node: dict[str, Any], names: list[str]) -> tuple[str, int]:
    """Feature and threshold of a node; features are whole numbers, so a threshold between two is the lower one."""
    return names[node["split_feature"]], math.floor(node["threshold"])
