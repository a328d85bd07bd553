"""Who owns a document that arrives more than once: the earliest batch, and inside a batch the smallest uri.

Whatever the order in which batches are run, the lake must end up the same. So ownership is never decided by who came
first: each version keeps a list of who claims what (`claims`), and the rows of those who lose stay beside the published
ones (`shadowed`). A document is then always shown from its earliest claim, and when that batch is run again without it,
the next one's rows are at hand. What is shown is a function of what the batches hold, so no order can change it.

Cost: `claims` is sorted by source, so a publish reads the ids of its own source only, a row group at a time, and rewrites
the claims of one month. Documents are read only where one really changes hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lakes.lake import Lake, Manifest, partition_of, table_paths
from tasks.shard import StagedShard
from tasks.staging.receipt import Duplicate, StagedFolder

GROUPS_AT_ONCE = 20
CLAIM = {"logical_date": pl.Date, "doc_id": pl.String, "uri": pl.String, "partition": pl.String}


@dataclass(frozen=True)
class Moves:
    """What a publish does to documents that several batches have.

    `hidden`: documents of the batch that an earlier one owns. `down`, `up`: rows of other batches that disappear behind
    the batch, or come to light again (logical_date, doc_id, partition). `twins`: every duplicate among the contested
    documents as it stands afterwards (logical_date, uri, twin, twin_date, doc_id); `dates`: the other batches in it.
    """

    hidden: frozenset[str]
    contested: frozenset[str]
    down: pl.DataFrame
    up: pl.DataFrame
    twins: pl.DataFrame
    dates: tuple[date, ...]


def settle_twins(day: date, staged: Sequence[StagedShard]) -> tuple[list[StagedFolder], list[Duplicate]]:
    """Which staged documents a batch holds, and what the others repeat: the smallest uri stays, whatever its shard.

    The copies found inside a shard are named against the document that stays in the end, so the outcome does not depend
    on how the batch was cut into shards. What other batches hold is for `publish` to say: it has the lake's lock.
    """
    folders = [Path(folder) for shard in staged for folder in shard.folders]
    twins = [(twin.uri, twin.doc_id) for shard in staged for twin in shard.twins]
    found = find_repeated(folders, pl.Series("doc_id", [doc_id for _, doc_id in twins], dtype=pl.String))
    owners = found.unique("doc_id", keep="first", maintain_order=True)
    copies = found.join(owners, on=["doc_id", "uri", "shard"], how="anti", maintain_order="left")
    left_out = dict(copies.group_by("shard").agg("doc_id").iter_rows())
    parts = [StagedFolder(folder, frozenset(left_out.get(at, ()))) for at, folder in enumerate(folders)]
    losers = [*copies.select("uri", "doc_id").iter_rows(), *twins]
    homes = dict(owners.select("doc_id", "uri").iter_rows())
    return parts, [Duplicate(uri, homes[doc_id], day, doc_id) for uri, doc_id in sorted(losers)]


def find_repeated(folders: Sequence[Path], wanted: pl.Series) -> pl.DataFrame:
    """The staged documents that stand in several folders or are `wanted`: doc_id, uri, shard (place in `folders`).

    Sorted. Of all documents only a hash of eight bytes is held, so that a batch may have many.
    """
    hashes = [read_ids(folder)["doc_id"].hash() for folder in folders]
    every = pl.concat([pl.Series("doc_id", [], dtype=pl.UInt64), *hashes])
    some = pl.concat([every.filter(every.is_duplicated()), wanted.hash()]).unique()
    parts = [pl.DataFrame(schema={"doc_id": pl.String, "uri": pl.String, "shard": pl.Int32})]
    for number, (folder, own) in enumerate(zip(folders, hashes, strict=True)):
        rows = read_ids(folder, "uri").filter(own.is_in(some.implode()))
        parts.append(rows.with_columns(shard=pl.lit(number, dtype=pl.Int32)))
    return pl.concat(parts).sort("doc_id", "uri", "shard")


def read_ids(folder: Path, *others: str) -> pl.DataFrame:
    """The ids of a folder's staged documents, and other columns with them."""
    return pl.read_parquet(folder / "documents.parquet", columns=["doc_id", *others], hive_partitioning=False)


def read_claimed(folders: Sequence[StagedFolder], day: date) -> pl.DataFrame:
    """What a batch claims: the documents staged for it, without those left out. Columns of CLAIM.

    Raises ValueError when a document is in it twice.
    """
    parts = [pl.DataFrame(schema=CLAIM)]
    for part in folders:
        rows = pl.read_parquet(
            part.folder / "documents.parquet", columns=["doc_id", "uri", "month"], hive_partitioning=False
        )
        kept = rows.filter(~pl.col("doc_id").is_in(list(part.excluded_ids))) if part.excluded_ids else rows
        parts.append(kept.select(pl.lit(day).alias("logical_date"), "doc_id", "uri", partition="month"))
    claimed = pl.concat(parts).sort("doc_id")
    twice = claimed.filter(pl.col("doc_id") == pl.col("doc_id").shift())
    if twice.height:
        raise ValueError(
            f"document {twice['doc_id'][0]} is staged in two shards; settle_twins says which one to leave out"
        )
    return claimed


def read_own_claims(lake: Lake, manifest: Manifest, source: str, logical_date: date) -> pl.DataFrame:
    """Which documents a batch brought, shown or not, with uri and partition: its claims in one version of a lake."""
    paths = table_paths(lake, manifest, "claims", partition_of("claims", logical_date, manifest.by))
    mine = (pc.field("source") == source) & (pc.field("logical_date") == logical_date)
    return collect_claims(pq.read_table(path, columns=list(CLAIM), filters=mine, partitioning=None) for path in paths)


def read_rival_claims(paths: Iterable[Path], source: str, logical_date: date, ids: pl.Series) -> pl.DataFrame:
    """The claims of a source's other batches on any of `ids`. Ids are read first, the rest only where one is found."""
    wanted = ids.unique().to_arrow().cast(pa.string())
    return collect_claims(find_rivals(paths, source, logical_date, wanted))


def find_rivals(paths: Iterable[Path], source: str, logical_date: date, wanted: pa.Array) -> Iterator[pa.Table]:
    """The rival claims of some row groups after the others, without those that cannot hold any by their statistics."""
    for path in paths if len(wanted) else ():
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            groups = [number for number in range(file.num_row_groups) if may_hold(file, number, source)]
            # Many at a time: looking up `wanted` builds a table of it each time.
            for at in range(0, len(groups), GROUPS_AT_ONCE):
                some = groups[at : at + GROUPS_AT_ONCE]
                heads = file.read_row_groups(some, columns=["source", "logical_date", "doc_id"], use_threads=False)
                rivals = pc.and_(
                    pc.and_(pc.equal(heads["source"], source), pc.not_equal(heads["logical_date"], logical_date)),
                    pc.is_in(heads["doc_id"], value_set=wanted),
                )
                if pc.any(rivals).as_py():
                    yield file.read_row_groups(some, columns=list(CLAIM), use_threads=False).filter(rivals)


def may_hold(file: pq.ParquetFile, group: int, source: str) -> bool:
    """Whether a row group's statistics leave room for rows of a source."""
    column = file.schema_arrow.names.index("source")
    bounds = file.metadata.row_group(group).column(column).statistics
    return bounds is None or not bounds.has_min_max or bool(bounds.min <= source <= bounds.max)


def collect_claims(parts: Iterable[pa.Table]) -> pl.DataFrame:
    """Claims as one frame with the columns of CLAIM."""
    frames = [pl.DataFrame(pl.from_arrow(part)).select(list(CLAIM)) for part in parts]
    return pl.concat([pl.DataFrame(schema=CLAIM), *frames])


def plan_moves(logical_date: date, old: pl.DataFrame, new: pl.DataFrame, rivals: pl.DataFrame) -> Moves:
    """What changes hands when the batch of `logical_date` holds `new` instead of `old`; all frames as CLAIM says."""
    first = rivals.sort("doc_id", "logical_date").unique("doc_id", keep="first", maintain_order=True)
    # Of millions of documents few are contested.
    before, after = (set(held.join(first, on="doc_id", how="semi")["doc_id"]) for held in (old, new))
    hidden: set[str] = set()
    falls: list[str] = []
    rises: list[str] = []
    for day, doc_id in first.select("logical_date", "doc_id").iter_rows():
        owned, owns = (doc_id in held and logical_date < day for held in (before, after))
        if doc_id in after and not owns:
            hidden.add(doc_id)
        if owns and not owned:
            falls.append(doc_id)
        if owned and not owns:
            rises.append(doc_id)
    claims = pl.concat([rivals, new.join(first.select("doc_id"), on="doc_id", how="semi")]).sort(
        "doc_id", "logical_date"
    )
    owners = claims.unique("doc_id", keep="first", maintain_order=True)
    twins = (
        claims.join(owners.select("doc_id", twin="uri", twin_date="logical_date"), on="doc_id")
        .filter(pl.col("logical_date") != pl.col("twin_date"))
        .select("logical_date", "uri", "twin", "twin_date", "doc_id")
        .sort("logical_date", "uri", "doc_id")
    )
    return Moves(
        hidden=frozenset(hidden),
        contested=frozenset(first["doc_id"]),
        down=first.filter(pl.col("doc_id").is_in(falls)),
        up=first.filter(pl.col("doc_id").is_in(rises)),
        twins=twins,
        dates=tuple(sorted(set(rivals["logical_date"]))),
    )


def name_twins(receipt: Mapping[str, Any], moves: Moves) -> dict[str, Any]:
    """A receipt whose `duplicates` and `twins` say what is so after the moves.

    Twins inside the batch carry its own date and stay as they are; those in other batches are named anew.
    """
    day = receipt["logical_date"]
    kept = [twin for twin in receipt["twins"] if twin["twin_date"] == day or twin["doc_id"] not in moves.contested]
    found = moves.twins.filter(pl.col("logical_date") == day).drop("logical_date").to_dicts()
    twins = sorted([*kept, *found], key=lambda twin: (twin["uri"], twin["twin_date"], twin["doc_id"]))
    return {**receipt, "twins": twins, "duplicates": receipt["duplicates"] + len(twins) - len(receipt["twins"])}
