"""Sources that have read the same files: one that was renamed in sources.toml alone is published under both names."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import polars as pl

from tasks.counts import format_count
from tasks.lakes.lake import Lake, scan_table
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest

TWICE = "two sources have the same files"
READ = ("source", "logical_date", "key")


def find_shared_files(lake: Lake, manifest: Manifest) -> Iterator[LakeFault]:
    """Every two sources of a version with files of one name and content, and the command that leaves one of them."""
    entries = scan_table(lake, manifest, "receipts").select("source", "logical_date", "inputs").explode("inputs")
    said = pl.col("inputs").struct
    named = entries.filter(said.field("sha256") != "", said.field("size") > 0)
    # Hashes, since a lake may have read millions of files.
    hashed = pl.struct(said.field("uri"), said.field("sha256")).hash()
    read = named.select("source", "logical_date", key=hashed).unique().collect()
    sizes = dict(read.group_by("source").agg(pl.col("key").n_unique()).iter_rows())
    shared = read.select("source", "key").unique().group_by("key").agg(pl.col("source").sort())
    several = shared.filter(pl.col("source").list.len() > 1)["source"].to_list()
    pairs = Counter(pair for names in several for pair in combinations(names, 2))
    days = {name: set(group["logical_date"]) for (name,), group in read.group_by("source")}
    for pair, count in sorted(pairs.items()):
        first, second = sorted(pair, key=lambda name: (min(days[name]), max(days[name]), name))
        whole = [name for name in (first, second) if count == sizes[name]]
        where = f"{first} and {second}: {format_count(count, 'file')} of {sizes[first]:,} and {sizes[second]:,}"
        if days[first].isdisjoint(days[second]):
            cure = f"copydesk rename-source {first} {second} makes them one source, if they are one"
        elif whole:
            rest = f", then copydesk rename-source {first} {second}" if whole == [second] else ""
            cure = f"if they are one source: copydesk remove-source {whole[0]}{rest}"
        else:
            cure = (
                f"if they are one source: copydesk remove-source {second}, then copydesk rename-source {first} {second}, "
                f"then run the days again that only {second} had"
            )
        yield LakeFault(TWICE, where, cure)
