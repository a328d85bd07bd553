"""Which batch brought which document: the hidden table `claims`, and what a batch changes in it.

A document of several batches is published by the earliest (`tasks.staging.duplicates`); the rows of the others stay beside the
published ones, in `shadowed`. So when a batch is run again without a document, the next batch's rows are at hand, and no order
of runs can change what is published.

Cost: `claims` is sorted by source, so a publish reads the ids of its own source only, a row group at a time, and rewrites the
claims of one month. Documents are read only where one changes its owner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lakes.lake import Lake, scan_table, table_paths
from tasks.publishing.merge import CHUNK_BYTES, CHUNK_FLOOR
from tasks.staging.duplicates import OwnershipChanges, plan_ownership
from tasks.staging.receipt import StagedBatch, StagedFolder
from tasks.stores.manifest import Manifest, partition_of

GROUPS_AT_ONCE = 20
CLAIM = {"logical_date": pl.Date, "doc_id": pl.String, "uri": pl.String, "partition": pl.String}


@dataclass(frozen=True)
class BatchClaims:
    """What a batch claims, before (`owned`) and now (`claimed`). `budget`: bytes to hold in memory of each sorted part."""

    source: str
    day: date
    folders: Sequence[StagedFolder]
    owned: pl.DataFrame
    claimed: pl.DataFrame
    ownership: OwnershipChanges
    budget: int


def load_claims(lake: Lake, old: Manifest, staged: StagedBatch) -> BatchClaims:
    """What the batch held, what it holds now, and what that does to other batches."""
    source, day, folders = staged.receipt["source"], staged.receipt["logical_date"], staged.folders
    claimed = read_claimed(folders, day)
    owned = read_own_claims(lake, old, source, day)
    ids = pl.concat([owned["doc_id"], claimed["doc_id"]])
    rivals = read_rival_claims(table_paths(lake, old, "claims"), source, day, ids)
    ownership = plan_ownership(day, owned, claimed, rivals)
    budget = max(CHUNK_FLOOR, CHUNK_BYTES // (len(folders) + 2))
    return BatchClaims(source, day, folders, owned, claimed, ownership, budget)


def read_claimed(folders: Sequence[StagedFolder], day: date) -> pl.DataFrame:
    """The documents that are staged for a batch, columns of CLAIM. Raises ValueError when a document is in it twice."""
    parts = [pl.DataFrame(schema=CLAIM)]
    for part in folders:
        rows = part.scan("documents").select(pl.lit(day).alias("logical_date"), "doc_id", "uri", partition="month")
        parts.append(rows.collect())
    claimed = pl.concat(parts).sort("doc_id")
    twice = claimed.filter(pl.col("doc_id") == pl.col("doc_id").shift())
    if twice.height:
        raise ValueError(
            f"document {twice['doc_id'][0]} is staged in two shards; settle_duplicates says which one to exclude"
        )
    return claimed


def read_own_claims(lake: Lake, manifest: Manifest, source: str, logical_date: date) -> pl.DataFrame:
    """The documents that a batch brought, published or not: its claims in one version of a lake. Columns of CLAIM."""
    mine = (pl.col("source") == source) & (pl.col("logical_date") == logical_date)
    partition = partition_of("claims", logical_date, manifest.by)
    return scan_table(lake, manifest, "claims", [partition]).filter(mine).select(list(CLAIM)).collect()


def read_rival_claims(paths: Iterable[Path], source: str, logical_date: date, ids: pl.Series) -> pl.DataFrame:
    """The claims of a source's other batches on any of `ids`; other columns only where one matches. Columns of CLAIM."""
    wanted = ids.unique().to_arrow().cast(pa.string())
    found = [pl.DataFrame(schema=CLAIM)]
    for path in paths if len(wanted) else ():
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            groups = [number for number in range(file.num_row_groups) if can_hold(file, number, source)]
            # Many at a time: each look-up builds a hash table of `wanted`.
            for at in range(0, len(groups), GROUPS_AT_ONCE):
                some = groups[at : at + GROUPS_AT_ONCE]
                heads = file.read_row_groups(some, columns=["source", "logical_date", "doc_id"], use_threads=False)
                rivals = pc.and_(
                    pc.and_(pc.equal(heads["source"], source), pc.not_equal(heads["logical_date"], logical_date)),
                    pc.is_in(heads["doc_id"], value_set=wanted),
                )
                if pc.any(rivals).as_py():
                    rows = file.read_row_groups(some, columns=list(CLAIM), use_threads=False).filter(rivals)
                    found.append(pl.DataFrame(pl.from_arrow(rows)).select(list(CLAIM)))
    return pl.concat(found)


def can_hold(file: pq.ParquetFile, group: int, source: str) -> bool:
    """Whether a row group can have rows of a source, by its statistics."""
    column = file.schema_arrow.names.index("source")
    bounds = file.metadata.row_group(group).column(column).statistics
    return bounds is None or not bounds.has_min_max or bool(bounds.min <= source <= bounds.max)
