"""The receipts of all batches that a publish touches, updated where documents change their owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows
from tasks.publishing.rows import keep_rows, match_claims, match_documents, read_partitions, read_staged_rows
from tasks.publishing.tallies import Tally, add_tally, tally_documents, tally_lines
from tasks.staging.duplicates import update_duplicates
from tasks.stores.manifest import Manifest
from tasks.stores.tables import ORDERS

TALLIES: dict[str, Callable[[pa.Table], Tally]] = {
    "documents": tally_documents,
    "lines": tally_lines,
    "shadowed": tally_documents,
    "shadowed_lines": tally_lines,
}


def settle_receipts(lake: Lake, old: Manifest, claims: BatchClaims, receipt: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The batch's receipt, then those of other batches that have any of its documents, as they are after the publish.

    A document that changes its owner takes its share of all sums with it, counted from its own rows.
    """
    ownership = claims.ownership
    settled = [update_duplicates(add_tally(receipt, tally_hidden(claims), -1), ownership)]
    if ownership.other_dates:
        taken = tally_published(lake, old, ownership.taken, ("documents", "lines"))
        returned = tally_published(lake, old, ownership.returned, ("shadowed", "shadowed_lines"))
        others = (pl.col("source") == claims.source) & pl.col("logical_date").is_in(ownership.other_dates)
        for other in scan_table(lake, old, "receipts").filter(others).sort(ORDERS["receipts"]).collect().to_dicts():
            day = other["logical_date"]
            settled.append(update_duplicates(add_tally(add_tally(other, taken[day], -1), returned[day], 1), ownership))
    return settled


def tally_hidden(claims: BatchClaims) -> Tally:
    """The share of a batch's documents that an earlier batch owns."""
    tally: Tally = Tally()
    hidden = claims.ownership.hidden
    for part in claims.folders if hidden else ():
        for table in ("documents", "lines"):
            for chunk in keep_rows(read_staged_rows(part, table, CHUNK_FLOOR), match_documents(hidden)):
                tally.update(TALLIES[table](chunk))
    return tally


def tally_published(lake: Lake, old: Manifest, claims: pl.DataFrame, tables: Iterable[str]) -> dict[date, Tally]:
    """By batch, the share of claimed documents in tables of the lake."""
    shares: dict[date, Tally] = defaultdict(Tally)
    for table in tables if claims.height else ():
        rows = read_partitions(lake, old, table, set(claims["partition"]), CHUNK_FLOOR)
        for day, chunk in split_batches(keep_rows(rows, match_claims(claims))):
            shares[day].update(TALLIES[table](chunk))
    return shares


def split_batches(rows: SortedRows) -> Iterable[tuple[date, pa.Table]]:
    """The rows of each batch of a source, chunk by chunk."""
    for chunk in rows:
        for day in pc.unique(chunk["logical_date"]):
            yield day.as_py(), chunk.filter(pc.equal(chunk["logical_date"], day))
