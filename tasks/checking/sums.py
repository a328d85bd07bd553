"""Receipts against their own sums and against the rows, which are counted again one row group at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow.compute as pc

from tasks.checking import AGAIN
from tasks.lakes.lake import Lake, table_paths
from tasks.publishing.merge import CHUNK_FLOOR, read_sorted
from tasks.publishing.receipts import split_batches
from tasks.publishing.tallies import (
    DOCUMENT_COLUMNS,
    LINE_COLUMNS,
    LISTS,
    Tally,
    find_open_sums,
    tally_documents,
    tally_lines,
    tally_quarantine,
)
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest

BATCH = ("source", "logical_date")
COUNTED = (
    "published",
    "quarantined",
    "chars",
    "body_chars",
    "apart_chars",
    "removed_chars",
    "line_ends",
    "removed_lines",
    "captions_merged",
)
KINDS = {
    "documents": (tally_documents, DOCUMENT_COLUMNS),
    "lines": (tally_lines, LINE_COLUMNS),
    "quarantine": (tally_quarantine, ("reasons",)),
}
Shares = dict[tuple[str, date], Tally]


def check_receipts(lake: Lake, manifest: Manifest) -> Iterator[LakeFault]:
    """Every receipt's sums, and its counts against the rows of its batch; batches with two receipts or none."""
    shares = tally_batches(lake, manifest)
    zero = Tally({(name, None): 0 for name in COUNTED})
    seen: set[tuple[str, date]] = set()
    for receipt in read_receipts(lake, manifest):
        batch = (receipt["source"], receipt["logical_date"])
        where = f"{batch[0]} {batch[1]}"
        if batch in seen:
            yield LakeFault("a batch has two receipts", where, AGAIN)
        seen.add(batch)
        for gap in find_open_sums(receipt):
            yield LakeFault("a receipt's sums do not close", f"{where}: {gap}", AGAIN)
        # Not `+`, which would lose zeros.
        counted = zero.copy()
        counted.update(shares.get(batch, Tally()))
        for (column, value), count in sorted(counted.items(), key=str):
            stated = find_count(receipt, column, value)
            if stated != count:
                name = column if value is None else f"{column} {value}"
                what = "a receipt counts other rows than there are"
                yield LakeFault(what, f"{where}: {name} is {stated}, counted {count}", AGAIN)
    for source, day in sorted(batch for batch, share in shares.items() if batch not in seen and share.total()):
        yield LakeFault("rows of a batch that has no receipt", f"{source} {day}", AGAIN)


def read_receipts(lake: Lake, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every receipt, one at a time: a receipt lists all inputs of its batch."""
    for chunk in read_sorted(table_paths(lake, manifest, "receipts"), budget=CHUNK_FLOOR):
        for row in range(chunk.num_rows):
            yield chunk.slice(row, 1).to_pylist()[0]


def tally_batches(lake: Lake, manifest: Manifest) -> Shares:
    """Every batch's share of the published tables, counted from the rows. A batch without any has no entry."""
    shares: Shares = defaultdict(Tally)
    for table, (count, columns) in KINDS.items():
        paths = table_paths(lake, manifest, table)
        for chunk in read_sorted(paths, columns=[*BATCH, *columns], budget=CHUNK_FLOOR):
            for source in pc.unique(chunk["source"]):
                own = chunk.filter(pc.equal(chunk["source"], source))
                for day, rows in split_batches(iter([own])):
                    shares[source.as_py(), day].update(count(rows))
    return shares


def find_count(receipt: Mapping[str, Any], column: str, value: str | None) -> int:
    """A count in a receipt."""
    if value is None:
        return int(receipt[column])
    return sum(entry["count"] for entry in receipt[column] if entry[LISTS[column]] == value)
