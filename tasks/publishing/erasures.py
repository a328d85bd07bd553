"""The table `erasures` in a commit: what a batch that runs again, or a rollback, does to it. Its rows are never removed."""

import polars as pl

from tasks.lakes.lake import Lake, scan_table
from tasks.publishing.changes import Change, drop_rows, list_touched, match_batches, read_partitions, sort_frame
from tasks.publishing.claims import BatchClaims
from tasks.publishing.merge import CHUNK_FLOOR
from tasks.schema import MONTH
from tasks.staging.erased import conform_erasures, find_erased
from tasks.staging.receipt import StagedBatch
from tasks.stores.errors import ErasedMeanwhile
from tasks.stores.manifest import Manifest, month_of

KEY = ["source", "logical_date", "uri_sha256", "doc_id", "raw_sha256"]


def read_tombstones(lake: Lake, manifest: Manifest, source: str) -> pl.DataFrame:
    """The rows of `erasures` of a source in a version."""
    return scan_table(lake, manifest, "erasures").filter(pl.col("source") == source).collect()


def plan_erasures(lake: Lake, old: Manifest, claims: BatchClaims, staged: StagedBatch) -> Change:
    """What the commit of a batch does to `erasures`: rows that its records no longer match stay, as not delivered.

    Raises ErasedMeanwhile when a record was erased after the batch was judged.
    """
    known = read_tombstones(lake, old, claims.source)
    if find_erased(staged.folders, [staged.duplicates, staged.quarantine], known).height:
        raise ErasedMeanwhile(f"{claims.source} {claims.day}")
    before = known.filter(pl.col("logical_date") == claims.day).with_columns(month=pl.lit(month_of(claims.day)))
    left = before.join(staged.erased, on=KEY, how="anti", nulls_equal=True).with_columns(is_delivered=pl.lit(False))
    touched = list_touched(
        lake, old, "erasures", {month_of(claims.day)} if before.height or staged.erased.height else set()
    )
    rows = read_partitions(lake, old, "erasures", touched, claims.budget)
    others = drop_rows(rows, match_batches(claims.source, [claims.day]))
    return Change(touched, [others, sort_frame(conform_erasures(pl.concat([left, staged.erased])), "erasures")])


def carry_erasures(lake: Lake, last: Manifest, wanted: Manifest) -> Change | None:
    """The rows of `erasures` of a rollback: all that the latest version has, delivered where the version `wanted` has them so.

    None where the two have the same files.
    """
    if last.tables.get("erasures") == wanted.tables.get("erasures"):
        return None
    rows, before = (scan_table(lake, made, "erasures").collect() for made in (last, wanted))
    delivered = before.filter("is_delivered").select(*KEY, was=pl.lit(True))
    carried = rows.join(delivered, on=KEY, how="left", nulls_equal=True).with_columns(
        is_delivered=pl.col("was").fill_null(False), month=pl.col("logical_date").dt.strftime("%Y-%m")
    )
    months = {file.month for made in (last, wanted) for file in made.tables.get("erasures", ())}
    return Change(frozenset(months), [sort_frame(conform_erasures(carried), "erasures")])


def add_rows(lake: Lake, old: Manifest, rows: pl.DataFrame) -> Change:
    """What a commit does to `erasures` that adds rows, of records that it does not have yet."""
    known = scan_table(lake, old, "erasures").select(KEY).collect()
    new = rows.join(known, on=KEY, how="anti", maintain_order="left", nulls_equal=True)
    touched = list_touched(lake, old, "erasures", set(new[MONTH.name]))
    before = read_partitions(lake, old, "erasures", touched, CHUNK_FLOOR)
    return Change(touched, [before, sort_frame(new, "erasures")])
