"""`copydesk release`: a document that the audit stopped, published by hand with a recorded reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from flows.commands.options import LakeOption, SourcesOption, parse_key
from flows.commands.replay import replay_day
from flows.console import print_error, print_line, print_table
from flows.errors import RequestError

if TYPE_CHECKING:
    from tasks.lakes.lake import Lake


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
    from flows.batches.run import open_settings_lake
    from flows.settings import read_settings
    from tasks.lakes.releases import ReleaseError, add_release, list_releases, make_release

    settings = read_settings(lake=lake, sources=sources)
    opened = open_settings_lake(settings)
    releases = list(list_releases(opened))
    if key is None:
        print_releases(releases)
        return
    if revoke:
        known = [each for each in releases if key in (each[2].doc_id, each[2].uri)]
        if len(known) != 1:
            raise ReleaseError(f"{len(known)} documents called {key!r} are released. `copydesk release` lists them.")
        ((source, day, row),) = known
        uri, doc_id = row.uri, row.doc_id
        is_published = replay_day(
            settings,
            source,
            day,
            uris=frozenset({uri}),
            change=lambda rows: [each for each in rows if each.doc_id != doc_id],
        )
    else:
        stopped = find_stopped(opened, key)
        source, day, uri = stopped["source"], stopped["logical_date"], stopped["uri"]
        new = make_release(stopped, why)
        is_published = replay_day(
            settings, source, day, uris=frozenset({uri}), change=lambda rows: add_release(rows, new)
        )
    if not is_published:
        print_error(f"the change to the release of {uri} is saved: the next run of {source} {day} applies it.")
        raise typer.Exit(1)


def print_releases(releases: list[tuple[str, Any, Any]]) -> None:
    """Every release of a lake, with its reasons and its why."""
    if not releases:
        print_line("nothing is released")
        return
    print_table(
        ("doc_id", "uri", "source", "date", "reasons", "why"),
        ((row.doc_id, row.uri, source, day, ", ".join(row.reasons), row.why) for source, day, row in releases),
    )


def find_stopped(lake: Lake, key: str) -> dict[str, Any]:
    """The one row of quarantine that `key` names by uri, doc_id or record id. Raises RequestError."""
    from tasks.lakes.lookup import find_quarantined

    rows = find_quarantined(lake, key)
    if len(rows) == 1:
        return rows[0]
    if rows:
        names = ", ".join(row["uri"] for row in rows[:5])
        raise RequestError(f"{len(rows)} rows of quarantine are called {key!r}: {names}. Name one of them.")
    raise RequestError(f"nothing called {key!r} is in quarantine in {lake.name}. `copydesk quarantine` lists it.")
