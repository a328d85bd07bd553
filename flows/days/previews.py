"""What a backfill would change: some of its days previewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.batches.preview import preview_batch
from flows.batches.run import Run
from flows.days.states import Day
from flows.exit_codes import EXPECTED
from tasks.trials.diff import CHANGES

MOST_SAMPLES = 3


def preview_days(days: Sequence[Day], run: Run) -> list[dict[str, str]]:
    """Previews up to MOST_SAMPLES of the days that the lake has, spread over the range: a row per day.

    Nothing is published. `copydesk diff` shows a whole day.
    """
    known = [day for day in days if day.records is not None]
    step = max(1, -(-len(known) // MOST_SAMPLES))
    return [preview_day(day, run) for day in known[::step]]


def preview_day(day: Day, run: Run) -> dict[str, str]:
    """What a run of one day would change, as a row of a table."""
    row = {"date": str(day.batch.logical_date), "source": day.batch.source.name}
    try:
        found = preview_batch(day.batch, run, examples=0)
    except EXPECTED as error:
        return {**row, "outcome": str(error)}
    counts = Counter(found.differences.documents["change"])
    documents = found.differences.documents.filter(found.differences.documents["change"] == "changed")
    blocked = ", ".join(found.blocked_by)
    return {
        **row,
        "outcome": f"the audit would block it: {blocked}" if blocked else "would be published",
        **{state: f"{counts[state]:,}" for state in CHANGES},
        "body lines removed": f"{documents['lines_lost'].sum():,}",
        "lines kept again": f"{documents['lines_won'].sum():,}",
        "for example": " ".join(documents["doc_id"].sort().head(2)),
    }
