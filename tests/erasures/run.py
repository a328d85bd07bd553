"""Erases records of lakes with a history, and judges from outside what is left.

    python -m erasures.run [--lakes N] [--each N] [--bucket] [--seed N]

After every erasure no file of the lake, its store or its bucket has twelve words in a row of an erased text that no other document
has; all other rows are as they were, and so are all partitions without erased rows; the sums close and `check --all` finds
nothing. In the end all batches run again, and nothing comes back.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from builders.erasures import cut_runs, find_runs, list_disk_files
from builders.object_store import KEYS, make_bucket, serve_objects

from erasures.history import SOURCES, History, make_history
from flows.batches.erasures import erase_records
from tasks.checking.check import check_lake
from tasks.erasing.targets import Keys, Request, resolve_keys
from tasks.lakes.iceberg import find_catalog, open_catalog
from tasks.lakes.lake import Lake, scan_table
from tasks.stores.bucket_client import list_objects, open_address, read_object

TEXT_TABLES = ("documents", "lines", "shadowed", "shadowed_lines", "duplicates", "sketches", "claims")
ASKED_AT = datetime(2026, 11, 30, tzinfo=UTC)


def read_table(lake: Lake, table: str) -> pl.DataFrame:
    """All rows of a table of the published version."""
    return scan_table(lake, lake.manifest(), table).collect()


def list_files(history: History) -> Iterator[tuple[str, bytes]]:
    """Every file and object of the lake, its store and its working folder."""
    lake = history.lake
    if "://" not in lake.name:
        yield from list_disk_files(Path(lake.name).parent)
        return
    yield from list_disk_files(Path(lake.store.folder))
    bucket, prefix = open_address(lake.name)
    for key in list_objects(bucket, f"{prefix.rpartition('/')[0]}/"):
        yield key, read_object(bucket, key)[0]


def choose_keys(rng: Random, lake: Lake, turn: int) -> dict[str, Any]:
    """What is erased in a turn: mostly one document by one of its names; a broken record; a publisher; a source."""
    documents = read_table(lake, "documents")
    stopped = read_table(lake, "quarantine")
    if turn % 10 == 8:
        return {"publishers": (rng.choice(sorted(set(documents["publisher"]))),)}
    if turn % 10 == 9:
        return {"sources": (rng.choice(SOURCES),)}
    if turn % 5 == 3 and stopped.height:
        return {"names": (rng.choice(stopped["uri"].to_list()),)}
    row = documents.row(rng.randrange(documents.height), named=True)
    return {"names": (row[("doc_id", "uri", "url", "record_id")[turn % 4]],)}


def is_named(rows: pl.DataFrame, keys: dict[str, Any]) -> pl.Series:
    """Whether rows have a name, publisher or source that is to be erased."""
    kinds = {"names": ("doc_id", "uri", "url", "record_id"), "publishers": ("publisher",), "sources": ("source",)}
    named = pl.any_horizontal(
        pl.col(column).is_in(list(values)).fill_null(False)
        for kind, values in keys.items()
        for column in kinds[kind]
        if column in rows.columns
    )
    return rows.select(named.alias("named")).to_series()


def erase_and_judge(history: History, keys: dict[str, Any], erased: set[str]) -> Iterator[str]:
    """Everything that is wrong after an erasure. `erased`: all texts so far, to which those of this one are added."""
    lake = history.lake
    before = {table: read_table(lake, table) for table in (*TEXT_TABLES, "quarantine")}
    files = lake.manifest().tables
    found = [before[table].filter(is_named(before[table], keys)) for table in ("documents", "duplicates", "quarantine")]
    ids = set().union(*(rows["doc_id"].drop_nulls() for rows in found))
    gone = before["documents"].filter(pl.col("doc_id").is_in(list(ids)))
    for row in gone.iter_rows(named=True):
        erased |= set(filter(None, (row["text"], row["title"], row["standfirst"])))
    erased |= set(found[2]["excerpt"].drop_nulls())
    targets, records = resolve_keys(lake, Keys(**keys))
    request = Request(tuple(targets), tuple(records), "withdrawn", None, ASKED_AT, removes_tags=True)
    list(erase_records(lake, request, history.settings))
    for table in TEXT_TABLES:
        rows = before[table].filter(~pl.col("doc_id").is_in(list(ids)))
        if not rows.equals(read_table(lake, table)):
            yield f"{table}: other rows changed"
    left = before["quarantine"].filter(~is_named(before["quarantine"], keys))
    if not left.equals(read_table(lake, "quarantine")):
        yield "quarantine: other rows changed"
    months = {row["logical_date"].strftime("%Y-%m") for rows in found for row in rows.iter_rows(named=True)}
    months |= {f"{day:%Y-%m}" for day in before["claims"].filter(pl.col("doc_id").is_in(list(ids)))["logical_date"]}
    for table in TEXT_TABLES:
        kept = [file for file in files[table] if file.month not in months]
        if kept != [file for file in lake.manifest().tables[table] if file.month not in months]:
            yield f"{table}: partitions without erased rows changed"
    yield from judge_lake(history, erased)
    if "://" not in lake.name:
        catalog = open_catalog(lake, find_catalog(lake))
        for table in ("documents", "lines"):
            found = catalog.load_table((lake.label, table))
            if found.scan().to_arrow().num_rows != read_table(lake, table).height or len(found.snapshots()) != 1:
                yield f"the Iceberg table {table} shows other rows, or earlier ones"


def judge_lake(history: History, erased: set[str]) -> Iterator[str]:
    """Everything that is wrong with a lake from which texts were erased."""
    lake = history.lake
    shown = [*read_table(lake, "documents")["text"], *read_table(lake, "lines")["text"]]
    shown += read_table(lake, "quarantine")["excerpt"].drop_nulls().to_list()
    held = set().union(*map(cut_runs, shown))
    wanted = set().union(*map(cut_runs, erased)) - held
    for name, run in find_runs(list_files(history), wanted).items():
        yield f"{name} has {run!r}"
    counts = [read_table(lake, table).height for table in ("documents", "duplicates", "quarantine")]
    counts.append(read_table(lake, "erasures").filter("is_delivered").height)
    if (records := read_table(lake, "receipts")["records"].sum()) != sum(counts):
        yield f"{records} records, {counts} accounted for"
    with tempfile.TemporaryDirectory() as scratch:
        yield from (f"check: {fault}" for fault in check_lake(lake, Path(scratch)))


def run_lake(root: Path, place: str, seed: int, each: int) -> list[str]:
    """Makes a lake, erases records of it so many times, then runs all of its batches again; all that is wrong."""
    rng = Random(seed)
    history = make_history(root, place, seed)
    erased: set[str] = set()
    wrong: list[str] = []
    for turn in range(each):
        keys = choose_keys(rng, history.lake, turn + seed * each)
        for fault in erase_and_judge(history, keys, erased):
            wrong.append(f"{place}, erasure {turn} of {keys}: {fault}")
            print(wrong[-1], file=sys.stderr, flush=True)
    documents = set(read_table(history.lake, "documents")["doc_id"])
    for source, day in history.batches:
        history.ingest(source, day, is_forced=True)
    if back := set(read_table(history.lake, "documents")["doc_id"]) - documents:
        wrong.append(f"{place}: a backfill brought back {sorted(back)}")
    wrong += [f"{place} after a backfill: {fault}" for fault in judge_lake(history, erased)]
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="erasures", description=__doc__)
    parser.add_argument("--lakes", type=int, default=4)
    parser.add_argument("--each", type=int, default=10, help="erasures in each lake")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bucket", action="store_true", help="lakes in a bucket, not on a disk")
    chosen = parser.parse_args(arguments)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        if chosen.bucket:
            endpoint = stack.enter_context(serve_objects(Path(folder) / "objects"))
            for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
                patch.setitem(os.environ, name, value)
            make_bucket(endpoint, "news")
        for seed in range(chosen.seed, chosen.seed + chosen.lakes):
            root = Path(folder) / str(seed)
            root.mkdir()
            place = f"s3://news/{seed}/lake" if chosen.bucket else str(root / "l" / "lake")
            wrong += run_lake(root, place, seed, chosen.each)
            print(f"lake {seed}: {chosen.each} erasures, {len(wrong)} faults so far", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
