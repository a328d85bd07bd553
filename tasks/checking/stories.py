"""The table `stories` against the documents: every document that it names is published, and every story hangs together."""

from collections.abc import Iterator

import polars as pl

from tasks.checking.rows import AGAIN, PART_ROWS
from tasks.lakes.lake import Lake, table_paths
from tasks.publishing.merge import CHUNK_FLOOR, read_sorted
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest
from tasks.stories.rows import find_odd_rows

NAMED = ("doc_id", "story_id", "of_doc_id", "kind", "quotes")


def check_stories(lake: Lake, manifest: Manifest, part_rows: int = PART_ROWS) -> Iterator[LakeFault]:
    """Rows of `stories` about documents that are not published, or that contradict each other; in parts, by story."""
    rows = sum(file.rows for file in manifest.tables.get("stories", ()))
    if not rows:
        return
    parts = 1 + rows // part_rows
    for part in range(parts):
        named = read_named(lake, manifest, part, parts)
        for chunk in read_sorted(table_paths(lake, manifest, "documents"), columns=["doc_id"], budget=CHUNK_FLOOR):
            named = named.join(pl.DataFrame(pl.from_arrow(chunk)), on="doc_id", how="anti")
        for doc_id in named["doc_id"].sort():
            yield LakeFault("a story names a document that is not published", doc_id, AGAIN)
        for what, doc_id in find_odd_rows(read_story_rows(lake, manifest, part, parts)):
            yield LakeFault(what, f"stories: {doc_id}", AGAIN)


def read_story_rows(lake: Lake, manifest: Manifest, part: int, parts: int) -> pl.DataFrame:
    """The rows of the stories whose ids are in a part."""
    chunks = read_sorted(table_paths(lake, manifest, "stories"), columns=NAMED, budget=CHUNK_FLOOR)
    frames = [pl.DataFrame(pl.from_arrow(chunk)).filter(pl.col("story_id").hash() % parts == part) for chunk in chunks]
    return pl.concat(frames)


def read_named(lake: Lake, manifest: Manifest, part: int, parts: int) -> pl.DataFrame:
    """Every document that the rows of a part name, once: doc_id."""
    rows = read_story_rows(lake, manifest, part, parts)
    quoted = rows.select(pl.col("quotes").explode(empty_as_null=True).struct.field("doc_id"))
    columns = [rows.select(doc_id=name) for name in ("doc_id", "story_id", "of_doc_id")]
    return pl.concat([*columns, quoted]).drop_nulls().unique()
