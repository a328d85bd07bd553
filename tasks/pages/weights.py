"""The page model: boosted trees on whole numbers, read from a data file, and the scores that they give to lines.

A tree asks every line the same few questions ("is feature f above t?") and has one value per combination of answers. Values are
thousandths of a logit and are summed as whole numbers, so scores are the same on every machine. (Friedman, Greedy function
approximation, 2001; oblivious trees: Kohavi, 1994.)
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.pages.spans import Ints

WEIGHTS = Path(__file__).with_name("weights.json")
UNIT = 1000  # score units per logit


@dataclass(frozen=True)
class Tree:
    """Up to 8 questions (feature, threshold), a value per combination of answers; bit i is set when question i says above."""

    questions: tuple[tuple[str, int], ...]
    values: tuple[int, ...]


@dataclass(frozen=True)
class TreeEnsemble:
    """One additive score: `base` plus one value per tree, in thousandths of a logit."""

    base: int
    trees: tuple[Tree, ...]


@dataclass(frozen=True)
class PageModel:
    """The scores of the page model: that a line is boilerplate, the page's headline, its standfirst."""

    boilerplate: TreeEnsemble
    headline: TreeEnsemble
    standfirst: TreeEnsemble


def add_scores(ensemble: TreeEnsemble, features: dict[str, Ints]) -> Ints:
    """The score of each line, in thousandths of a logit. `features` has one value per line in each array."""
    score = np.full(len(next(iter(features.values()))), ensemble.base, dtype=np.int32)
    asked = {name for tree in ensemble.trees for name, _ in tree.questions}
    narrow = {name: features[name].astype(np.int32) for name in asked}  # half the memory to read, the same answers
    for tree in ensemble.trees:
        leaf = np.zeros(len(score), dtype=np.uint8)
        for bit, (name, threshold) in enumerate(tree.questions):
            leaf |= (narrow[name] > threshold).view(np.uint8) << np.uint8(bit)
        score += np.take(np.asarray(tree.values, dtype=np.int32), leaf)
    return score.astype(np.int64)


@cache
def load_model(path: Path = WEIGHTS) -> PageModel:
    """The model in a weights file. Raises FileNotFoundError where there is none."""
    if not path.is_file():
        raise FileNotFoundError(f"no weights at {path}: install copydesk again or run `make train FOLDER=...`")
    content = json.loads(path.read_text(encoding="utf-8"))
    return PageModel(**{name: read_ensemble(content[name]) for name in ("boilerplate", "headline", "standfirst")})


def read_ensemble(content: dict[str, object]) -> TreeEnsemble:
    """One ensemble from the file: a tree is [[[feature, threshold], ...], [value, ...]]. Raises ValueError."""
    trees = content["trees"]
    base = content["base"]
    if not isinstance(trees, list) or not isinstance(base, int):
        raise ValueError("weights: each score needs a whole number `base` and a list `trees`")
    return TreeEnsemble(
        base, tuple(Tree(tuple((str(n), int(t)) for n, t in asked), tuple(values)) for asked, values in trees)
    )
