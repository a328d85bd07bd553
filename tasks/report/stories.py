"""The largest stories that a batch has a part in."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from tasks.lakes.lake import Lake, scan_table
from tasks.stores.manifest import Manifest

STORIES_SHOWN = 10


class ShownStory(NamedTuple):
    """A story: its first document, how many documents it has, and how many of them are of the batch."""

    doc_id: str
    title: str | None
    publisher: str
    documents: int
    own: int


def list_stories(lake: Lake, manifest: Manifest, ids: pl.Series, months: Sequence[str]) -> tuple[ShownStory, ...]:
    """The largest stories of a batch's documents, which lie in some partitions; stories of one document are left out."""
    own = scan_table(lake, manifest, "stories", months).filter(pl.col("doc_id").is_in(ids.implode()))
    counted = own.group_by("story_id").agg(own=pl.len()).collect()
    if counted.is_empty():
        return ()
    parts = [
        scan_table(lake, manifest, "stories", [month]).select("doc_id", "story_id", month=pl.lit(month))
        for month in sorted({file.month for file in manifest.tables["stories"]})
    ]
    rows = pl.concat(parts).filter(pl.col("story_id").is_in(counted["story_id"].implode())).collect()
    sizes = rows.group_by("story_id").agg(documents=pl.len()).filter(pl.col("documents") > 1)
    largest = sizes.sort("documents", "story_id", descending=[True, False]).head(STORIES_SHOWN)
    firsts = rows.filter(pl.col("doc_id") == pl.col("story_id")).join(largest, on="story_id", how="semi")
    wanted = pl.col("doc_id").is_in(firsts["doc_id"].implode())
    found = scan_table(lake, manifest, "documents", sorted(set(firsts["month"]))).filter(wanted)
    heads = found.select("title", "publisher", story_id="doc_id").collect()
    shown = largest.join(heads, on="story_id").join(counted, on="story_id")
    ordered = shown.sort("documents", "story_id", descending=[True, False])
    return tuple(ShownStory(*row) for row in ordered.select("story_id", *ShownStory._fields[1:]).iter_rows())
