"""What a backfill does with each day: planned, previewed, and the result, as rows of tables and in sentences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from flows.batches.page import locate_page
from flows.batches.replay import preview_batch
from flows.batches.run import COUNTS, Batch, BatchResult, Run
from flows.days.states import Day
from flows.unexpected import explain_error
from tasks.counts import count_warnings, format_count
from tasks.errors import RunFailed
from tasks.trials.diff import CHANGES

OnExisting = Literal["skip", "stale", "replace"]
Order = Literal["newest first", "oldest first"]
LEAVE = "leave"
MOST_NAMED = 5
MOST_SAMPLES = 3


def choose_action(day: Day, on_existing: OnExisting) -> str:
    """What a backfill does with a day: `make`, `make again`, `compare` (make again if contents differ) or `leave`."""
    if day.state == "no files":
        return LEAVE
    if day.records is None:
        return "make"
    if on_existing == "skip":
        return LEAVE
    if day.state in ("stale", "failed"):
        return "make again"
    return "compare" if on_existing == "replace" else LEAVE


def choose_days(days: Iterable[Day], on_existing: OnExisting, order: Order) -> list[Day]:
    """The days that a backfill works on, in order."""
    chosen = [day for day in days if choose_action(day, on_existing) != LEAVE]
    # A stable sort: the sources of a day keep their order either way.
    return sorted(chosen, key=lambda day: day.batch.logical_date, reverse=order == "newest first")


def fail_day(batch: Batch, error: BaseException) -> BatchResult:
    """The result of a day whose run ended with an error."""
    why = " ".join(str(error).split()) or type(error).__name__
    return BatchResult(batch, "failed", dict.fromkeys(COUNTS, 0), error=why)


def tabulate_plan(days: Sequence[Day], on_existing: OnExisting) -> list[dict[str, str]]:
    """The plan as rows of a table, the days to work on first."""
    rows = [
        {
            "date": str(day.batch.logical_date),
            "source": day.batch.source.name,
            "state": day.state,
            "action": choose_action(day, on_existing),
            "why": day.why,
            "files": f"{day.files:,}",
            "in the lake": "" if day.records is None else f"{day.records:,} records",
        }
        for day in days
    ]
    return sorted(rows, key=lambda row: row["action"] == LEAVE)


def tabulate_results(results: Iterable[BatchResult], pages_url: str = "") -> list[dict[str, str]]:
    """The results as rows of a table, the bad ones first. `pages_url`: where a browser finds pages."""
    return [
        {
            "date": str(day.batch.logical_date),
            "source": day.batch.source.name,
            "state": day.state,
            "why": day.why,
            "records": f"{day.counts['records']:,}",
            "published": "0" if day.blocked_by else f"{day.counts['published']:,}",
            "blocked": f"{day.counts['published']:,}" if day.blocked_by else "0",
            **{name: f"{day.counts[name]:,}" for name in ("duplicates", "quarantined")},
            "warnings": f"{count_warnings(day.receipt):,}",
            "page": locate_page(day, pages_url),
        }
        for day in sort_results(results)
    ]


def sort_results(results: Iterable[BatchResult]) -> list[BatchResult]:
    """Results by date and source, the bad ones first."""
    return sorted(results, key=lambda day: (not day.why, day.batch.logical_date, day.batch.source.name))


def count_states(days: Iterable[Day] | Iterable[BatchResult]) -> str:
    """States with their counts, in words: "12 missing, 3 stale"."""
    states = [day.state for day in days]
    return ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states))) or "no days"


def describe_results(results: Sequence[BatchResult]) -> str:
    """The results in a sentence. Raises RunFailed, which names days and reasons, when some are bad."""
    bad = [day for day in sort_results(results) if day.why]
    if not bad:
        return f"{format_count(len(results), 'day')}: {count_states(results)}"
    named = "; ".join(f"{day.batch.label}: {day.why}" for day in bad[:MOST_NAMED])
    more = f"; and {len(bad) - MOST_NAMED} more" if len(bad) > MOST_NAMED else ""
    raise RunFailed(f"{len(bad)} of {format_count(len(results), 'day')} failed: {named}{more}")


def preview_days(days: Sequence[Day], run: Run) -> list[dict[str, str]]:
    """Previews up to MOST_SAMPLES of the days that the lake has, spread over the range: a row per day."""
    known = [day for day in days if day.records is not None]
    step = max(1, -(-len(known) // MOST_SAMPLES))
    return [preview_day(day, run) for day in known[::step]]


def preview_day(day: Day, run: Run) -> dict[str, str]:
    """What a run of one day would change, as a row of a table."""
    row = {"date": str(day.batch.logical_date), "source": day.batch.source.name}
    try:
        found = preview_batch(day.batch, run, examples=0)
    except Exception as error:
        return {**row, "outcome": str(explain_error(error))}
    counts = Counter(found.documents["change"])
    documents = found.documents.filter(found.documents["change"] == "changed")
    blocked = ", ".join(found.blocked_by)
    return {
        **row,
        "outcome": f"the audit would block it: {blocked}" if blocked else "would be published",
        **{state: f"{counts[state]:,}" for state in CHANGES},
        "body lines removed": f"{documents['lines_lost'].sum():,}",
        "lines kept again": f"{documents['lines_won'].sum():,}",
        "for example": " ".join(documents["doc_id"].sort().head(2)),
    }
