"""Copies that are further apart than batches look: found over the whole lake, in a commit of its own."""

from dataclasses import replace

from tasks.errors import RequestError
from tasks.lakes.lake import Lake
from tasks.publishing.publish import build_table, list_changed_months, show_draft
from tasks.publishing.stories import NextVersion, plan_older_links, plan_stories
from tasks.stores.manifest import Manifest
from tasks.stores.store import open_draft


def link_older(lake: Lake, days: int) -> int:
    """Finds copies up to `days` apart; returns the version, the same as before where nothing changed. Raises RequestError."""
    with lake.store.lock(lake.policy.wait_seconds, lake.policy.on_wait) as last:
        old = lake.manifest(last)
        if "sketches" not in old.tables:
            raise RequestError(f"{lake.name}: its documents have no sketches yet; ingest a batch first")
        first = min(file.month for file in old.tables["receipts"])
        with open_draft(lake.store.folder, last + 1) as draft:
            version = NextVersion(lake, old, draft, old.tables)
            links = plan_older_links(version, days)
            linked = build_table(lake, old, "links", links.change, draft, first)
            version = replace(version, tables={**old.tables, "links": linked})
            stories = build_table(lake, old, "stories", plan_stories(version, links.ends), draft, first)
            tables = {**old.tables, "links": linked, "stories": stories}
            changed = list_changed_months(old, tables)
            if not any(changed.values()):
                return last
            rows = {table: sum(file.rows for file in files) for table, files in tables.items()}
            made = Manifest(last + 1, None, None, changed, rows, tables, {"copies": {"days": days}}, by=old.by)
            show_draft(lake, old, draft, made)
        return last + 1
