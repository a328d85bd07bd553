"""The largest stories that a batch has a part in."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from tasks.lakes.lake import Lake, scan_table
from tasks.stores.manifest import Manifest

STORIES_SHOWN = 10
MEMBERS_SHOWN = 8
MEMBER = ("doc_id", "kind", "publisher", "title", "share", "is_own")


class ShownStory(NamedTuple):
    """A story: its first document, how many documents it has, how many of them are of the batch, and MEMBER of some by time."""

    doc_id: str
    title: str | None
    documents: int
    own: int
    members: list[dict[str, Any]]


def list_stories(lake: Lake, manifest: Manifest, ids: pl.Series, months: Sequence[str]) -> tuple[ShownStory, ...]:
    """The largest stories of a batch's documents, which lie in some partitions; stories of one document are left out."""
    own = scan_table(lake, manifest, "stories", months).filter(pl.col("doc_id").is_in(ids.implode()))
    wanted = own.select("story_id").unique().collect()
    if wanted.is_empty():
        return ()
    parts = [
        scan_table(lake, manifest, "stories", [month]).select(
            "doc_id", "story_id", "kind", "share", month=pl.lit(month)
        )
        for month in sorted({file.month for file in manifest.tables["stories"]})
    ]
    rows = pl.concat(parts).filter(pl.col("story_id").is_in(wanted["story_id"].implode())).collect()
    sizes = rows.group_by("story_id").agg(documents=pl.len()).filter(pl.col("documents") > 1)
    largest = sizes.sort("documents", "story_id", descending=[True, False]).head(STORIES_SHOWN)
    rows = rows.join(largest, on="story_id").with_columns(is_own=pl.col("doc_id").is_in(ids.implode()))
    documents = scan_table(lake, manifest, "documents", sorted(set(rows["month"])))
    known = documents.filter(pl.col("doc_id").is_in(rows["doc_id"].implode()))
    at = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC")))
    titles = known.select("doc_id", "title", "publisher", at=at).collect()
    by_time = rows.join(titles, on="doc_id").sort(pl.col("doc_id") != pl.col("story_id"), "at", "doc_id")
    shown = []
    for story_id, count in largest.iter_rows():
        story = by_time.filter(pl.col("story_id") == story_id)
        # Where not all are shown, the first document and those of the batch are.
        order = pl.int_range(pl.len())
        some = (
            story.with_columns(order=order)
            .sort(order > 0, ~pl.col("is_own"), "order")
            .head(MEMBERS_SHOWN)
            .sort("order")
        )
        members = some.select(MEMBER).to_dicts()
        shown.append(ShownStory(story_id, members[0]["title"], count, int(story["is_own"].sum()), members))
    return tuple(shown)
