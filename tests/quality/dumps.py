"""How dumps of scraped text are read: lines that a person labelled, and titles given to texts that have none."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from training.figures import compute_f1
from training.labelled import find_data, read_json_lines

from quality.fields import fold
from quality.lines import CHOICES
from quality.pages import Cleaned, LabelledText, Line

KEEP = ("body", "subhead", "update_or_correction", "standfirst_bullet")
UNSCORED = ("ambiguous", "embedded_tweet", "pull_quote", "title", "date")


@dataclass(frozen=True)
class LineCounts:
    """Scored lines of all dumps together: kept rightly, kept wrongly, cut wrongly."""

    right: int
    wrongly_kept: int
    wrongly_cut: int

    @property
    def f1(self) -> float:
        """F1 of the kept lines."""
        return compute_f1(self.right, self.right + self.wrongly_kept, self.right + self.wrongly_cut)


def read_labelled_dumps(folder: Path) -> list[LabelledText]:
    """The dumps whose every line has a label: `hand/*.jsonl` (id, lines, labels) of a labelled folder; [] without any."""
    found = []
    for path in sorted((find_data(folder) / "hand").glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            pairs = zip(row["lines"], row["labels"], strict=True)
            found.append(LabelledText(row["id"], tuple(Line(text, label, label in KEEP) for text, label in pairs)))
    return found


def count_lines(dumps: list[LabelledText], cleaned: dict[str, Cleaned]) -> dict[str, LineCounts]:
    """The counts of copydesk and of other ways to choose lines."""
    kept = {dump.id: cleaned[dump.id].kept for dump in dumps}
    counts = {"copydesk": count_choice(dumps, kept)}
    for name in ("nothing done", "line rules like C4's"):
        chosen = {dump.id: {at for at, line in enumerate(dump.lines) if CHOICES[name](line)} for dump in dumps}
        counts[name] = count_choice(dumps, chosen)
    return counts


def count_choice(dumps: list[LabelledText], kept: dict[str, set[int]]) -> LineCounts:
    """The counts of one choice."""
    pairs = Counter(
        (line.is_good, at in kept[dump.id])
        for dump in dumps
        for at, line in enumerate(dump.lines)
        if line.label not in UNSCORED
    )
    return LineCounts(pairs[True, True], pairs[False, True], pairs[True, False])


def read_dumps(folder: Path) -> list[LabelledText]:
    """Dumps with a known title: `dumps/*.jsonl.gz` (id, title, text) of a labelled folder; [] without any."""
    return [
        LabelledText(row["id"], tuple(Line(line, "unknown", False) for line in row["text"].split("\n")), row)
        for path in sorted((find_data(folder) / "dumps").glob("*.jsonl.gz"))
        for row in read_json_lines(path)
    ]


def find_untitled(dumps: list[LabelledText]) -> list[LabelledText]:
    """The dumps whose known title, of three words or more, stands in no line: any title they get is false."""
    return [dump for dump in dumps if len(fold(dump.gold.get("title")).split()) > 2 and not has_title_line(dump)]


def has_title_line(dump: LabelledText) -> bool:
    """Whether a line says the title: equal, one is part of the other, or six of ten words are shared."""
    title = fold(dump.gold["title"])
    words = set(title.split())
    for line in (fold(line.text) for line in dump.lines):
        own = set(line.split())
        is_part = len(line) >= 12 and line in title
        holds = len(title) >= 12 and title in line and len(line) < 2 * len(title) + 20
        if line == title or is_part or holds or 2 * len(words & own) >= 1.2 * (len(words) + len(own)):
            return True
    return False
