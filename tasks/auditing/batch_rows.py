"""A published batch: its receipt and quarantine, and its rows staged again for a replay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import InputSeen
from tasks.lakes.lake import Lake, read_steadily, scan_table
from tasks.publishing.claims import read_own_claims
from tasks.schema import MONTH
from tasks.shard import StagedShard
from tasks.staging.duplicates import ShardDuplicate
from tasks.staging.measure import measure_shard
from tasks.staging.stage import empty_frame, stage_tables
from tasks.stores.errors import LakeError
from tasks.stores.manifest import Manifest
from tasks.stores.tables import month_of

KEPT_ROWS = 50_000  # documents per shard that is staged from the lake


@dataclass(frozen=True)
class PublishedBatch:
    """What a lake has of a batch: its receipt, and its rows of quarantine."""

    receipt: dict[str, Any]
    quarantine: pl.DataFrame


def read_published_batch(lake: Lake, source: str, day: date) -> PublishedBatch | None:
    """What a lake has of a batch; None if it was never published."""
    receipt = lake.receipt(source, day)
    if receipt is None:
        return None
    month = month_of(day)
    return PublishedBatch(
        receipt, read_steadily(lake, lambda seen: scan_batch(lake, seen, "quarantine", source, day, month).collect())
    )


def find_file(uri: str, files: Collection[str]) -> str:
    """The file of a record: its uri without the number after the last `#`, unless a file has that name."""
    return uri if uri in files else uri.rpartition("#")[0] or uri


def stage_published_rows(
    lake: Lake, published: PublishedBatch, kept: Collection[str], folder: Path, first: int
) -> list[StagedShard]:
    """The batch's published rows from the files `kept`, staged below `folder` as shards numbered from `first`.

    Documents that an earlier batch publishes are included. Raises LakeError when claimed documents are missing.
    """
    if not kept:
        return []
    source, day = published.receipt["source"], published.receipt["logical_date"]
    files = {entry["uri"] for entry in published.receipt["inputs"]}
    mine = published.quarantine.filter([find_file(uri, files) in kept for uri in published.quarantine["uri"]])
    inputs = tuple(InputSeen(**entry) for entry in published.receipt["inputs"] if entry["uri"] in kept)
    duplicates = tuple(
        ShardDuplicate(twin["uri"], twin["doc_id"])
        for twin in published.receipt["twins"]
        if twin["twin_date"] == day and find_file(twin["uri"], files) in kept
    )

    def stage(seen: Manifest) -> list[StagedShard]:
        claims = read_own_claims(lake, seen, source, day)
        own = claims.filter([find_file(uri, files) in kept for uri in claims["uri"]]).sort("doc_id")
        staged = []
        for number, part in enumerate(own.iter_slices(KEPT_ROWS) if own.height else [own], first):
            target = folder / f"kept-{number:05d}"
            # Inputs, duplicates and quarantine belong to the whole batch: the first shard has them.
            is_first = number == first
            rows = read_published_rows(lake, seen, source, day, part) | {
                "quarantine": mine if is_first else mine.clear()
            }
            if rows["documents"].height != part.height:
                raise LakeError(
                    f"{lake.name}: {source} {day} claims {part.height} documents where {rows['documents'].height} are. "
                    "Run `copydesk check`, or the whole batch with --force."
                )
            stage_tables(rows, target)
            measure_shard(target)
            staged.append(
                StagedShard(
                    folders=(str(target),),
                    number=number,
                    inputs=inputs if is_first else (),
                    records=sum(entry.records for entry in inputs) if is_first else 0,
                    documents=part.height,
                    quarantined=rows["quarantine"].height,
                    duplicates=duplicates if is_first else (),
                )
            )
        return staged

    return read_steadily(lake, stage)


def read_published_rows(
    lake: Lake, seen: Manifest, source: str, day: date, claims: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The rows of `documents` and `lines` of the claimed documents, published or shadowed by an earlier batch."""
    months = sorted(set(claims["partition"]))
    found: dict[str, pl.DataFrame] = {}
    for table, shadow in (("documents", "shadowed"), ("lines", "shadowed_lines")):
        parts = [
            scan_batch(lake, seen, name, source, day, month).join(claims.lazy(), on="doc_id", how="semi")
            for name in (table, shadow)
            for month in months
        ]
        found[table] = pl.concat([empty_frame(table).lazy(), *parts]).collect()
    return found


def scan_batch(lake: Lake, seen: Manifest, table: str, source: str, day: date, month: str) -> pl.LazyFrame:
    """A batch's rows in one partition of a table, with `month`."""
    own = (pl.col("source") == source) & (pl.col("logical_date") == day)
    return scan_table(lake, seen, table, [month]).filter(own).with_columns(pl.lit(month[:7]).alias(MONTH.name))
