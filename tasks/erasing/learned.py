"""Learned lines that come from erased documents alone: they leave every version of the learned lines, whose names stay.

A version is named by the hash of its content, and receipts name it. A file that lost rows says so, with the hash of what is left.
"""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

import polars as pl

from tasks.erasing.targets import Targets
from tasks.lakes.lake import Lake, scan_table
from tasks.learned.versions import FOLDER, parse_version, write_shortened
from tasks.rules import line_key
from tasks.stores.store_files import change_store_file, read_store_file


def clear_learned(lake: Lake, targets: Targets) -> Iterator[str]:
    """Removes the learned lines that no document of their publisher has any more, of publishers that lost documents."""
    for name, left, gone in find_orphans(lake, targets):
        version = PurePosixPath(name).stem
        shortened = write_shortened(version, left)
        change_store_file(lake.files, name, lambda _: shortened)  # noqa: B023
        yield f"learned lines removed from {version}: {gone}"


def find_orphans(lake: Lake, targets: Targets) -> Iterator[tuple[str, pl.DataFrame, int]]:
    """The files of learned lines that lose some: name, the lines that are left, and how many are not."""
    erased = count_erased(lake, targets)
    for name in lake.files.list_names(FOLDER):
        content = read_store_file(lake.files, name) if name.endswith(".json") else None
        if not content:
            continue
        rows = parse_version(content)
        # A line from another lake comes from no document of this one, and one of more documents than were erased has others.
        own = rows.filter(pl.col("imported").is_null())
        doubtful = own.join(erased, on="publisher").filter(pl.col("documents") <= pl.col("erased"))
        gone = doubtful.join(find_held(lake, doubtful, targets.ids), on=["publisher", "key"], how="anti")
        if gone.height:
            yield name, rows.join(gone, on=["publisher", "key"], how="anti", maintain_order="left"), gone.height


def count_erased(lake: Lake, targets: Targets) -> pl.DataFrame:
    """publisher, erased: documents of each publisher that loses some, of all erasures: one after the other may take each."""
    own = targets.records.select("publisher", "doc_id").drop_nulls()
    before = scan_table(lake, lake.manifest(), "erasures").select("publisher", "doc_id").drop_nulls().collect()
    every = pl.concat([own, before.join(own, on="publisher", how="semi")])
    return every.group_by("publisher").agg(erased=pl.col("doc_id").n_unique())


def find_held(lake: Lake, lines: pl.DataFrame, ids: Collection[str]) -> pl.DataFrame:
    """publisher, key: those of some learned lines that a document of their publisher has, erased ones aside."""
    manifest = lake.manifest()
    publishers, keys = lines["publisher"].unique().implode(), lines["key"].unique().implode()
    found = [lines.select("publisher", "key").clear()]
    for month in sorted({file.month for file in manifest.tables.get("documents", ())}) if lines.height else ():
        own = pl.col("publisher").is_in(publishers) & ~pl.col("doc_id").is_in(list(ids))
        texts = scan_table(lake, manifest, "documents", [month]).filter(own)
        body = texts.select("publisher", text=pl.col("text").str.split("\n")).explode("text", empty_as_null=True)
        apart = scan_table(lake, manifest, "lines", [month]).filter(own).select("publisher", "text")
        every = pl.concat([body, apart]).select("publisher", key=line_key(pl.col("text"))).unique()
        found.append(every.filter(pl.col("key").is_in(keys)).collect())
    return pl.concat(found).unique()
