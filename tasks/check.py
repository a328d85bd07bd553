"""Is a lake what its receipts say? Every file against its hash, every sum, every document put together again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.lake import Lake, Manifest, file_schema, read_rows, table_paths
from tasks.measure import measure
from tasks.objects.bucket import ObjectLake
from tasks.objects.inspect import inspect_bucket
from tasks.publishing.merge import CHUNK_FLOOR, read_run
from tasks.publishing.moves import split_batches
from tasks.publishing.tallies import LISTS, Tally, find_gaps, tally_documents, tally_lines, tally_quarantine

CHUNK_DOCUMENTS = 20_000
AGAIN = "run its batches again with --force"
COUNTED = (
    "published", "quarantined", "chars", "body_chars", "apart_chars", "removed_chars", "line_ends", "removed_lines",
    "captions_merged",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something in a lake that is not as it should be: what, where, and what to do next."""

    what: str
    where: str
    next: str


def check(lake: Lake) -> list[Finding]:
    """Everything that is wrong with the published version of a lake; empty when all is well."""
    version = lake.version()
    if not version:
        return [Finding("no lake here", lake.name, "ingest something, or name another --lake")]
    manifest = lake.manifest(version)
    found = list(check_files(lake, manifest))
    # With files missing or damaged, what is in them cannot be judged.
    return found or [*check_receipts(lake, manifest), *check_owners(lake, manifest), *check_documents(lake, manifest)]


def check_files(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Files against the manifest: there, whole, with the declared columns, and nothing beside them."""
    if isinstance(lake, ObjectLake):
        wrong = [Finding(*found) for found in inspect_bucket(lake, manifest)]
    else:
        wrong = list(check_tree(lake, manifest))
    yield from wrong
    damaged = {found.where for found in wrong}
    for table, files in manifest.tables.items():
        for file in files:
            where = lake.locate(manifest.version, table, file)
            if where in damaged:
                continue
            facts = pq.read_metadata(lake.fetch(manifest.version, table, file))
            if not facts.schema.to_arrow_schema().equals(file_schema(table)):
                yield Finding("a file's columns are not those declared", where, AGAIN)
            if facts.num_rows != file.rows:
                yield Finding("a file has other rows than its commit says", where, AGAIN)


def check_tree(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """The files of a version on a disk, against their hashes."""
    for table, files in manifest.tables.items():
        root = lake.tree(manifest.version) / table
        listed = {file.path for file in files}
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            if path.relative_to(root).as_posix() not in listed:
                yield Finding("a file that no commit made", str(path), "move it away")
        for file in files:
            path = root / file.path
            if not path.exists():
                yield Finding("a file is missing", str(path), "roll back, or run its batches again with --force")
                continue
            with path.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            if digest != file.sha256:
                yield Finding(
                    "a file is not what was published", str(path), "roll back, or run its batches with --force"
                )


def scan(lake: Lake, manifest: Manifest, table: str, month: str | None = None) -> pl.LazyFrame:
    """A published table, or one month of it."""
    paths = list(table_paths(lake, manifest, table, month))
    if not paths:
        empty = pl.DataFrame(pl.from_arrow(file_schema(table).empty_table()))
        return empty.lazy()
    return pl.scan_parquet(paths, hive_partitioning=False)


def check_receipts(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Receipts against their own sums and against the rows themselves, counted anew."""
    shares = count_rows(lake, manifest)
    for receipt in read_receipts(lake, manifest):
        batch = (receipt["source"], receipt["logical_date"])
        where = f"{batch[0]} {batch[1]}"
        for gap in find_gaps(receipt):
            yield Finding("a receipt's sums do not close", f"{where}: {gap}", AGAIN)
        for (column, value), count in sorted(shares.pop(batch, Tally()).items(), key=str):
            said = look_up(receipt, column, value)
            if said != count:
                name = column if value is None else f"{column} {value}"
                yield Finding(
                    "a receipt counts other rows than there are", f"{where}: {name} is {said}, counted {count}", AGAIN
                )
    for source, day in sorted(batch for batch, share in shares.items() if share.total()):
        yield Finding("rows of a batch that has no receipt", f"{source} {day}", AGAIN)


def read_receipts(lake: Lake, manifest: Manifest) -> list[dict[str, Any]]:
    """The receipts of this version: others may publish while it is checked."""
    return read_rows(lake, "receipts", pc.field("source").is_valid(), manifest=manifest)


def count_rows(lake: Lake, manifest: Manifest) -> dict[tuple[str, date], Tally]:
    """Every batch's share of the published tables, counted from the rows. A batch without rows of a kind counts zero."""
    zero = Tally({(name, None): 0 for name in COUNTED})
    shares: dict[tuple[str, date], Tally] = defaultdict(zero.copy)
    for receipt in read_receipts(lake, manifest):
        shares[receipt["source"], receipt["logical_date"]] = zero.copy()
    kinds = {"documents": tally_documents, "lines": tally_lines, "quarantine": tally_quarantine}
    for table, count in kinds.items():
        for chunk in read_run(table_paths(lake, manifest, table), budget=CHUNK_FLOOR):
            for source in pc.unique(chunk["source"]):
                own = chunk.filter(pc.equal(chunk["source"], source))
                for day, rows in split_batches(iter([own])):
                    # Not `+`, which would lose zeros.
                    shares[source.as_py(), day].update(count(rows))
    return shares


def look_up(receipt: Mapping[str, Any], column: str, value: str | None) -> int:
    """What a receipt says of a count."""
    if value is None:
        return int(receipt[column])
    return sum(entry["count"] for entry in receipt[column] if entry[LISTS[column]] == value)


def check_owners(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Every claim on a document against its rows: shown for the earliest batch of its source, kept behind it for others."""
    claims = scan(lake, manifest, "claims").select("source", "doc_id", "logical_date").collect()
    first = claims.group_by("source", "doc_id").agg(pl.col("logical_date").min())
    later = claims.join(first, on=claims.columns, how="anti")
    for table, wanted in (("documents", first), ("shadowed", later)):
        rows = scan(lake, manifest, table).select(wanted.columns).collect()
        for what, odd in (
            ("a document is not where its batch put it", wanted.join(rows, on=wanted.columns, how="anti")),
            ("a document that no batch brought", rows.join(wanted, on=wanted.columns, how="anti")),
        ):
            for source, doc_id, day in odd.sort(odd.columns).iter_rows():
                yield Finding(what, f"{table}, {source} {day}: {doc_id}", AGAIN)


def check_documents(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Documents: each id once, and each put together again from the lake as it came in."""
    ids = scan(lake, manifest, "documents").select("doc_id").collect()["doc_id"]
    for doc_id in ids.filter(ids.is_duplicated()).unique().sort():
        yield Finding("a document is published twice", doc_id, AGAIN)
    for month in sorted({file.month for file in manifest.tables.get("documents", ())}):
        lines = scan(lake, manifest, "lines", month)
        documents = scan(lake, manifest, "documents", month).collect()
        for part in documents.iter_slices(CHUNK_DOCUMENTS):
            own = lines.join(part.lazy().select("doc_id"), on="doc_id", how="semi").collect()
            judged = measure(part.with_columns(month=pl.lit(month)), own.with_columns(month=pl.lit(month)))
            for doc_id in judged.filter(~pl.col("is_rebuilt").fill_null(False))["doc_id"].sort():
                yield Finding("a document cannot be put together again", doc_id, AGAIN)
