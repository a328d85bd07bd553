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
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows
from tasks.publishing.rows import drop_rows, keep_rows, of_claims, of_documents, read_partitions, read_staged
from tasks.publishing.tallies import Tally, add_tally, tally_documents, tally_lines
from tasks.staging.duplicates import OwnershipChanges, update_duplicates
from tasks.staging.receipt import StagedFolder

Shares = dict[date, Tally]
TALLIES: dict[str, Callable[[pa.Table], Tally]] = {"documents": tally_documents, "lines": tally_lines}


def settle_receipts(lake: Lake, old: Manifest, claims: BatchClaims, receipt: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The batch's receipt and behind it those of the other batches that hold any of its documents, as they stand after.

    A document that changes hands takes its share of all sums along, counted from its own rows.
    """
    day, ownership = claims.day, claims.ownership
    shares = {day: share_hidden(claims.folders, ownership)} if ownership.hidden else {}
    settled = [update_duplicates(add_tally(receipt, shares.get(day, Tally()), -1), ownership)]
    if ownership.other_dates:
        taken = share_published(lake, old, ownership.taken, {"documents": "documents", "lines": "lines"})
        returned = share_published(lake, old, ownership.returned, {"shadowed": "documents", "shadowed_lines": "lines"})
        theirs = (pc.field("source") == claims.source) & pc.field("logical_date").isin(list(ownership.other_dates))
        for other in read_rows(lake, "receipts", theirs, manifest=old):
            date_of = other["logical_date"]
            moved = add_tally(add_tally(other, taken[date_of], -1), returned[date_of], 1)
            settled.append(update_duplicates(moved, ownership))
    return settled


def share_hidden(folders: Sequence[StagedFolder], ownership: OwnershipChanges) -> Tally:
    """The share of a batch's documents that an earlier batch owns."""
    total: Tally = Tally()
    for part in folders:
        for table, count in TALLIES.items():
            rows = keep_rows(read_staged(part.folder, table, CHUNK_FLOOR), of_documents(ownership.hidden))
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
