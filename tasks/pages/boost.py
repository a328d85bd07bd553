"""Boosted oblivious trees on whole numbers: few questions, asked of every line alike, whose answers add up to a score.

All questions of one level of a tree are the same one ("is feature f above t?"), so a tree of depth 2 is a table of four
numbers, and scoring is a handful of comparisons over columns. The numbers are thousandths of a logit and are summed as
whole numbers: the same on every machine. (Friedman, Greedy function approximation, 2001; Kohavi's oblivious trees, 1994.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.pages.spans import Ints

Floats = npt.NDArray[np.float64]
Bins = npt.NDArray[np.uint8]

UNIT = 1000  # whole numbers a logit
BIN_COUNT = 48
SMOOTHING = 5.0  # added to the curvature of every leaf: small leaves say little


@dataclass(frozen=True)
class Tree:
    """Questions (feature, threshold) and the value of each combination of answers; bit i is set when question i says above."""

    questions: tuple[tuple[str, int], ...]
    values: tuple[int, ...]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: trees, questions a tree, learning rate, shares of features and pages a tree sees, seed."""

    trees: int = 250
    depth: int = 3
    rate: float = 0.08
    feature_share: float = 0.3
    page_share: float = 0.7
    seed: int = 1


def add_scores(trees: tuple[Tree, ...], base: int, features: dict[str, Ints]) -> Ints:
    """The score of each line: `base` and one value of each tree, in thousandths of a logit."""
    score = np.full(len(next(iter(features.values()))), base, dtype=np.int32)
    asked = {name for tree in trees for name, _ in tree.questions}
    narrow = {name: features[name].astype(np.int32) for name in asked}  # half the memory to read, the same answers
    for tree in trees:
        leaf = np.zeros(len(score), dtype=np.uint8)
        for bit, (name, threshold) in enumerate(tree.questions):
            leaf |= (narrow[name] > threshold).view(np.uint8) << np.uint8(bit)
        score += np.take(np.asarray(tree.values, dtype=np.int32), leaf)
    return score.astype(np.int64)


def cut_bins(values: Ints) -> Ints:
    """Thresholds that part a feature's values into at most BIN_COUNT bins of about equal size."""
    marks = np.quantile(values, np.linspace(0, 1, BIN_COUNT + 1)[1:-1], method="lower")
    return np.asarray(np.unique(marks), dtype=np.int64)


def train_trees(
    features: dict[str, Ints], is_boilerplate: npt.NDArray[np.bool_], weight: Floats, page: Ints, recipe: Recipe
) -> tuple[tuple[Tree, ...], int]:
    """Fits trees to labelled lines: the trees and the base score.

    `page`: the page of each line; a tree sees a share of the pages, drawn with the recipe's seed. Log loss, second order.
    """
    names = sorted(features)
    cuts = [cut_bins(features[name]) for name in names]
    bins = [
        np.searchsorted(cut, features[name], side="left").astype(np.uint8)
        for name, cut in zip(names, cuts, strict=True)
    ]
    usable = [at for at, cut in enumerate(cuts) if len(cut)]
    draw = np.random.Generator(np.random.PCG64(recipe.seed))
    goal = is_boilerplate.astype(np.float64)
    share = float(np.average(goal, weights=weight))
    base = round(UNIT * float(np.log(share / (1 - share))))
    score = np.full(len(goal), base / UNIT)
    pages = np.unique(page)
    trees = []
    for _ in range(recipe.trees):
        seen = draw.permutation(usable)[: max(1, round(recipe.feature_share * len(usable)))]
        chosen = draw.random(len(pages)) < recipe.page_share
        rows = np.flatnonzero(chosen[np.searchsorted(pages, page)])
        chance = 1 / (1 + np.exp(-score))
        slope, curve = weight * (goal - chance), weight * chance * (1 - chance)
        tree, leaf = grow_tree(names, cuts, bins, sorted(seen.tolist()), rows, slope, curve, recipe)
        score += np.asarray(tree.values)[leaf] / UNIT
        trees.append(tree)
    return tuple(trees), base


def grow_tree(
    names: list[str],
    cuts: list[Ints],
    bins: list[Bins],
    seen: list[int],
    rows: Ints,
    slope: Floats,
    curve: Floats,
    recipe: Recipe,
) -> tuple[Tree, Ints]:
    """One tree, and each line's leaf: at each level the question that lowers the loss most over all leaves together."""
    leaf = np.zeros(len(slope), dtype=np.int64)
    questions = []
    for level in range(recipe.depth):
        best = (-1.0, 0, 0)
        for at in seen:
            gains = split_gains(leaf[rows], 1 << level, bins[at][rows], len(cuts[at]) + 1, slope[rows], curve[rows])
            cut = int(np.argmax(gains))
            if gains[cut] > best[0] + 1e-9:
                best = (float(gains[cut]), at, cut)
        _, at, cut = best
        questions.append((names[at], int(cuts[at][cut])))
        leaf |= (bins[at] > cut).astype(np.int64) << level
    size = 1 << recipe.depth
    pull = np.bincount(leaf[rows], slope[rows], size)
    hold = np.bincount(leaf[rows], curve[rows], size) + SMOOTHING
    values = np.rint(UNIT * recipe.rate * pull / hold).astype(np.int64)
    return Tree(tuple(questions), tuple(values.tolist())), leaf


def split_gains(leaf: Ints, leaves: int, bins: Bins, bin_count: int, slope: Floats, curve: Floats) -> Floats:
    """How much each threshold of one feature would lower the loss, all leaves together."""
    key = leaf * bin_count + bins
    pull = np.bincount(key, slope, leaves * bin_count).reshape(leaves, bin_count).cumsum(axis=1)
    hold = np.bincount(key, curve, leaves * bin_count).reshape(leaves, bin_count).cumsum(axis=1)
    low = pull[:, :-1] ** 2 / (hold[:, :-1] + SMOOTHING)
    high = (pull[:, -1:] - pull[:, :-1]) ** 2 / (hold[:, -1:] - hold[:, :-1] + SMOOTHING)
    return np.asarray((low + high).sum(axis=0))
