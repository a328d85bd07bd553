"""A commit that changes rows of many batches at once: links and stories follow, and readers see one step."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.changes import Change
from tasks.publishing.publish import add_stories, build_table, find_first_month, show_next
from tasks.publishing.stories import NextVersion, plan_links
from tasks.schema import TABLES
from tasks.stores.manifest import Manifest, partition_of
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
    with open_draft(lake.store.folder, last + 1) as draft:
        changes = dict(plan(old, draft / "scratch" / "plan"))
        tables, first = dict(old.tables), find_first_month(old)
        if receipts := changes.pop("receipts", None):
            tables["receipts"] = build_table(lake, old, "receipts", receipts, draft, first)
            first = find_first_month(replace(old, tables=tables))
        tables |= {table: build_table(lake, old, table, change, draft, first) for table, change in changes.items()}
        version = NextVersion(lake, old, draft, tables)
        version = move_empty(add_stories(version, plan_links(version), first), first)
        made = show_next(version, None, dict(note))
    return made.version if made else last


def move_empty(version: NextVersion, first: str) -> NextVersion:
    """The version with the empty files of tables without rows where a lake of its receipts has them: see `find_first_month`."""
    old, moved = version.old, {}
    for table in TABLES.keys() & version.tables.keys():
        files = version.tables[table]
        place = partition_of(table, date.fromisoformat(f"{first}-01"), old.by)
        if files and not any(file.rows for file in files) and files[0].month != place:
            gone = Change(frozenset(file.month for file in files), [])
            moved[table] = build_table(version.lake, old, table, gone, version.draft, first)
    return replace(version, tables={**version.tables, **moved})
