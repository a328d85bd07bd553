"""A source under another name, in one commit: every row is as a run under that name would have made it.

A doc_id is a hash of source, publisher and canonical text, so all of them are computed again, with everything that names them.
The name of a source is also the publisher of documents for which nothing else names one. If the lake has batches of the new name,
of other days, the two become one source, and a document of both is published by the earlier batch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.counts import format_count
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import (
    SHADOWS,
    Change,
    conform_rows,
    drop_rows,
    keep_rows,
    list_touched,
    match_batches,
    match_claims,
    read_partitions,
    sort_frame,
)
from tasks.publishing.merge import CHUNK_BYTES, SortedRows, spill_chunks
from tasks.publishing.publish import commit
from tasks.publishing.receipts import add_tally, tally_published
from tasks.publishing.renamed_rows import Renaming, plan_renaming, rename_learned
from tasks.publishing.rewrite import rewrite_over
from tasks.publishing.source_removal import BUDGET, SourceExtent, find_extent, match_source, require_batches
from tasks.schema import EARLIER_BATCH, MONTH, TABLES
from tasks.staging.assemble import assemble_duplicates
from tasks.staging.stage import empty_frame
from tasks.stores.manifest import ORDERS, Manifest, month_of

RENAMED = "renamed"  # key of a commit's note


@dataclass(frozen=True)
class LostClaims:
    """Documents that a batch publishes until an earlier one of the other name does: logical_date, doc_id (as it is), partition.

    `own`: of batches of the old name, `others`: of the new.
    """

    own: pl.DataFrame
    others: pl.DataFrame

    @property
    def partitions(self) -> set[str]:
        """Where they are."""
        return {*self.own["partition"], *self.others["partition"]}


def rename_batches(lake: Lake, old: str, new: str, *, keeps_publisher: bool = False) -> tuple[int, bool]:
    """Renames a source; returns the version, and whether its name was a publisher and is renamed as such as well.

    `keeps_publisher`: documents whose publisher is the old name keep it, since their records say it themselves. Raises
    RequestError where both have a batch of one day, or two documents would become one.
    """
    note: dict[str, Any] = {}

    def plan(before: Manifest, scratch: Path) -> Mapping[str, Change]:
        own, others = (find_extent(lake, before, name) for name in (old, new))
        require_batches(lake, own)
        require_other_days(own, others)
        renaming = plan_renaming(lake, before, own, new, keeps_publisher)
        check_erased(lake, before, renaming, own, others)
        if renaming.is_publisher:
            renaming = replace(renaming, learned=rename_learned(lake, before, own, new))
        note[RENAMED] = {"from": old, "to": new, "publisher": renaming.is_publisher}
        return change_tables(lake, before, renaming, (own, others), scratch)

    version = commit(lake, lambda last: rewrite_over(lake, last, plan, note))
    return version, note[RENAMED]["publisher"]


def require_other_days(own: SourceExtent, others: SourceExtent) -> None:
    """Raises RequestError where a source has a batch of a day that the other has too: one would replace the other."""
    if both := sorted({*own.days} & {*others.days}):
        more = f" (and of {format_count(len(both) - 1, 'other day')})" if len(both) > 1 else ""
        raise RequestError(
            f"{own.name} and {others.name} both have a batch of {both[0]}{more}. Remove the one "
            f"that is not wanted: copydesk remove-source {own.name}, or {others.name}. `copydesk check` says what they share."
        )


def check_erased(lake: Lake, old: Manifest, renaming: Renaming, own: SourceExtent, others: SourceExtent) -> None:
    """Raises RequestError where a document that was erased from one of two sources is in the other: they would be one."""
    tombstones = scan_table(lake, old, "erasures")
    mine = tombstones.filter(pl.col("source") == own.name).collect()
    theirs = tombstones.filter(pl.col("source") == others.name).select("doc_id").collect()["doc_id"]
    held = {*renaming.ids.filter(pl.col("new_id").is_in(theirs.drop_nulls().implode()))["doc_id"]}
    held |= {*renaming.name_tombstones(mine).drop_nulls()} & {*others.claims["doc_id"]}
    if held:
        raise RequestError(
            f"document {min(held)} was erased from one of {own.name} and {others.name} and is in the other; "
            "erase it there first: copydesk erase"
        )


def find_lost(renaming: Renaming, own: SourceExtent, others: SourceExtent) -> LostClaims:
    """The documents of two sources that become one source, without those of the earliest batch that has each."""
    mine = own.claims.join(renaming.ids, on="doc_id", how="left")
    named = [
        mine.with_columns(pl.coalesce("new_id", "doc_id").alias("new_id"), is_own=pl.lit(True)),
        others.claims.with_columns(new_id="doc_id", is_own=pl.lit(False)),
    ]
    shown = pl.concat(
        rows.sort("new_id", "logical_date").unique("new_id", keep="first", maintain_order=True) for rows in named
    )
    lost = shown.filter(pl.col("logical_date") > pl.col("logical_date").min().over("new_id"))
    return LostClaims(*(lost.filter(pl.col("is_own") == side).drop("new_id", "is_own") for side in (True, False)))


def change_tables(
    lake: Lake, old: Manifest, renaming: Renaming, extents: tuple[SourceExtent, SourceExtent], scratch: Path
) -> dict[str, Change]:
    """What the commit does to each table but links and stories, which follow from the sketches.

    `extents`: of the source, and of the one that has its new name already.
    """
    own, others = extents
    lost = find_lost(renaming, own, others)

    def change(table: str, more: Iterable[SortedRows] = (), months: Iterable[str] = ()) -> Change:
        touched = list_touched(lake, old, table, own.list_partitions(table, old.by) | {*months})
        before = drop_rows(read_partitions(lake, old, table, touched, BUDGET), match_source(own.name))
        moved = keep_rows(read_partitions(lake, old, table, touched, CHUNK_BYTES // 2), match_source(own.name))
        if table in (*SHADOWS, "sketches"):
            before, moved = drop_rows(before, match_claims(lost.others)), drop_rows(moved, match_claims(lost.own))
        return Change(touched, [before, *spill_chunks(rename_chunks(moved, table, renaming), scratch / table), *more])

    def read_lost(table: str) -> list[SortedRows]:
        """The rows of a table that move behind it."""
        parts: list[SortedRows] = []
        for side, claims in (("own", lost.own), ("others", lost.others)):
            rows = read_partitions(lake, old, table, set(claims["partition"]), CHUNK_BYTES // 2)
            kept = keep_rows(rows, match_claims(claims))
            chunks = rename_chunks(kept, table, renaming) if side == "own" else kept
            parts += spill_chunks(chunks, scratch / f"{table}-lost-{side}")
        return parts

    repeats = [pl.DataFrame(pl.from_arrow(chunk)) for part in read_lost("documents") for chunk in part]
    doubles = pl.concat([empty_frame("duplicates"), *(assemble_duplicates(some, EARLIER_BATCH) for some in repeats)])
    changes = {table: change(table, months=lost.partitions) for table in (*SHADOWS, "sketches")}
    changes |= {shadow: change(shadow, read_lost(table), lost.partitions) for table, shadow in SHADOWS.items()}
    changes |= {table: change(table) for table in ("claims", "quarantine")}
    changes["erasures"] = change("erasures", months=(file.month for file in old.tables.get("erasures", ())))
    changes["duplicates"] = change("duplicates", [sort_frame(doubles, "duplicates")], doubles[MONTH.name])
    changes["receipts"] = rename_receipts(lake, old, renaming, own, lost, scratch / "receipts")
    return changes


def rename_chunks(rows: SortedRows, table: str, renaming: Renaming) -> SortedRows:
    """Rows of the source under its new name, each chunk sorted."""
    for chunk in rows:
        if chunk.num_rows:
            renamed = renaming.rename_rows(pl.DataFrame(pl.from_arrow(chunk)))
            ordered = renamed.sort(MONTH.name, *ORDERS[table], nulls_last=True, maintain_order=True)
            yield conform_rows(ordered.to_arrow(), table)


def rename_receipts(
    lake: Lake, old: Manifest, renaming: Renaming, own: SourceExtent, lost: LostClaims, scratch: Path
) -> Change:
    """What the commit does to the receipts: those of the source, and those of batches that lose documents."""
    losing = lost.others["logical_date"].unique().to_list()
    touched = list_touched(lake, old, "receipts", own.list_partitions("receipts", old.by) | set(map(month_of, losing)))
    shares = [tally_published(lake, old, claims, ("documents", "lines")) for claims in (lost.own, lost.others)]
    is_own, is_losing = match_source(own.name), match_batches(renaming.new, losing)

    def make() -> Iterator[pa.Table]:
        for chunk in read_partitions(lake, old, "receipts", touched, BUDGET):
            for row in chunk.filter(pc.or_(is_own(chunk), is_losing(chunk))).to_pylist():
                mine, day, month = row["source"] == own.name, row["logical_date"], row.pop(MONTH.name)
                settled = add_tally(renaming.rename_receipt(row) if mine else row, shares[not mine][day], -1)
                made = pa.Table.from_pylist([settled], schema=TABLES["receipts"])
                yield conform_rows(made.append_column(MONTH.name, pa.array([month])), "receipts")

    before = drop_rows(drop_rows(read_partitions(lake, old, "receipts", touched, BUDGET), is_own), is_losing)
    return Change(touched, [before, *spill_chunks(make(), scratch)])
