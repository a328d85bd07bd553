"""What a batch changes in each table: which partitions, and the sorted rows that make them up.

A row of the batch replaces the batch's old ones wherever they are. Documents that change their owner move between a table and
the hidden table behind it, `shadowed` or `shadowed_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import Lake
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import SortedRows
from tasks.publishing.rows import (
    drop_rows,
    has_other_columns,
    keep_rows,
    match_batches,
    match_claims,
    match_documents,
    read_partitions,
    read_staged_rows,
    sort_frame,
)
from tasks.schema import MONTH, TABLES
from tasks.stores.manifest import Manifest
from tasks.stores.tables import month_of, partition_of

SHADOWS = {"documents": "shadowed", "lines": "shadowed_lines"}


@dataclass(frozen=True)
class Change:
    """What a commit does to one table: the partitions to write again, and all their rows in sorted parts."""

    months: frozenset[str]
    parts: list[SortedRows]


def plan_changes(
    lake: Lake, old: Manifest, claims: BatchClaims, quarantine: pl.DataFrame, receipts: Sequence[Mapping[str, Any]]
) -> dict[str, Change]:
    """What the commit does to each table. Rows are read when they are merged, not before."""
    month, claimed_in = month_of(claims.day), partition_of("claims", claims.day, old.by)
    dates = [row["logical_date"] for row in receipts]
    rows = pl.from_arrow(pa.Table.from_pylist([dict(row) for row in receipts], schema=TABLES["receipts"]))
    months = pl.Series(MONTH.name, [month_of(day) for day in dates], dtype=pl.String)
    new = {
        "quarantine": quarantine.with_columns(pl.lit(month).alias(MONTH.name)),
        "receipts": pl.DataFrame(rows).with_columns(months),
        "claims": claims.claimed.with_columns(source=pl.lit(claims.source), month=pl.lit(claimed_in)),
    }
    changes: dict[str, Change] = {}
    for table, frame in new.items():
        touched = list_touched(lake, old, table, {claimed_in if table == "claims" else month, *frame[MONTH.name]})
        stale = match_batches(claims.source, dates if table == "receipts" else [claims.day])
        before = drop_rows(read_partitions(lake, old, table, touched, claims.budget), stale)
        changes[table] = Change(touched, [before, sort_frame(frame, table)])
    for table in SHADOWS:
        changes |= plan_moves(lake, old, claims, table)
    return changes


def plan_moves(lake: Lake, old: Manifest, claims: BatchClaims, table: str) -> dict[str, Change]:
    """What the commit does to `documents` or `lines`, and to the hidden table behind it."""
    shadow, ownership = SHADOWS[table], claims.ownership
    own, hidden = match_batches(claims.source, [claims.day]), match_documents(ownership.hidden)
    taken, returned = match_claims(ownership.taken), match_claims(ownership.returned)
    taken_from, returned_to = set(ownership.taken["partition"]), set(ownership.returned["partition"])
    claimed = pl.concat([claims.owned, claims.claimed])
    contested = set(claimed.filter(pl.col("doc_id").is_in(list(ownership.contested)))["partition"])

    def read_old(name: str, months: Iterable[str]) -> SortedRows:
        return read_partitions(lake, old, name, months, claims.budget)

    months = list_touched(lake, old, table, {*claimed["partition"], *taken_from, *returned_to})
    shadow_months = list_touched(lake, old, shadow, contested | taken_from | returned_to)
    front, back = drop_rows(read_old(table, months), own), drop_rows(read_old(shadow, shadow_months), own)
    parts = [drop_rows(front, taken) if taken_from else front]
    shadow_parts = [drop_rows(back, returned) if returned_to else back]
    for part in claims.folders:
        rows = read_staged_rows(part, table, claims.budget)
        parts.append(drop_rows(rows, hidden) if ownership.hidden else rows)
        if ownership.hidden:
            shadow_parts.append(keep_rows(read_staged_rows(part, table, claims.budget), hidden))
    if taken_from:
        shadow_parts.append(keep_rows(read_old(table, taken_from), taken))
    if returned_to:
        parts.append(keep_rows(read_old(shadow, returned_to), returned))
    return {table: Change(months, parts), shadow: Change(shadow_months, shadow_parts)}


def list_touched(lake: Lake, old: Manifest, table: str, months: set[str]) -> frozenset[str]:
    """The partitions to write again: `months`, empty ones, and all of them when the table has new columns."""
    files = old.tables.get(table, ())
    rewrite = has_other_columns(lake, old, table)
    return frozenset(months | {file.month for file in files if rewrite or not file.rows})
