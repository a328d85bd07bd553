"""The table `erasures` against the others: what was erased is in none of them, and no erasure is half done."""

from collections.abc import Iterator

import polars as pl

from tasks.lakes.lake import Lake, scan_table
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest
from tasks.stores.store import ERASING

HOLDING = ("documents", "shadowed", "lines", "shadowed_lines", "duplicates", "quarantine", "sketches", "claims")


def check_erasures(lake: Lake, manifest: Manifest) -> Iterator[LakeFault]:
    """Erased documents that a table has, and erasures in progress."""
    for name in lake.files.list_names(ERASING):
        yield LakeFault("an erasure is in progress", lake.files.address(name), "copydesk erase --finish, or any batch")
    gone = scan_table(lake, manifest, "erasures").select(pl.col("doc_id").drop_nulls().unique()).collect().to_series()
    for table in HOLDING if len(gone) else ():
        rows = scan_table(lake, manifest, table).filter(pl.col("doc_id").is_in(gone.implode()))
        for doc_id in rows.select(pl.col("doc_id").unique().sort()).collect().to_series():
            yield LakeFault(
                "an erased document is in the lake", f"{table}: {doc_id}", f"copydesk erase {doc_id} --why ..."
            )
