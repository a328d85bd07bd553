"""Lakes of releases up to 0.2, which had no table `duplicates`: its rows, from the `twins` that their receipts have.

A twin is a uri and a doc_id; what else the record said is not known. Its batch gets all of it, and today's doc_ids, when it
is run again: to today's release every batch of an older one is stale.
"""

import polars as pl

from tasks.lakes.lake import Lake, table_paths
from tasks.schema import EARLIER_BATCH, MONTH, SAME_BATCH
from tasks.staging.stage import empty_frame
from tasks.stores.manifest import Manifest


def is_older(manifest: Manifest) -> bool:
    """Whether a version was published by a release that had no table `duplicates`."""
    return bool(manifest.version) and "duplicates" not in manifest.tables


def read_twins(lake: Lake, manifest: Manifest) -> pl.DataFrame:
    """The rows of `duplicates`, with month, of a version that has no such table."""
    receipts = [
        pl.read_parquet(path, columns=["source", "logical_date", "twins"], hive_partitioning=False)
        for path in table_paths(lake, manifest, "receipts")
    ]
    if not receipts:
        return empty_frame("duplicates")
    twins = pl.concat(receipts).explode("twins").drop_nulls("twins").unnest("twins")
    is_inside = pl.col("twin_date") == pl.col("logical_date")
    rows = twins.select(
        *("uri", "source", "logical_date", "doc_id"),
        pl.when(is_inside).then(pl.lit(SAME_BATCH)).otherwise(pl.lit(EARLIER_BATCH)).alias("reason"),
        pl.col("logical_date").dt.strftime("%Y-%m").alias(MONTH.name),
        authors=pl.lit([], pl.List(pl.String)),
    )
    return pl.concat([empty_frame("duplicates"), rows], how="diagonal")
