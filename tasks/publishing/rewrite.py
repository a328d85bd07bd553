"""A commit that changes rows of many batches at once: links and stories follow, and readers see one step."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.changes import Change
from tasks.publishing.publish import add_stories, build_table, find_first_month, show_next
from tasks.publishing.stories import NextVersion, plan_links
from tasks.stores.manifest import Manifest
from tasks.stores.store import open_draft

# What a commit does to each table that it changes, given the version before and a folder for sorted parts.
PlanRewrite = Callable[[Manifest, Path], Mapping[str, Change]]


def rewrite_over(lake: Lake, last: int, plan: PlanRewrite, note: Mapping[str, Any]) -> int:
    """Changes tables of the version `last`; returns the version, `last` itself where nothing changed. For `commit`.

    A plan that removes or adds documents changes `sketches` as well: links and stories are those of the documents that have a
    sketch. `note`: for the commit's record. Raises Overtaken when `last` is no longer the latest, RequestError for a lake of a
    release that had no stories.
    """
    old = lake.manifest(last)
    if "sketches" not in old.tables:
        raise RequestError(f"{lake.name}: its documents have no sketches yet; ingest a batch first")
    first = find_first_month(old)
    with open_draft(lake.store.folder, last + 1) as draft:
        changes = plan(old, draft / "scratch" / "plan")
        tables = {table: build_table(lake, old, table, change, draft, first) for table, change in changes.items()}
        version = NextVersion(lake, old, draft, {**old.tables, **tables})
        version = add_stories(version, plan_links(version), first)
        made = show_next(version, None, dict(note))
    return made.version if made else last
