"""Commands that work quarantine off: replay what was stopped, release one on a person's word. Each returns an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from flows.batches.catalog import follow_publish
from flows.batches.page import report_run
from flows.batches.places import open_lake
from flows.batches.recipe import Batch
from flows.batches.replay import Replayed, find_batch, find_latest, replay_batch
from flows.batches.requests import RequestError
from flows.console import fail, out, print_outcome, print_table, say_blocked, watch_run
from flows.errors import EXPECTED, exit_code
from flows.settings import Settings, make_limits
from flows.workers.cluster_map import map_shards
from tasks.lakes import lookup
from tasks.lakes.lake import Lake
from tasks.lakes.releases import ChangeReleases, ReleaseError, add_release, list_releases, make_release
from tasks.sources import load_sources

# A batch, the document in question, and what is to become of the batch's releases.
Said = tuple[str, date, str, ChangeReleases]


def run_replay(settings: Settings, source: str, day: date | None, reason: str | None) -> int:
    """Runs the quarantined inputs of a source again: of one batch, or of every batch that has any."""
    try:
        days = [day] if day else find_days(settings, source, reason)
        if not days:
            find_latest(open_lake(settings.lake), source)  # a source without a batch is told as such
            out.print(f"{source}: nothing in quarantine" + (f" with reason {reason}" if reason else ""), markup=False)
            return 0
        return max(replay_day(settings, source, each, reason=reason) for each in days)
    except EXPECTED as error:
        return fail(error, exit_code(error))


def find_days(settings: Settings, source: str, reason: str | None) -> list[date]:
    """The logical dates of a source that have rows in quarantine (with `reason`, if given)."""
    rows = lookup.ask(
        open_lake(settings.lake),
        "quarantine",
        "source = ? AND (? IS NULL OR list_contains(reasons, ?))",
        source,
        reason,
        reason,
    )
    return sorted({row["logical_date"] for row in rows})


def replay_day(settings: Settings, source: str, day: date, **options: Any) -> int:
    """Replays one batch and prints what became of it."""
    batch = pick_batch(settings, source, day)
    with watch_run(f"{source} {day}") as ticker:
        done = replay_batch(
            batch,
            settings.lake,
            make_limits(settings),
            map_shards(ticker, settings),
            ticker,
            keep_versions=settings.keep_versions,
            wait_seconds=settings.wait_seconds,
            drift=settings.drift,
            write_page=report_run if settings.report else None,
            **options,
        )
    if done is None:
        out.print(f"{source} {day}: nothing to run again", markup=False)
        return 0
    print_replayed(done)
    follow_publish(settings)
    return fail(say_blocked(done.outcome), 1) if done.outcome.state == "blocked" else 0


def pick_batch(settings: Settings, source: str, day: date) -> Batch:
    """A batch of the lake as it can be run again."""
    root = settings.sources.absolute().parent
    return find_batch(open_lake(settings.lake), source, day, load_sources(settings.sources), root)


def print_replayed(done: Replayed) -> None:
    """The batch's table, then what became of every row that was in quarantine."""
    print_outcome(done.outcome)
    batch, count = done.outcome.batch, len(done.outcome.receipt["inputs"])
    out.print(f"{done.files:,} of {count:,} files were run again", markup=False)
    if done.rows:
        print_table(("was stopped", "for", "now"), ((row.uri, ", ".join(row.reasons), row.state) for row in done.rows))
    if done.other_rules:
        out.print(
            f"{done.other_rules:,} documents stay as other rules, libraries or settings made them. To clean them anew: "
            f"copydesk ingest {batch.source.name} --date {batch.logical_date}",
            soft_wrap=True,
            markup=False,
        )


def run_release(settings: Settings, key: str, why: str) -> int:
    """Publishes one quarantined document on a person's word, and records the word."""

    def pick(lake: Lake) -> Said:
        row = pick_row(settings, key)
        new = make_release(row, why)
        return row["source"], row["logical_date"], row["uri"], lambda known: add_release(known, new)

    return say_release(settings, pick)


def run_revoke(settings: Settings, key: str) -> int:
    """Takes a release back: the document is audited like any other again."""

    def pick(lake: Lake) -> Said:
        found = [each for each in list_releases(lake) if key in (each[2].doc_id, each[2].uri)]
        if len(found) != 1:
            raise ReleaseError(f"{len(found)} documents called {key!r} are released. `copydesk release` lists them.")
        ((source, day, gone),) = found
        return source, day, gone.uri, lambda known: [row for row in known if row.doc_id != gone.doc_id]

    return say_release(settings, pick)


def say_release(settings: Settings, pick: Callable[[Lake], Said]) -> int:
    """Changes the releases of a batch and runs the file of the document in question again."""
    try:
        source, day, uri, change = pick(open_lake(settings.lake))
        code = replay_day(settings, source, day, uris=frozenset({uri}), change=change)
    except EXPECTED as error:
        return fail(error, exit_code(error))
    if code:
        return fail(f"what was said of {uri} is kept all the same: the next run of {source} {day} goes by it.", code)
    return 0


def pick_row(settings: Settings, key: str) -> dict[str, Any]:
    """The one row of quarantine that `key` names by uri, doc_id or record id. Raises RequestError."""
    rows = lookup.find_quarantined(open_lake(settings.lake), key)
    if len(rows) == 1:
        return rows[0]
    if rows:
        names = ", ".join(row["uri"] for row in rows[:5])
        raise RequestError(f"{len(rows)} rows of quarantine are called {key!r}: {names}. Name one of them.")
    raise RequestError(f"nothing called {key!r} is in quarantine in {settings.lake}. `copydesk quarantine` lists it.")


def show_releases(settings: Settings) -> int:
    """Every release of a lake: what was let through, for which reasons, and why."""
    try:
        rows = list(tell_releases(open_lake(settings.lake)))
    except EXPECTED as error:
        return fail(error, exit_code(error))
    if not rows:
        out.print("nothing is released", markup=False)
        return 0
    print_table(("doc_id", "uri", "source", "date", "reasons", "why"), rows)
    return 0


def tell_releases(lake: Lake) -> Iterator[tuple[object, ...]]:
    """Releases as rows of a table."""
    for source, day, row in list_releases(lake):
        yield row.doc_id, row.uri, source, day, ", ".join(row.reasons), row.why
