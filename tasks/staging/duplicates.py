"""Which copy of a document stays: that of the earliest batch, and inside a batch the one with the smallest uri.

The rule (`find_originals`) is applied where copies can be seen: inside a shard, over the shards of a batch, and over the
batches of a source under the lake's lock. Each level repeats the decision for all copies that it knows of, so the result does
not depend on how a batch was cut into shards, nor on the order in which batches are run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from tasks.schema import SAME_BATCH
from tasks.staging.assemble import assemble_duplicates
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import empty_frame

ORDER = ("doc_id", "logical_date", "uri")


@dataclass(frozen=True)
class OwnershipChanges:
    """What a publish does to documents that several batches of a source have.

    `hidden`: documents of the batch that an earlier batch owns; `contested`: all of its documents, now or before, that other
    batches have. `taken`, `returned`: rows of other batches (logical_date, doc_id, partition) that the batch hides, or that
    are published again.
    """

    hidden: frozenset[str]
    contested: frozenset[str]
    taken: pl.DataFrame
    returned: pl.DataFrame

    @property
    def other_dates(self) -> list[date]:
        """The other batches that lose or get back a document."""
        return sorted({*self.taken["logical_date"], *self.returned["logical_date"]})


def find_originals(copies: pl.DataFrame) -> pl.DataFrame:
    """The copy of each document that stays, by doc_id. `copies`: doc_id and, where they differ, logical_date and uri."""
    order = [name for name in ORDER if name in copies.columns]
    return copies.sort(order, maintain_order=True).unique("doc_id", keep="first", maintain_order=True)


def split_duplicates(documents: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The documents of a shard, each once, and the others: those that repeat one of them."""
    originals = find_originals(documents)
    return originals, documents.join(originals, on=["doc_id", "uri"], how="anti", maintain_order="left")


def settle_duplicates(folders: Sequence[Path]) -> list[StagedFolder]:
    """The staged folders of a batch without documents that others of them have."""
    copies = find_repeated(folders)
    others = copies.join(find_originals(copies), on=["doc_id", "folder"], how="anti", maintain_order="left")
    excluded = dict(others.group_by("folder").agg("doc_id").iter_rows())
    return [StagedFolder(folder, frozenset(excluded.get(at, ()))) for at, folder in enumerate(folders)]


def gather_duplicates(folders: Sequence[StagedFolder]) -> pl.DataFrame:
    """All duplicates inside a batch, with month: those of each shard, and those that `settle_duplicates` excluded."""
    parts = [pl.read_parquet(part.folder / "duplicates.parquet", hive_partitioning=False) for part in folders]
    for part in folders:
        if part.excluded_ids:
            documents = pl.scan_parquet(part.folder / "documents.parquet", hive_partitioning=False)
            repeated = documents.filter(pl.col("doc_id").is_in(sorted(part.excluded_ids))).collect()
            parts.append(assemble_duplicates(repeated, SAME_BATCH))
    return pl.concat(parts) if parts else empty_frame("duplicates")


def find_repeated(folders: Sequence[Path]) -> pl.DataFrame:
    """The documents in several folders: doc_id, uri, folder (index), sorted. Holds eight bytes of every other document."""
    hashes = [read_ids(folder)["doc_id"].hash() for folder in folders]
    every = pl.concat([pl.Series("doc_id", [], dtype=pl.UInt64), *hashes])
    some = every.filter(every.is_duplicated()).unique()
    parts = [pl.DataFrame(schema={"doc_id": pl.String, "uri": pl.String, "folder": pl.Int32})]
    for number, (folder, own) in enumerate(zip(folders, hashes, strict=True)):
        rows = read_ids(folder, "uri").filter(own.is_in(some.implode()))
        parts.append(rows.with_columns(folder=pl.lit(number, dtype=pl.Int32)))
    return pl.concat(parts).sort("doc_id", "uri", "folder")


def read_ids(folder: Path, *others: str) -> pl.DataFrame:
    """The ids of a folder's staged documents, and other columns with them."""
    return pl.read_parquet(folder / "documents.parquet", columns=["doc_id", *others], hive_partitioning=False)


def plan_ownership(day: date, old: pl.DataFrame, new: pl.DataFrame, rivals: pl.DataFrame) -> OwnershipChanges:
    """What changes when a batch claims `new`, not `old`; `rivals`: other batches' claims. Frames have CLAIM's columns."""
    first = find_originals(rivals)
    # Of millions of documents few are contested.
    before, after = (first.join(claims, on="doc_id", how="semi", maintain_order="left") for claims in (old, new))
    is_later = pl.col("logical_date") > day
    owned, owns = before.filter(is_later), after.filter(is_later)
    return OwnershipChanges(
        hidden=frozenset(after.filter(~is_later)["doc_id"]),
        contested=frozenset(first["doc_id"]),
        taken=owns.join(owned, on="doc_id", how="anti", maintain_order="left"),
        returned=owned.join(owns, on="doc_id", how="anti", maintain_order="left"),
    )
