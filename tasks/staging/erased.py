"""Records that were erased and are delivered again: found among what is staged, counted, and left out.

A record is an erased one when it has the doc_id of one (the same text of the same publisher, in the same source) or, in the same
source, the same raw bytes. All records of a batch with a text that one of them has are erased with it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import polars as pl

from tasks.file_names import find_file
from tasks.schema import MONTH, SORT_KEYS, TABLES
from tasks.staging.receipt import StagedFolder
from tasks.staging.stage import empty_frame

FILE = "erasures.parquet"  # in a staged folder: erased records of files that are not read again
RECORD = dict.fromkeys(("uri", "doc_id", "publisher", "canonical_sha256", "raw_sha256"), pl.String)
ASKED = ("why", "requested_by", "requested_at")


@dataclass(frozen=True)
class ErasedRecords:
    """The erased records of a batch. `rows`: of `erasures`, with month; `uris`, `ids`: the records, and their doc_ids."""

    rows: pl.DataFrame
    uris: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def drop(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `duplicates` or `quarantine` without those of erased records."""
        return rows.filter(~pl.col("uri").is_in(list(self.uris))) if self.uris else rows

    def exclude(self, folders: Iterable[StagedFolder]) -> list[StagedFolder]:
        """Staged folders without the erased documents."""
        return [replace(part, excluded_ids=part.excluded_ids | self.ids) for part in folders]


def find_erased(
    folders: Sequence[StagedFolder], others: Sequence[pl.DataFrame], tombstones: pl.DataFrame
) -> pl.DataFrame:
    """The staged records that were erased: columns of RECORD.

    `others`: rows of duplicates and quarantine of the batch; `tombstones`: rows of `erasures` of its source.
    """
    empty = pl.DataFrame(schema=RECORD)
    if tombstones.is_empty():
        return empty
    heads = [part.scan("documents").select(*RECORD).collect() for part in folders]
    heads += [rows.select(own for own in RECORD if own in rows.columns) for rows in others]
    records = pl.concat([empty, *heads], how="diagonal")
    raws, ids = (tombstones[name].drop_nulls().unique().implode() for name in ("raw_sha256", "doc_id"))
    first = records.filter(pl.col("raw_sha256").is_in(raws) | pl.col("doc_id").is_in(ids))
    # A row of quarantine may have neither hash.
    bare = tombstones.filter(pl.col("raw_sha256").is_null() & pl.col("doc_id").is_null())
    names = set(bare["uri_sha256"])
    unhashed = records.filter(pl.col("raw_sha256").is_null() & pl.col("doc_id").is_null()) if names else records.clear()
    named = unhashed.filter([hash_uri(uri) in names for uri in unhashed["uri"]])
    texts = first["doc_id"].drop_nulls().unique().implode()
    alike = records.filter(pl.col("doc_id").is_in(texts))
    return pl.concat([first, alike, named]).unique("uri", keep="first", maintain_order=True)


def settle_erased(
    found: pl.DataFrame, tombstones: pl.DataFrame, batch: tuple[str, date], files: Collection[str]
) -> ErasedRecords:
    """The rows of `erasures` of a batch. `found`: as `find_erased` gives it; `files`: the inputs of the batch, by uri."""
    if found.is_empty():
        return ErasedRecords(empty_frame("erasures"))
    source, day = batch
    # A record may have been erased more than once: the first request counts.
    asked = tombstones.sort("requested_at", "why", "uri_sha256")
    rows = found.with_columns(uri_sha256=pl.Series(map(hash_uri, found["uri"]), dtype=pl.String))
    for key in ("doc_id", "raw_sha256", "uri_sha256"):
        known = asked.drop_nulls(key).unique(key, keep="first", maintain_order=True)
        asked_for = known.select(key, *(pl.col(name).alias(f"{name}_{key}") for name in (*ASKED, "canonical_sha256")))
        rows = rows.join(asked_for, on=key, how="left", maintain_order="left", nulls_equal=False)
    keys = ("doc_id", "raw_sha256", "uri_sha256")
    # A record with a text that another record of the batch has, by whose bytes both were found.
    rows = rows.with_columns(pl.coalesce(f"{name}_{key}" for key in keys).alias(name) for name in ASKED)
    rows = rows.with_columns(
        *(pl.coalesce(name, pl.col(name).drop_nulls().first().over("doc_id")).alias(name) for name in ASKED),
        canonical_sha256=pl.coalesce("canonical_sha256", "canonical_sha256_doc_id"),
        # Other bytes are no reason to keep a record out.
        raw_sha256=pl.when(pl.col("raw_sha256").is_in(asked["raw_sha256"].drop_nulls().implode())).then("raw_sha256"),
        source=pl.lit(source),
        logical_date=pl.lit(day),
        is_delivered=pl.lit(True),
        input=pl.Series([find_file(uri, files) for uri in rows["uri"]], dtype=pl.String),
        month=pl.lit(f"{day:%Y-%m}"),
    )
    frame = conform_erasures(rows)
    return ErasedRecords(frame, frozenset(found["uri"]), frozenset(found["doc_id"].drop_nulls()))


def conform_erasures(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `erasures` with the declared columns and month, sorted."""
    columns = empty_frame("erasures").schema
    ordered = rows.sort(SORT_KEYS["erasures"], nulls_last=True)
    return ordered.select(pl.col(name).cast(kind) for name, kind in columns.items())


def read_kept(folders: Iterable[StagedFolder]) -> Iterator[pl.DataFrame]:
    """The erased records of files that are not read again, as the lake has them."""
    for part in folders:
        if (path := part.folder / FILE).exists():
            yield pl.read_parquet(path, hive_partitioning=False).select(*TABLES["erasures"].names, MONTH.name)


def hash_uri(uri: str) -> str:
    """SHA-256 (hex) of a record's uri."""
    return sha256(uri.encode()).hexdigest()
