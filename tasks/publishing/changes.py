"""What a batch changes in each table: which partitions, and the runs of rows that make them up.

A row of the batch replaces the batch's old ones wherever they lie. Documents that change hands move between a table and
the shadow behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import Lake, Manifest, month_of, partition_of
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import SortedRows
from tasks.publishing.rows import (
    drop_rows,
    frame_rows,
    has_other_columns,
    keep_rows,
    of_batches,
    of_claims,
    of_documents,
    read_partitions,
    read_staged,
)
from tasks.schema import MONTH, TABLES

SHADOWS = {"documents": "shadowed", "lines": "shadowed_lines"}


@dataclass(frozen=True)
class Change:
    """What a commit does to one table: the partitions to write anew, and the sorted runs of all their rows."""

    months: frozenset[str]
    runs: list[SortedRows]


def plan_changes(
    lake: Lake, old: Manifest, claims: BatchClaims, quarantine: pl.DataFrame, receipts: Sequence[Mapping[str, Any]]
) -> dict[str, Change]:
    """What the commit does to each table. Runs are read when they are merged, not before."""
    month, claimed_in = month_of(claims.day), partition_of("claims", claims.day, claims.by)
    own = of_batches(claims.source, [claims.day])
    dates = [row["logical_date"] for row in receipts]
    rows = pl.from_arrow(pa.Table.from_pylist([dict(row) for row in receipts], schema=TABLES["receipts"]))
    months = pl.Series(MONTH.name, [month_of(day) for day in dates], dtype=pl.String)
    fresh = {
        "quarantine": quarantine.with_columns(pl.lit(month).alias(MONTH.name)),
        "receipts": pl.DataFrame(rows).with_columns(months),
        "claims": claims.claimed.with_columns(source=pl.lit(claims.source), month=pl.lit(claimed_in)),
    }
    changes: dict[str, Change] = {}
    for table, frame in fresh.items():
        home = claimed_in if table == "claims" else month
        touched = touch(lake, old, table, {home, *frame[MONTH.name]})
        stale = of_batches(claims.source, dates) if table == "receipts" else own
        before = drop_rows(read_partitions(lake, old, table, touched, claims.budget), stale)
        changes[table] = Change(touched, [before, frame_rows(frame, table)])
    for table, shadow in SHADOWS.items():
        changes |= plan_moved_table(lake, old, claims, table, shadow)
    return changes


def plan_moved_table(lake: Lake, old: Manifest, claims: BatchClaims, table: str, shadow: str) -> dict[str, Change]:
    """What the commit does to a table of documents and to the shadow behind it."""
    own, ownership, hidden = of_batches(claims.source, [claims.day]), claims.ownership, claims.ownership.hidden
    taken, returned = of_claims(ownership.taken), of_claims(ownership.returned)
    taken_from, returned_to = set(ownership.taken["partition"]), set(ownership.returned["partition"])
    held = pl.concat([claims.owned, claims.claimed])
    contested = set(held.filter(pl.col("doc_id").is_in(list(ownership.contested)))["partition"])

    def published(name: str, months: Iterable[str]) -> SortedRows:
        return read_partitions(lake, old, name, months, claims.budget)

    shown = touch(lake, old, table, {*held["partition"], *taken_from, *returned_to})
    shaded = touch(lake, old, shadow, contested | taken_from | returned_to)
    front = drop_rows(published(table, shown), own)
    back = drop_rows(published(shadow, shaded), own)
    shown_runs = [drop_rows(front, taken) if taken_from else front]
    shaded_runs = [drop_rows(back, returned) if returned_to else back]
    for part in claims.folders:
        rows = read_staged(part.folder, table, claims.budget)
        left_out = part.excluded_ids | hidden
        shown_runs.append(drop_rows(rows, of_documents(left_out)) if left_out else rows)
        if hidden:
            behind = keep_rows(read_staged(part.folder, table, claims.budget), of_documents(hidden - part.excluded_ids))
            shaded_runs.append(behind)
    if taken_from:
        shaded_runs.append(keep_rows(published(table, taken_from), taken))
    if returned_to:
        shown_runs.append(keep_rows(published(shadow, returned_to), returned))
    return {table: Change(shown, shown_runs), shadow: Change(shaded, shaded_runs)}


def touch(lake: Lake, old: Manifest, table: str, months: set[str]) -> frozenset[str]:
    """The partitions to write anew: `months`, empty ones, and all of them when the table has new columns."""
    files = old.tables.get(table, ())
    if has_other_columns(lake, old, table):
        return frozenset(months | {file.month for file in files})
    return frozenset(months | {file.month for file in files if not file.rows})
