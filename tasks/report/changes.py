"""What a run would change, as one HTML file: documents by fate, lines by rule and publisher, the worst cases line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from tasks.report.page import render
from tasks.report.wording import count
from tasks.trials.diff import FATES, Differences, count_changes

RULES_SHOWN = 200
LINES_SHOWN = 400  # of one document's diff
MARKS = {"-": "gone", "+": "come", "@": "skipped"}


def write_changes(source: str, day: date, differences: Differences, blocked_by: Sequence[str]) -> str:
    """The page on what a run of a batch would change. Text of articles is made safe where it is printed."""
    fates = Counter(differences.documents["fate"])
    counted = count_changes(differences.lines)
    examples = [
        (example, [(MARKS.get(line[:1], "kept"), line[1:]) for line in example.diff[:LINES_SHOWN]])
        for example in differences.examples
    ]
    return render(
        "changes.html",
        source=source,
        day=day,
        verdict=say_verdict(fates),
        blocked_by=", ".join(blocked_by),
        fates=[(fate, fates[fate]) for fate in FATES if fates[fate]],
        rules=list(counted.head(RULES_SHOWN).iter_rows()),
        left=max(0, counted.height - RULES_SHOWN),
        examples=examples,
    )


def say_verdict(fates: Counter[str]) -> str:
    """The whole page in a sentence."""
    moved = sum(many for fate, many in fates.items() if fate != "same")
    if not moved:
        return f"A run would change none of {count(fates['same'], 'document')}."
    return f"A run would change {count(moved, 'document')} of {fates.total():,}. Nothing has been published."
