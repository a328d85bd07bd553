"""The quarantine: its rows listed, run again, or published by hand with a recorded reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows.commands.options import (
    DriftOption,
    LakeOption,
    ReasonOption,
    SourcesOption,
    WorkersOption,
    make_chosen_run,
    make_day_option,
    open_existing_lake,
    parse_key,
)
from flows.console import open_progress, print_error, print_line, print_result, print_table
from tasks.batch import name_command
from tasks.errors import RequestError

if TYPE_CHECKING:
    from flows.batches.replay import Replayed
    from flows.batches.run import Run
    from tasks.lakes.lake import Lake
    from tasks.lakes.releases import ChangeReleases

    # Source, logical date and uri of a document, and the change to the releases of its batch.
    Change = tuple[str, date, str, ChangeReleases]


def quarantine(
    reason: ReasonOption = None,
    source: Annotated[Optional[str], typer.Option("--source", help="Only rows of this source.")] = None,
    lake: LakeOption = None,
) -> None:
    """The inputs that were not published, by reason."""
    from tasks.lakes.lake import query_table

    rows = query_table(
        open_existing_lake(lake),
        "quarantine",
        "(? IS NULL OR list_contains(reasons, ?)) AND (? IS NULL OR source = ?) ORDER BY reasons, uri",
        reason,
        reason,
        source,
        source,
    )
    if not rows:
        asked = [f"with reason {reason}"] * bool(reason) + [f"of source {source}"] * bool(source)
        print_line(" ".join(["nothing in quarantine", *asked]))
        return
    print_table(
        ("reasons", "uri", "date", "stage", "detail"),
        ((", ".join(row["reasons"]), row["uri"], row["logical_date"], row["stage"], row["detail"]) for row in rows),
    )


def replay(
    source: Annotated[str, typer.Option("--source", help="Source of the batch.")],
    day: Annotated[Optional[date], make_day_option("--date", "Logical date.", "all that have rows")] = None,
    reason: ReasonOption = None,
    lake: LakeOption = None,
    drift: DriftOption = None,
    workers: WorkersOption = None,
    sources: SourcesOption = None,
) -> None:
    """Run the quarantined inputs of a batch again, after a rule, an expectation or a file was fixed."""
    from flows.batches.replay import find_latest
    from tasks.lakes.lake import query_table

    with open_progress() as (watcher, hide):
        run = make_chosen_run(watcher, lake=lake, workers=workers, sources=sources, drift=drift)
        days = [day] if day else []
        if day is None:
            chosen = "source = ? AND (? IS NULL OR list_contains(reasons, ?))"
            days = sorted(
                {row["logical_date"] for row in query_table(run.lake, "quarantine", chosen, source, reason, reason)}
            )
        if not days:
            find_latest(run.lake, source)  # a source without a batch is an error
            print_line(f"{source}: nothing in quarantine" + (f" with reason {reason}" if reason else ""))
        is_published = [replay_day(run, source, each, hide, reason=reason) for each in days]
    if not all(is_published):
        raise typer.Exit(1)


def replay_day(run: Run, source: str, day: date, hide: Callable[[], None], **options: Any) -> bool:
    """Replays one batch and prints the result; False if the audit blocked it. `options`: see `replay_batch`."""
    from flows.batches.replay import find_batch, replay_batch
    from flows.batches.run import follow_publish

    done = replay_batch(find_batch(run.lake, source, day, run.settings), run, **options)
    hide()
    if done is None:
        print_line(f"{source} {day}: nothing to run again")
        return True
    print_replayed(done)
    follow_publish(run.lake, run.settings)
    return done.result.state != "blocked"


def print_replayed(done: Replayed) -> None:
    """The batch's table, then the state of every row that was in quarantine."""
    print_result(done.result)
    batch = done.result.batch
    print_line(f"{done.files:,} of {len(done.result.receipt['inputs']):,} files were run again")
    if done.rows:
        print_table(
            ("input", "was stopped for", "now"), ((row.uri, ", ".join(row.reasons), row.state) for row in done.rows)
        )
    if done.other_rules:
        print_line(
            f"{done.other_rules:,} documents stay as other rules, libraries or settings made them. To clean them again: "
            f"{name_command(batch.source.name, batch.logical_date)}"
        )


def release(
    key: Annotated[
        Optional[str],
        typer.Argument(
            help="uri, doc_id or record id. Lists all when left out.", metavar="[URI or DOC_ID]", callback=parse_key
        ),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why it may be published; kept with the batch.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the release back.")] = False,
    lake: LakeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Publish one document that the audit stopped, with a reason; or take that back. Without a name, list all releases."""
    from tasks.lakes.releases import list_releases

    with open_progress() as (watcher, hide):
        run = make_chosen_run(watcher, lake=lake, sources=sources)
        if key is None:
            rows = [
                (row.doc_id, row.uri, name, made, ", ".join(row.reasons), row.why)
                for name, made, row in list_releases(run.lake)
            ]
            if rows:
                print_table(("doc_id", "uri", "source", "date", "reasons", "why"), rows)
            else:
                print_line("nothing is released")
            return
        source, day, uri, change = choose_revocation(run.lake, key) if revoke else choose_release(run.lake, key, why)
        is_published = replay_day(run, source, day, hide, uris=frozenset({uri}), change=change)
    if not is_published:
        print_error(f"the change to the release of {uri} is saved: the next run of {source} {day} applies it.")
        raise typer.Exit(1)


def choose_release(lake: Lake, key: str, why: str) -> Change:
    """The release of the one row of quarantine that `key` names. Raises RequestError or ReleaseError."""
    from tasks.lakes.lake import find_quarantined
    from tasks.lakes.releases import add_release, make_release

    rows = find_quarantined(lake, key)
    if not rows:
        raise RequestError(f"nothing called {key!r} is in quarantine in {lake.name}. `copydesk quarantine` lists it.")
    if len(rows) > 1:
        names = ", ".join(row["uri"] for row in rows[:5])
        raise RequestError(f"{len(rows)} rows of quarantine are called {key!r}: {names}. Name one of them.")
    new = make_release(rows[0], why)
    return rows[0]["source"], rows[0]["logical_date"], new.uri, lambda known: add_release(known, new)


def choose_revocation(lake: Lake, key: str) -> Change:
    """The removal of the one release that `key` names by uri or doc_id. Raises ReleaseError."""
    from tasks.lakes.releases import ReleaseError, list_releases

    found = [each for each in list_releases(lake) if key in (each[2].doc_id, each[2].uri)]
    if len(found) != 1:
        raise ReleaseError(f"{len(found)} documents called {key!r} are released. `copydesk release` lists them.")
    ((source, day, old),) = found
    return source, day, old.uri, lambda known: [row for row in known if row.doc_id != old.doc_id]
