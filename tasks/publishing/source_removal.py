"""A source leaves the lake: the rows of all its batches are removed in one commit. Earlier versions still have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.compute as pc

from tasks.errors import RequestError
from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import Change, Mask, drop_rows, list_touched, read_partitions, sort_frame
from tasks.publishing.merge import CHUNK_BYTES
from tasks.publishing.publish import commit
from tasks.publishing.rewrite import rewrite_over
from tasks.stores.manifest import Manifest, month_of, partition_of

BY_DOCUMENT = ("documents", "lines", "shadowed", "shadowed_lines", "sketches")
BY_DAY = ("duplicates", "quarantine", "receipts")
BUDGET = CHUNK_BYTES // 8
REMOVED = "removed"  # key of a commit's note


@dataclass(frozen=True)
class SourceExtent:
    """What a version has of a source: its days, and its claims (logical_date, doc_id, partition)."""

    name: str
    days: tuple[date, ...]
    claims: pl.DataFrame

    def list_partitions(self, table: str, by: str) -> set[str]:
        """The partitions of a table that may hold rows of the source."""
        if table in BY_DOCUMENT:
            return set(self.claims["partition"])
        if table == "claims":
            return {partition_of(table, day, by) for day in self.days}
        return {month_of(day) for day in self.days}


def find_extent(lake: Lake, manifest: Manifest, source: str) -> SourceExtent:
    """What a version has of a source; no days where it has no batch of it."""
    own = pl.col("source") == source
    days = scan_table(lake, manifest, "receipts").filter(own).select("logical_date").collect().to_series()
    claims = scan_table(lake, manifest, "claims").filter(own).select("logical_date", "doc_id", "partition").collect()
    return SourceExtent(source, tuple(days.sort()), claims)


def count_source_rows(lake: Lake, manifest: Manifest, extent: SourceExtent) -> dict[str, int]:
    """How many rows of each table are a source's. Of `shadowed`: the records that an earlier batch publishes."""
    own = pl.col("source") == extent.name
    counts = {"batches": len(extent.days)}
    for table in ("documents", "lines", "shadowed", "duplicates", "quarantine"):
        months = sorted(extent.list_partitions(table, manifest.by))
        counts[table] = int(scan_table(lake, manifest, table, months).filter(own).select(pl.len()).collect().item())
    ids = extent.claims["doc_id"].unique().implode()
    in_stories = scan_table(lake, manifest, "stories").filter(pl.col("doc_id").is_in(ids))
    return counts | {"stories": int(in_stories.select(pl.len()).collect().item())}


def require_batches(lake: Lake, extent: SourceExtent) -> None:
    """Raises RequestError where a source has no batch, perhaps since another process was faster."""
    if not extent.days:
        raise RequestError(
            f"{lake.name} has no batch of {extent.name} any more; another process has renamed or removed it."
        )


def match_source(name: str) -> Mask:
    """Matches the rows of a source."""
    return lambda rows: pc.equal(rows["source"], name)


def remove_batches(lake: Lake, source: str) -> int:
    """Removes all batches of a source in one commit; returns the version. Raises RequestError where there are none."""

    def plan(old: Manifest, _: Path) -> Mapping[str, Change]:
        extent = find_extent(lake, old, source)
        require_batches(lake, extent)
        changes = {table: drop_source(lake, old, table, extent) for table in (*BY_DOCUMENT, *BY_DAY, "claims")}
        return changes | {"erasures": forget_deliveries(lake, old, source)}

    note = {REMOVED: {"source": source}}
    return commit(lake, lambda last: rewrite_over(lake, last, plan, note))


def drop_source(lake: Lake, old: Manifest, table: str, extent: SourceExtent) -> Change:
    """What the removal does to a table."""
    touched = list_touched(lake, old, table, extent.list_partitions(table, old.by))
    return Change(touched, [drop_rows(read_partitions(lake, old, table, touched, BUDGET), match_source(extent.name))])


def forget_deliveries(lake: Lake, old: Manifest, source: str) -> Change:
    """What the removal does to `erasures`: its rows stay, and are of no batch until one delivers their records again."""
    months = {file.month for file in old.tables.get("erasures", ())}
    touched = list_touched(lake, old, "erasures", months)
    rows = [pl.DataFrame(pl.from_arrow(chunk)) for chunk in read_partitions(lake, old, "erasures", touched, BUDGET)]
    is_left = pl.col("is_delivered") & (pl.col("source") != source)
    changed = [part.with_columns(is_delivered=is_left) for part in rows]
    return Change(touched, [sort_frame(part, "erasures") for part in changed if part.height])
