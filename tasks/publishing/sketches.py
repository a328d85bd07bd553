"""The hidden table of sketches: what a batch changes in it, and which documents are other ones for their stories afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.fingerprint import STORY_PACKAGES, code_version
from tasks.lakes.lake import Lake
from tasks.publishing.changes import (
    FRAME_ROWS,
    Change,
    conform_rows,
    drop_rows,
    keep_rows,
    list_touched,
    match_batches,
    match_claims,
    match_documents,
    read_partitions,
    read_staged_rows,
)
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import SortedRows, spill_chunks
from tasks.schema import MONTH
from tasks.stores.manifest import ORDERS, Manifest
from tasks.stories.sketch_table import LEAST_TIME, MOST_TIME, SKETCHED, SketchTable, sketch_documents
from tasks.stories.words import Hashes

COMPARED = ("doc_id", "logical_date", "at", "publisher", "url", "record_id", "digest")


def plan_sketches(lake: Lake, old: Manifest, claims: BatchClaims, scratch: Path) -> Change:
    """What the commit does to the sketches: those of the batch's published documents replace its old ones.

    A lake of a release that had none gets those of all its documents. `scratch`: a folder for sorted parts.
    """
    ownership, budget = claims.ownership, claims.budget
    own, hidden = match_batches(claims.source, [claims.day]), match_documents(ownership.hidden)
    taken, returned = match_claims(ownership.taken), match_claims(ownership.returned)
    returned_to = set(ownership.returned["partition"])
    made = number_making(lake.policy.story_days)
    staged = (drop_rows(read_staged_rows(part, "sketches", budget), hidden) for part in claims.folders)
    parts = [mark_making(rows, made) for rows in staged]
    fresh = [keep_rows(read_partitions(lake, old, "shadowed", returned_to, budget), returned)]
    months = {*pl.concat([claims.owned, claims.claimed])["partition"], *ownership.taken["partition"], *returned_to}

    def drop_replaced(rows: SortedRows) -> SortedRows:
        return drop_rows(drop_rows(rows, own), taken)

    if "sketches" in old.tables or not old.version:
        touched = list_touched(lake, old, "sketches", months)
        parts.append(drop_replaced(read_partitions(lake, old, "sketches", touched, budget)))
    else:
        others = {file.month for file in old.tables["documents"]}
        touched = frozenset(months | others)
        fresh.append(drop_replaced(read_partitions(lake, old, "documents", others, budget)))
    return Change(touched, [*parts, *spill_chunks(mark_making(sketch_rows(chain.from_iterable(fresh)), made), scratch)])


def number_making(story_days: int) -> int:
    """A number for how links are made. It is part of each digest: a batch that is run again after a change is linked again."""
    made = f"{code_version(packages=STORY_PACKAGES)} {story_days}"
    return int.from_bytes(sha256(made.encode()).digest()[:8], "little", signed=True)


def mark_making(sketches: SortedRows, made: int) -> SortedRows:
    """Sketches with `made`, see `number_making`, in their digests."""
    for rows in sketches:
        at = rows.schema.get_field_index("digest")
        yield rows.set_column(at, rows.schema.field(at), pc.bit_wise_xor(rows["digest"], made))


def sketch_rows(documents: SortedRows) -> SortedRows:
    """The sketches of documents with their months, sorted chunk by chunk."""
    waiting: list[pl.DataFrame] = []
    for chunk in documents:
        waiting.append(sketch_documents(pl.DataFrame(pl.from_arrow(chunk.select(SKETCHED)))))
        if sum(part.height for part in waiting) >= FRAME_ROWS:
            yield from sort_sketches(waiting)
            waiting = []
    yield from sort_sketches(waiting)


def sort_sketches(parts: Sequence[pl.DataFrame]) -> Iterator[pa.Table]:
    """Sketches as one sorted table, if there are any."""
    if parts:
        yield conform_rows(pl.concat(parts).sort(MONTH.name, *ORDERS["sketches"]).to_arrow(), "sketches")


@dataclass(frozen=True)
class ChangedSketches:
    """Hashes of the ids of documents that a commit adds or changes (`new`), and removes or changes (`gone`), sorted.

    `first`, `last`: their times.
    """

    new: Hashes
    gone: Hashes
    first: int
    last: int


def compare_sketches(before: SketchTable, after: SketchTable) -> ChangedSketches:
    """What differs between two versions of some partitions of the sketches."""
    old, new = (hash_sketches(table) for table in (before, after))
    gone, added = old.join(new, on="row", how="anti"), new.join(old, on="row", how="anti")
    times = pl.concat([gone["at"], added["at"]])
    first, last = (int(times.min()), int(times.max())) if len(times) else (0, 0)  # type: ignore[arg-type]
    return ChangedSketches(added["doc"].sort().to_numpy(), gone["doc"].sort().to_numpy(), first, last)


def hash_sketches(table: SketchTable) -> pl.DataFrame:
    """Of each sketch a hash of its doc_id (`doc`), one of all that it says (`row`), and its time, for use within one run."""
    parts = [pl.DataFrame(schema={"doc": pl.UInt64, "row": pl.UInt64, "at": pl.Int64})]
    for _, rows in table.scan(COMPARED, LEAST_TIME, MOST_TIME):
        frame = pl.DataFrame(pl.from_arrow(rows))
        parts.append(frame.select(doc=pl.col("doc_id").hash(), row=frame.hash_rows(), at="at"))
    return pl.concat(parts)
