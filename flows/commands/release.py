"""`copydesk release`: a document that the audit stopped, published by hand with a recorded reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from flows.commands.options import LakeOption, SourcesOption, make_chosen_run, parse_key
from flows.commands.replay import replay_day
from flows.console import open_progress, print_error, print_line, print_table
from flows.errors import RequestError

if TYPE_CHECKING:
    from tasks.lakes.lake import Lake
    from tasks.lakes.releases import ChangeReleases

    # Source, logical date and uri of a document, and the change to the releases of its batch.
    Change = tuple[str, date, str, ChangeReleases]


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
    with open_progress() as (watcher, hide):
        run = make_chosen_run(watcher, lake=lake, sources=sources)
        if key is None:
            print_releases(run.lake)
            return
        source, day, uri, change = choose_revocation(run.lake, key) if revoke else choose_release(run.lake, key, why)
        is_published = replay_day(run, source, day, hide, uris=frozenset({uri}), change=change)
    if not is_published:
        print_error(f"the change to the release of {uri} is saved: the next run of {source} {day} applies it.")
        raise typer.Exit(1)


def print_releases(lake: Lake) -> None:
    """Every release of a lake, with its reasons and its why."""
    from tasks.lakes.releases import list_releases

    rows = [
        (row.doc_id, row.uri, source, day, ", ".join(row.reasons), row.why) for source, day, row in list_releases(lake)
    ]
    if rows:
        print_table(("doc_id", "uri", "source", "date", "reasons", "why"), rows)
    else:
        print_line("nothing is released")


def choose_release(lake: Lake, key: str, why: str) -> Change:
    """The release of the one row of quarantine that `key` names. Raises RequestError or ReleaseError."""
    from tasks.lakes.lookup import find_quarantined
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
