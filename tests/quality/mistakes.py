"""What is decided wrongly: lines that stay by their label, and lines of the article that are cut by what cut them."""

from __future__ import annotations

from collections import Counter

from training.labelled import UNSCORED

from quality.pages import Cleaned, LabelledText


def count_mistakes(texts: list[LabelledText], cleaned: dict[str, Cleaned]) -> tuple[Counter[str], Counter[str]]:
    """Lines that a reader should not get, by label; lines of articles that are missing, by the family of the rule."""
    stays: Counter[str] = Counter()
    cut: Counter[str] = Counter()
    for text in texts:
        found = cleaned[text.id]
        for at, line in enumerate(text.lines):
            if line.label in UNSCORED or line.is_good == (at in found.kept):
                continue
            if not line.is_good:
                stays[line.label] += 1
                continue
            row = found.lines.get(at)
            cut[name_cut(row["role"], row["rule"]) if row else "the whole document"] += 1
    return stays, cut


def name_cut(role: str | None, rule: str | None) -> str:
    """What took a line out of a text: the rule's family, or the role."""
    return (rule or role or "unknown").split(".")[0]
