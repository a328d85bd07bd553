"""Which copy of a document stays: that of the earliest batch, and inside a batch the one with the smallest uri.

The rule (`find_originals`) is applied where copies can be seen: inside a shard, over the shards of a batch, and over the
batches of a source under the lake's lock. Each level repeats the decision for all copies that it knows of, so the result does
not depend on how a batch was cut into shards, nor on the order in which batches are run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.staging.receipt import Duplicate, StagedFolder

ORDER = ("doc_id", "logical_date", "uri")


@dataclass(frozen=True)
class ShardDuplicate:
    """A record whose document the same shard has already; which record that is, the batch decides."""

    uri: str
    doc_id: str


@dataclass(frozen=True)
class OwnershipChanges:
    """What a publish does to documents that several batches of a source have.

    `hidden`: documents of the batch that an earlier batch owns; `contested`: all of its documents, now or before, that other
    batches have. `taken`, `returned`: rows of other batches (logical_date, doc_id, partition) that the batch hides, or that
    are published again. `duplicates`: every duplicate among the contested documents afterwards (logical_date, uri, twin,
    twin_date, doc_id); `other_dates`: the other batches among them.
    """

    hidden: frozenset[str]
    contested: frozenset[str]
    taken: pl.DataFrame
    returned: pl.DataFrame
    duplicates: pl.DataFrame
    other_dates: tuple[date, ...]


def find_originals(copies: pl.DataFrame) -> pl.DataFrame:
    """The copy of each document that stays, by doc_id. `copies`: doc_id and, where they differ, logical_date and uri."""
    order = [name for name in ORDER if name in copies.columns]
    return copies.sort(order, maintain_order=True).unique("doc_id", keep="first", maintain_order=True)


def split_duplicates(documents: pl.DataFrame) -> tuple[pl.DataFrame, tuple[ShardDuplicate, ...]]:
    """The documents of a shard, each once, and the records that repeat one of them."""
    originals = find_originals(documents)
    others = documents.join(originals, on=["doc_id", "uri"], how="anti").sort("uri")
    return originals, tuple(ShardDuplicate(*row) for row in others.select("uri", "doc_id").iter_rows())


def settle_duplicates(
    day: date, folders: Sequence[Path], found: Sequence[ShardDuplicate]
) -> tuple[list[StagedFolder], list[Duplicate]]:
    """The staged folders without repeated documents, and all duplicates inside the batch; `found`: those inside shards."""
    wanted = pl.Series("doc_id", [duplicate.doc_id for duplicate in found], dtype=pl.String)
    copies = find_repeated(folders, wanted)
    originals = find_originals(copies)
    others = copies.join(originals, on=["doc_id", "uri", "folder"], how="anti", maintain_order="left")
    excluded = dict(others.group_by("folder").agg("doc_id").iter_rows())
    staged = [StagedFolder(folder, frozenset(excluded.get(at, ()))) for at, folder in enumerate(folders)]
    kept = dict(originals.select("doc_id", "uri").iter_rows())
    repeats = [*others.select("uri", "doc_id").iter_rows(), *((one.uri, one.doc_id) for one in found)]
    return staged, [Duplicate(uri, kept[doc_id], day, doc_id) for uri, doc_id in sorted(repeats)]


def find_repeated(folders: Sequence[Path], wanted: pl.Series) -> pl.DataFrame:
    """The documents in several folders or `wanted`: doc_id, uri, folder (index), sorted. Holds eight bytes of every other one."""
    hashes = [read_ids(folder)["doc_id"].hash() for folder in folders]
    every = pl.concat([pl.Series("doc_id", [], dtype=pl.UInt64), *hashes])
    some = pl.concat([every.filter(every.is_duplicated()), wanted.hash()]).unique()
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
    claims = pl.concat([rivals, new.join(first.select("doc_id"), on="doc_id", how="semi")])
    originals = find_originals(claims).select("doc_id", twin="uri", twin_date="logical_date")
    duplicates = (
        claims.join(originals, on="doc_id")
        .filter(pl.col("logical_date") != pl.col("twin_date"))
        .select("logical_date", "uri", "twin", "twin_date", "doc_id")
        .sort("logical_date", "uri", "doc_id")
    )
    return OwnershipChanges(
        hidden=frozenset(after.filter(~is_later)["doc_id"]),
        contested=frozenset(first["doc_id"]),
        taken=owns.join(owned, on="doc_id", how="anti", maintain_order="left"),
        returned=owned.join(owns, on="doc_id", how="anti", maintain_order="left"),
        duplicates=duplicates,
        other_dates=tuple(sorted(set(rivals["logical_date"]))),
    )


def update_duplicates(receipt: Mapping[str, Any], changes: OwnershipChanges) -> dict[str, Any]:
    """A receipt whose `duplicates` and `twins` are those after the changes; duplicates inside the batch stay as they are."""
    day = receipt["logical_date"]
    kept = [twin for twin in receipt["twins"] if twin["twin_date"] == day or twin["doc_id"] not in changes.contested]
    found = changes.duplicates.filter(pl.col("logical_date") == day).drop("logical_date").to_dicts()
    twins = sorted([*kept, *found], key=lambda twin: (twin["uri"], twin["twin_date"], twin["doc_id"]))
    return {**receipt, "twins": twins, "duplicates": receipt["duplicates"] + len(twins) - len(receipt["twins"])}
