"""What a batch changes in each table: which partitions, and the runs of rows that make them up.

A row of the batch replaces the batch's old ones wherever they lie. Documents that change hands move between a table and
the shadow behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa

from tasks.lakes.lake import Lake, Manifest, month_of, partition_of, table_paths
from tasks.publishing.duplicates import Moves, plan_moves, read_claimed, read_own_claims, read_rival_claims
from tasks.publishing.merge import CHUNK_BYTES, CHUNK_FLOOR, SortedRows
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
from tasks.staging.receipt import StagedBatch, StagedFolder

SHADOWS = {"documents": "shadowed", "lines": "shadowed_lines"}


@dataclass(frozen=True)
class Change:
    """What a commit does to one table: the partitions to write anew, and the sorted runs of all their rows."""

    months: frozenset[str]
    runs: list[SortedRows]


@dataclass(frozen=True)
class BatchClaims:
    """What a batch claims, and what that means for the lake. `owned`: its claims before; `claimed`: its claims now.

    `budget`: bytes to hold in memory of each sorted input; `by`: month or day, as the lake is partitioned.
    """

    source: str
    day: date
    folders: Sequence[StagedFolder]
    owned: pl.DataFrame
    claimed: pl.DataFrame
    moves: Moves
    budget: int
    by: str


def load_claims(lake: Lake, old: Manifest, staged: StagedBatch) -> BatchClaims:
    """What the batch held, what it holds now, and what that does to other batches."""
    source, day, folders = staged.receipt["source"], staged.receipt["logical_date"], staged.folders
    claimed = read_claimed(folders, day)
    owned = read_own_claims(lake, old, source, day)
    ids = pl.concat([owned["doc_id"], claimed["doc_id"]])
    rivals = read_rival_claims(table_paths(lake, old, "claims"), source, day, ids)
    moves = plan_moves(day, owned, claimed, rivals)
    budget = max(CHUNK_FLOOR, CHUNK_BYTES // (len(folders) + 2))
    return BatchClaims(source, day, folders, owned, claimed, moves, budget, old.by)


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
    own, moves, hidden = of_batches(claims.source, [claims.day]), claims.moves, claims.moves.hidden
    down, up = of_claims(moves.down), of_claims(moves.up)
    falls, rises = set(moves.down["partition"]), set(moves.up["partition"])
    held = pl.concat([claims.owned, claims.claimed])
    contested = set(held.filter(pl.col("doc_id").is_in(list(moves.contested)))["partition"])

    def published(name: str, months: Iterable[str]) -> SortedRows:
        return read_partitions(lake, old, name, months, claims.budget)

    shown = touch(lake, old, table, {*held["partition"], *falls, *rises})
    shaded = touch(lake, old, shadow, contested | falls | rises)
    front = drop_rows(published(table, shown), own)
    back = drop_rows(published(shadow, shaded), own)
    shown_runs = [drop_rows(front, down) if falls else front]
    shaded_runs = [drop_rows(back, up) if rises else back]
    for part in claims.folders:
        rows = read_staged(part.folder, table, claims.budget)
        left_out = part.excluded_ids | hidden
        shown_runs.append(drop_rows(rows, of_documents(left_out)) if left_out else rows)
        if hidden:
            behind = keep_rows(read_staged(part.folder, table, claims.budget), of_documents(hidden - part.excluded_ids))
            shaded_runs.append(behind)
    if falls:
        shaded_runs.append(keep_rows(published(table, falls), down))
    if rises:
        shown_runs.append(keep_rows(published(shadow, rises), up))
    return {table: Change(shown, shown_runs), shadow: Change(shaded, shaded_runs)}


def touch(lake: Lake, old: Manifest, table: str, months: set[str]) -> frozenset[str]:
    """The partitions to write anew: `months`, empty ones, and all of them when the table has new columns."""
    files = old.tables.get(table, ())
    if has_other_columns(lake, old, table):
        return frozenset(months | {file.month for file in files})
    return frozenset(months | {file.month for file in files if not file.rows})
