"""What a run would change, as one HTML file: documents by change, lines by rule and publisher, the largest changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from tasks.report.page import render_template
from tasks.report.wording import format_count
from tasks.trials.diff import CHANGES, Differences, count_changes

RULES_SHOWN = 200
LINES_SHOWN = 400  # of one document's diff
MARKS = {"-": "removed", "+": "added", "@": "skipped"}


def write_changes(source: str, day: date, differences: Differences, blocked_by: Sequence[str]) -> str:
    """The page on what a run of a batch would change. The templates escape text of articles."""
    changes = Counter(differences.documents["change"])
    changed = changes.total() - changes["same"]
    summary = (
        f"A run would change {format_count(changed, 'document')} of {changes.total():,}. Nothing has been published."
    )
    counted = count_changes(differences.lines)
    return render_template(
        "changes.html",
        source=source,
        day=day,
        summary=summary if changed else f"A run would change none of {format_count(changes['same'], 'document')}.",
        blocked_by=", ".join(blocked_by),
        changes=[(change, changes[change]) for change in CHANGES if changes[change]],
        rules=list(counted.head(RULES_SHOWN).iter_rows()),
        left=max(0, counted.height - RULES_SHOWN),
        examples=[
            (example, [(MARKS.get(line[:1], "kept"), line[1:]) for line in example.diff[:LINES_SHOWN]])
            for example in differences.examples
        ],
    )
