"""Copies that are further apart than batches look: found over the whole lake, in a commit of its own."""

from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.publish import add_stories, commit, find_first_month, show_next
from tasks.publishing.stories import NextVersion, plan_older_links
from tasks.stores.store import open_draft


def link_older(lake: Lake, days: int) -> int:
    """Finds copies up to `days` apart; returns the version, the same as before where nothing changed.

    Raises RequestError where the lake has no sketches, LakeBusy.
    """
    return commit(lake, lambda last: link_older_over(lake, last, days))


def link_older_over(lake: Lake, last: int, days: int) -> int:
    """Finds copies in the version `last`. Raises Overtaken when that is no longer the latest."""
    old = lake.manifest(last)
    if "sketches" not in old.tables:
        raise RequestError(f"{lake.name}: its documents have no sketches yet; ingest a batch first")
    first = find_first_month(old)
    with open_draft(lake.store.folder, last + 1) as draft:
        version = NextVersion(lake, old, draft, old.tables)
        version = add_stories(version, plan_older_links(version, days), first)
        made = show_next(version, None, {"copies": {"days": days}})
    return made.version if made else last
