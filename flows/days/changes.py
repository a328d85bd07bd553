"""What a run would change: some of the days built and judged as a run would, compared with the lake, and thrown away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.batches.trial import dry_run
from flows.days.day_run import NoCounter
from flows.days.survey import Day
from flows.errors import EXPECTED
from flows.settings import Settings, make_limits
from flows.workers.cluster_map import map_shards
from tasks.trials.diff import CHANGES

MOST_SAMPLES = 3


class NoWatcher:
    """Is told how a run gets on, and keeps it to itself."""

    def step(self, name: str) -> None: ...
    def wait(self, message: str) -> None: ...


def sample_changes(days: Sequence[Day], settings: Settings, most: int = MOST_SAMPLES) -> list[dict[str, str]]:
    """For up to `most` of the days that the lake has: what a run would make of their documents and lines, a row a day.

    The days are spread over the range. Nothing is published. `copydesk diff` shows one day whole.
    """
    known = [day for day in days if day.records is not None]
    step = max(1, -(-len(known) // most))
    return [compare_day(day, settings) for day in known[::step]]


def compare_day(day: Day, settings: Settings) -> dict[str, str]:
    """What a run of one day would change, as a row of the table."""
    row = {"date": str(day.batch.logical_date), "source": day.batch.source.name}
    try:
        found = dry_run(
            day.batch,
            settings.lake,
            make_limits(settings),
            map_shards(NoCounter(), settings),
            NoWatcher(),
            learned=settings.learned,
            wait_seconds=settings.wait_seconds,
            examples=0,
        )
    except EXPECTED as error:
        return {**row, "outcome": str(error)}
    counts = Counter(found.differences.documents["change"])
    documents = found.differences.documents.filter(found.differences.documents["change"] == "changed")
    blocked = ", ".join(found.blocked_by)
    return {
        **row,
        "outcome": f"the audit would block it: {blocked}" if blocked else "would be published",
        **{change: f"{counts[change]:,}" for change in CHANGES},
        "body lines taken out": f"{documents['lines_lost'].sum():,}",
        "lines kept again": f"{documents['lines_won'].sum():,}",
        "for example": " ".join(documents["doc_id"].sort().head(2)),
    }
