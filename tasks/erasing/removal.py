"""The commit of an erasure: the rows of its records leave all tables, tombstones and receipts say so, stories are made again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.erasing.targets import Request, Targets
from tasks.file_names import find_file
from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import (
    Change,
    Mask,
    drop_rows,
    keep_rows,
    list_touched,
    match_documents,
    read_partitions,
    sort_frame,
)
from tasks.publishing.erasures import add_rows
from tasks.publishing.merge import CHUNK_BYTES
from tasks.publishing.receipts import TALLIES, Tally, add_tally, find_open_sums, split_batches
from tasks.schema import TABLES
from tasks.staging.erased import conform_erasures, hash_uri
from tasks.stores.manifest import Manifest, month_of

Batch = tuple[str, date]
BUDGET = CHUNK_BYTES // 8


def plan_removal(lake: Lake, old: Manifest, request: Request, targets: Targets) -> dict[str, Change]:
    """What the commit does to each table but links and stories, which follow from the sketches."""
    removal = make_masks(targets)
    shares = tally_removed(lake, old, removal)
    receipts = settle_sums(lake, old, shares)
    changes = {}
    for table, (months, mask) in removal.items():
        touched = list_touched(lake, old, table, set(months)) if months else frozenset()
        if touched:
            changes[table] = Change(touched, [drop_rows(read_partitions(lake, old, table, touched, BUDGET), mask)])
    if receipts:
        changes["receipts"] = change_receipts(lake, old, receipts)
    inputs = {(row["source"], row["logical_date"]): {entry["uri"] for entry in row["inputs"]} for row in receipts}
    changes["erasures"] = add_rows(lake, old, write_tombstones(lake, old, request, targets, inputs))
    return changes


def make_masks(targets: Targets) -> dict[str, tuple[frozenset[str], Mask]]:
    """By table, the partitions that hold rows to remove, and what matches these rows."""
    own = match_documents(targets.ids)
    shown, hidden = targets.months("documents"), targets.months("shadowed")
    stopped = targets.removed.filter(pl.col("table") == "quarantine")
    named = stopped.select(pl.concat_str("source", pl.col("logical_date").cast(pl.String), "uri", separator="@"))
    keys = named.to_series().to_arrow().cast(pa.string())

    def match_stopped(rows: pa.Table) -> pa.ChunkedArray:
        days = rows["logical_date"].cast(pa.string())
        return pc.is_in(pc.binary_join_element_wise(rows["source"], days, rows["uri"], "@"), value_set=keys)

    months = {"documents": shown, "lines": shown, "sketches": shown, "shadowed": hidden, "shadowed_lines": hidden}
    # A claim lies in the partition of its batch: by day the day of the batch, by month its month.
    days = targets.removed.filter(pl.col("table").is_in(["documents", "shadowed"]))["logical_date"].unique()
    months["claims"] = frozenset(str(day)[: len(month)] for day in days for month in ("YYYY-MM", "YYYY-MM-DD"))
    months["duplicates"] = targets.months("duplicates")
    return {table: (found, own) for table, found in months.items()} | {
        "quarantine": (targets.months("quarantine"), match_stopped)
    }


def tally_removed(lake: Lake, old: Manifest, removal: Mapping[str, tuple[frozenset[str], Mask]]) -> dict[Batch, Tally]:
    """What the removed rows count for in the receipts of their batches."""
    shares: dict[Batch, Tally] = defaultdict(Tally)
    for table in ("documents", "lines", "duplicates", "quarantine"):
        months, mask = removal[table]
        for chunk in keep_rows(read_partitions(lake, old, table, months, BUDGET), mask):
            for source in pc.unique(chunk["source"]):
                own = chunk.filter(pc.equal(chunk["source"], source))
                for day, rows in split_batches(iter([own])):
                    shares[source.as_py(), day].update(TALLIES[table](rows))
    return shares


def settle_sums(lake: Lake, old: Manifest, shares: Mapping[Batch, Tally]) -> list[dict[str, Any]]:
    """The receipts of batches that lose records, which count as erased. Raises ValueError when one does not close."""
    settled = []
    for batch, receipt in read_batch_receipts(lake, old, shares):
        share = shares[batch]
        made = add_tally(receipt, share, -1)
        made["erased"] += sum(share[name, None] for name in ("published", "duplicates", "quarantined"))
        if gaps := find_open_sums(made):
            raise ValueError(f"the sums of {batch[0]} {batch[1]} would not close: {'; '.join(gaps)}")
        settled.append(made)
    return settled


def read_batch_receipts(lake: Lake, old: Manifest, batches: Iterable[Batch]) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """The receipts of some batches."""
    wanted = set(batches)
    for month in sorted({month_of(day) for _, day in wanted}):
        for row in scan_table(lake, old, "receipts", [month]).collect().iter_rows(named=True):
            if (batch := (row["source"], row["logical_date"])) in wanted:
                yield batch, row


def change_receipts(lake: Lake, old: Manifest, receipts: list[dict[str, Any]]) -> Change:
    """What the commit does to the receipts."""
    keys = pa.array([f"{row['source']}@{row['logical_date']}" for row in receipts], pa.string())
    frame = pl.DataFrame(pl.from_arrow(pa.Table.from_pylist(receipts, schema=TABLES["receipts"])))
    frame = frame.with_columns(month=pl.col("logical_date").dt.strftime("%Y-%m"))

    def match(rows: pa.Table) -> pa.ChunkedArray:
        return pc.is_in(
            pc.binary_join_element_wise(rows["source"], rows["logical_date"].cast(pa.string()), "@"), value_set=keys
        )

    touched = list_touched(lake, old, "receipts", set(frame["month"]))
    before = drop_rows(read_partitions(lake, old, "receipts", touched, BUDGET), match)
    return Change(touched, [before, sort_frame(frame, "receipts")])


def write_tombstones(
    lake: Lake, old: Manifest, request: Request, targets: Targets, inputs: Mapping[Batch, set[str]]
) -> pl.DataFrame:
    """The rows of `erasures` of the records of a request, with month."""
    records = targets.records
    shared = find_shared_bytes(lake, old, targets)
    files = [
        find_file(uri, inputs.get((source, day), ()))
        for source, day, uri in records.select("source", "logical_date", "uri").iter_rows()
    ]
    rows = records.with_columns(
        input=pl.Series(files, dtype=pl.String),
        uri_sha256=pl.Series(map(hash_uri, records["uri"]), dtype=pl.String),
        raw_sha256=pl.when(~pl.col("raw_sha256").is_in(list(shared))).then("raw_sha256"),
        is_delivered=pl.col("is_current"),
        why=pl.lit(request.why),
        requested_by=pl.lit(request.by, pl.String),
        requested_at=pl.lit(request.requested_at, pl.Datetime("us", "UTC")),
        month=pl.col("logical_date").dt.strftime("%Y-%m"),
    )
    return conform_erasures(rows)


def find_shared_bytes(lake: Lake, old: Manifest, targets: Targets) -> set[str]:
    """The hashes of raw records that records which stay have as well: a format may give several records of the same bytes."""
    raws = list(targets.removed["raw_sha256"].drop_nulls().unique())
    found: set[str] = set()
    for table in ("documents", "duplicates", "quarantine") if raws else ():
        rows = scan_table(lake, old, table, sorted(targets.months("documents") | targets.months(table)))
        same = pl.col("raw_sha256").is_in(raws) & ~pl.col("doc_id").is_in(list(targets.ids)).fill_null(False)
        kept = rows.filter(same).select("source", "logical_date", "uri", "raw_sha256").collect()
        found |= set(kept.join(targets.records, on=["source", "logical_date", "uri"], how="anti")["raw_sha256"])
    return found
