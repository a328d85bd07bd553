"""The page model's weights: a data file that says what it asks, how it was trained and with which figures it was accepted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from tasks.pages.boost import Recipe, Tree

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Score:
    """One additive score: `base` plus one value of each tree, in thousandths of a logit."""

    base: int
    trees: tuple[Tree, ...]


@dataclass(frozen=True)
class Model:
    """The two scores of the page model: that a line is boilerplate, and that a line is the page's headline."""

    boilerplate: Score
    headline: Score


@cache
def load_model(path: Path = WEIGHTS) -> Model:
    """The model in a weights file. Raises FileNotFoundError where there is none."""
    if not path.is_file():
        raise FileNotFoundError(f"no weights at {path}: train them with `python -m tasks.training.train FOLDER`")
    content = json.loads(path.read_text(encoding="utf-8"))
    return Model(**{name: read_score(content[name]) for name in ("boilerplate", "headline")})


def hash_weights() -> bytes:
    """Digest of the shipped weights, for the version of the rules."""
    return hashlib.sha256(WEIGHTS.read_bytes()).digest()


def read_score(content: dict[str, object]) -> Score:
    """One score as it stands in the file: a tree is [[[feature, threshold], ...], [value, ...]]."""
    trees = content["trees"]
    base = content["base"]
    if not isinstance(trees, list) or not isinstance(base, int):
        raise ValueError("weights: each score needs a whole number `base` and a list `trees`")
    return Score(base, tuple(Tree(tuple((str(n), int(t)) for n, t in asked), tuple(values)) for asked, values in trees))


def write_model(path: Path, model: Model, recipe: Recipe, figures: dict[str, object]) -> None:
    """Writes a weights file, one tree a line."""
    head = {"recipe": asdict(recipe), "figures": figures}
    parts = [f'"{name}": {json.dumps(value, indent=1, ensure_ascii=False)}' for name, value in head.items()]
    for name in ("boilerplate", "headline"):
        score: Score = getattr(model, name)
        rows = ",\n".join(json.dumps([tree.questions, tree.values], ensure_ascii=False) for tree in score.trees)
        parts.append(f'"{name}": {{"base": {score.base}, "trees": [\n{rows}\n]}}')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
