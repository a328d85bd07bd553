"""What a run would change, as one HTML file: documents by change, lines by rule and publisher, the worst cases line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from tasks.report.page import render
from tasks.report.wording import count
from tasks.trials.diff import CHANGES, Differences, count_changes

RULES_SHOWN = 200
LINES_SHOWN = 400  # of one document's diff
MARKS = {"-": "gone", "+": "come", "@": "skipped"}


def write_changes(source: str, day: date, differences: Differences, blocked_by: Sequence[str]) -> str:
    """The page on what a run of a batch would change. Text of articles is made safe where it is printed."""
    changes = Counter(differences.documents["change"])
    counted = count_changes(differences.lines)
    examples = [
        (example, [(MARKS.get(line[:1], "kept"), line[1:]) for line in example.diff[:LINES_SHOWN]])
        for example in differences.examples
    ]
    return render(
        "changes.html",
        source=source,
        day=day,
        verdict=say_verdict(changes),
        blocked_by=", ".join(blocked_by),
        changes=[(change, changes[change]) for change in CHANGES if changes[change]],
        rules=list(counted.head(RULES_SHOWN).iter_rows()),
        left=max(0, counted.height - RULES_SHOWN),
        examples=examples,
    )


def say_verdict(changes: Counter[str]) -> str:
    """The whole page in a sentence."""
    moved = changes.total() - changes["same"]
    if not moved:
        return f"A run would change none of {count(changes['same'], 'document')}."
    return f"A run would change {count(moved, 'document')} of {changes.total():,}. Nothing has been published."
