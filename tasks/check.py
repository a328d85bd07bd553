"""Is a lake what its receipts say? Every file against its hash, every sum, every document put together again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow.parquet as pq

from tasks.lake import Lake, Manifest, file_schema, table_paths
from tasks.measure import measure

CHUNK_DOCUMENTS = 20_000


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
        return [Finding("no lake here", str(lake.path), "ingest something, or name another --lake")]
    manifest = lake.manifest(version)
    found = list(check_files(lake, manifest))
    # With files missing or damaged, what is in them cannot be judged.
    return found or [*check_receipts(lake, manifest), *check_documents(lake, manifest)]


def check_files(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Files against the manifest: there, whole, with the declared columns, and nothing beside them."""
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
            elif not pq.read_schema(path).equals(file_schema(table)):
                yield Finding(
                    "a file's columns are not those declared", str(path), "run its batches again with --force"
                )


def scan(lake: Lake, manifest: Manifest, table: str, month: str | None = None) -> pl.LazyFrame:
    """A published table, or one month of it."""
    paths = list(table_paths(lake, manifest, table, month))
    if not paths:
        empty = pl.DataFrame(pl.from_arrow(file_schema(table).empty_table()))
        return empty.lazy()
    return pl.scan_parquet(paths, hive_partitioning=False)


def check_receipts(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Receipts against their own sums and against the rows that readers find."""
    batch = ["source", "logical_date"]
    receipts = scan(lake, manifest, "receipts").collect()
    for row in receipts.iter_rows(named=True):
        where = f"{row['source']} {row['logical_date']}"
        if row["records"] != row["published"] + row["duplicates"] + row["quarantined"]:
            yield Finding("a receipt's records do not add up", where, "run the batch again with --force")
        if row["chars"] != row["body_chars"] + row["apart_chars"] + row["removed_chars"] + row["line_ends"]:
            yield Finding("a receipt's characters do not add up", where, "run the batch again with --force")
    counted = receipts.select(*batch, "published", "quarantined")
    for table, count in (("documents", "published"), ("quarantine", "quarantined")):
        rows = scan(lake, manifest, table).group_by(batch).len("rows").collect()
        both = counted.join(rows, on=batch, how="full", coalesce=True)
        wrong = both.filter(pl.col(count).fill_null(0) != pl.col("rows").fill_null(0))
        for row in wrong.iter_rows(named=True):
            where = f"{table}, {row['source']} {row['logical_date']}: {row['rows']} rows, {row[count]} in the receipt"
            yield Finding("a receipt counts other rows than there are", where, "run the batch again with --force")


def check_documents(lake: Lake, manifest: Manifest) -> Iterator[Finding]:
    """Documents: each id once, and each put together again from the lake as it came in."""
    ids = scan(lake, manifest, "documents").select("doc_id").collect()["doc_id"]
    for doc_id in ids.filter(ids.is_duplicated()).unique().sort():
        yield Finding("a document is published twice", doc_id, "run its batches again with --force")
    for month in sorted({file.month for file in manifest.tables.get("documents", ())}):
        lines = scan(lake, manifest, "lines", month)
        documents = scan(lake, manifest, "documents", month).collect()
        for part in documents.iter_slices(CHUNK_DOCUMENTS):
            own = lines.join(part.lazy().select("doc_id"), on="doc_id", how="semi").collect()
            judged = measure(part.with_columns(month=pl.lit(month)), own.with_columns(month=pl.lit(month)))
            for doc_id in judged.filter(~pl.col("is_rebuilt").fill_null(False))["doc_id"].sort():
                yield Finding("a document cannot be put together again", doc_id, "run its batch again with --force")
