"""The receipts of all batches that a publish touches, brought up to date when documents change hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lakes.lake import Lake, Manifest, read_rows
from tasks.publishing.changes import BatchClaims
from tasks.publishing.duplicates import Moves, name_twins
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows
from tasks.publishing.rows import drop_rows, keep_rows, of_claims, of_documents, read_partitions, read_staged
from tasks.publishing.tallies import Tally, add_tally, tally_documents, tally_lines
from tasks.staging.receipt import StagedFolder

Shares = dict[date, Tally]
TALLIES: dict[str, Callable[[pa.Table], Tally]] = {"documents": tally_documents, "lines": tally_lines}


def settle_receipts(lake: Lake, old: Manifest, claims: BatchClaims, receipt: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The batch's receipt and behind it those of the other batches that hold any of its documents, as they stand after.

    A document that changes hands takes its share of all sums along, counted from its own rows.
    """
    day, moves = claims.day, claims.moves
    shares = {day: share_hidden(claims.folders, moves)} if moves.hidden else {}
    settled = [name_twins(add_tally(receipt, shares.get(day, Tally()), -1), moves)]
    if moves.dates:
        falls = share_published(lake, old, moves.down, {"documents": "documents", "lines": "lines"})
        rises = share_published(lake, old, moves.up, {"shadowed": "documents", "shadowed_lines": "lines"})
        theirs = (pc.field("source") == claims.source) & pc.field("logical_date").isin(list(moves.dates))
        for other in read_rows(lake, "receipts", theirs, manifest=old):
            date_of = other["logical_date"]
            moved = add_tally(add_tally(other, falls[date_of], -1), rises[date_of], 1)
            settled.append(name_twins(moved, moves))
    return settled


def share_hidden(folders: Sequence[StagedFolder], moves: Moves) -> Tally:
    """The share of a batch's documents that an earlier batch owns."""
    total: Tally = Tally()
    for part in folders:
        for table, count in TALLIES.items():
            rows = keep_rows(read_staged(part.folder, table, CHUNK_FLOOR), of_documents(moves.hidden))
            for chunk in drop_rows(rows, of_documents(part.excluded_ids)) if part.excluded_ids else rows:
                total.update(count(chunk))
    return total


def share_published(lake: Lake, old: Manifest, claims: pl.DataFrame, tables: Mapping[str, str]) -> Shares:
    """By batch, the share of documents in the lake. `tables`: where to read -> how to count."""
    shares: Shares = defaultdict(Tally)
    for table, kind in tables.items() if claims.height else ():
        run: SortedRows = read_partitions(lake, old, table, set(claims["partition"]), CHUNK_FLOOR)
        for day, rows in split_batches(keep_rows(run, of_claims(claims))):
            shares[day].update(TALLIES[kind](rows))
    return shares


def split_batches(run: SortedRows) -> Iterable[tuple[date, pa.Table]]:
    """The rows of each batch, chunk by chunk."""
    for chunk in run:
        for day in pc.unique(chunk["logical_date"]):
            yield day.as_py(), chunk.filter(pc.equal(chunk["logical_date"], day))
