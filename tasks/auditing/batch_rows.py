"""A published batch, and a replay of part of it: which files run again, and what happened to their quarantined records.

The rows of all other files are read from the lake and staged again, so the whole batch is audited and published, with the same
result as a whole run, and only the picked files are read again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import InputFile, InputSeen, Skipped
from tasks.counts import format_count
from tasks.file_names import find_file
from tasks.lakes.lake import Lake, read_steadily, scan_table
from tasks.lakes.older import is_older, read_twins
from tasks.publishing.claims import read_own_claims
from tasks.schema import DUPLICATES, MONTH, SAME_BATCH
from tasks.shard import StagedShard
from tasks.staging.measure import measure_shard
from tasks.staging.receipt import hash_file
from tasks.staging.stage import empty_frame, stage_tables
from tasks.stores.errors import LakeError
from tasks.stores.manifest import Manifest, month_of

# What differs between a document and a record that repeats it.
LENT = [name for name in DUPLICATES.names if name not in ("source", "logical_date", "publisher", "reason")]
KEPT_ROWS = 50_000  # documents per shard that is staged from the lake


@dataclass(frozen=True)
class PublishedBatch:
    """What a lake has of a batch: its receipt, its rows of quarantine, and of duplicates with the uri of their `twin`: the
    record of the batch that they repeat; and its erased records, rows of `erasures`.
    """

    receipt: dict[str, Any]
    quarantine: pl.DataFrame
    duplicates: pl.DataFrame
    erased: pl.DataFrame


@dataclass(frozen=True)
class ReplayedRow:
    """A row that was in quarantine, with its reasons, and its state now."""

    uri: str
    reasons: tuple[str, ...]
    state: str


def read_published_batch(lake: Lake, source: str, day: date) -> PublishedBatch | None:
    """What a lake has of a batch; None if it was never published."""
    receipt = lake.receipt(source, day)
    if receipt is None:
        return None

    def read(seen: Manifest) -> list[pl.DataFrame]:
        stopped, repeats, erased = (
            scan_batch(lake, seen, table, source, day, month_of(day)).collect()
            for table in ("quarantine", "duplicates", "erasures")
        )
        if is_older(seen):
            own = (pl.col("source") == source) & (pl.col("logical_date") == day)
            repeats = read_twins(lake, seen).filter(own)
        claims = read_own_claims(lake, seen, source, day)
        originals = pl.concat([claims.select("doc_id", "uri"), stopped.select("doc_id", "uri").drop_nulls()])
        twins = originals.unique("doc_id", keep="first", maintain_order=True).rename({"uri": "twin"})
        return [stopped, repeats.join(twins, on="doc_id", how="left", maintain_order="left"), erased]

    return PublishedBatch(receipt, *read_steadily(lake, read))


def pick_files(
    published: PublishedBatch,
    files: Sequence[InputFile],
    *,
    reason: str | None = None,
    uris: Collection[str] | None = None,
) -> list[InputFile]:
    """The files of a batch that have to be run again, in order.

    Those with a quarantined record (with `reason`, or among `uris`, if given), those that are new or have changed, and those
    that share a document with any of them, since all of its copies are needed to choose the published one. A document
    that failed the audit may be in another file too, so its file is always picked. `files`: the batch's files today.
    """
    seen = {entry["uri"]: entry for entry in published.receipt["inputs"]}
    wanted: set[str] = set()
    for uri, stage, reasons in published.quarantine.select("uri", "stage", "reasons").iter_rows():
        is_asked = uris is None and (reason is None or reason in reasons)
        if is_asked or stage == "audit":
            wanted.add(find_file(uri, seen))
    wanted |= {find_file(uri, seen) for uri in uris or ()}
    wanted |= {file.uri for file in files if file.uri not in wanted and is_changed(file, seen.get(file.uri))}
    wanted = add_linked(wanted, published.duplicates, seen)
    return [file for file in files if file.uri in wanted]


def is_changed(file: InputFile, seen: Mapping[str, Any] | None) -> bool:
    """Whether a file differs from its entry in the receipt; a file that cannot be read has no hash."""
    return seen is None or file.size != seen["size"] or hash_file(file) != seen["sha256"]


def add_linked(wanted: Collection[str], duplicates: pl.DataFrame, files: Collection[str]) -> set[str]:
    """`wanted` and all files that are linked to it by copies of documents, directly or through other files."""
    linked: dict[str, set[str]] = defaultdict(set)
    inside = duplicates.filter(pl.col("reason") == SAME_BATCH).drop_nulls("twin")
    for uri, twin in inside.select("uri", "twin").iter_rows():
        left, right = find_file(uri, files), find_file(twin, files)
        linked[left].add(right)
        linked[right].add(left)
    found, waiting = set(wanted), list(wanted)
    while waiting:
        fresh = linked[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


def stage_published_rows(
    lake: Lake, published: PublishedBatch, kept: Collection[str], folder: Path, first: int
) -> list[StagedShard]:
    """Stages the batch's published rows from the files `kept`, hidden ones too, as shards from `first` on. Raises LakeError.

    A duplicate whose document is from another file is staged as a document: that file may not have it any more.
    """
    if not kept:
        return []
    source, day = published.receipt["source"], published.receipt["logical_date"]
    files = {entry["uri"] for entry in published.receipt["inputs"]}
    mine = published.quarantine.filter([find_file(uri, files) in kept for uri in published.quarantine["uri"]])
    inputs = tuple(read_inputs(published.receipt, kept))
    inside = published.duplicates.filter(pl.col("reason") == SAME_BATCH)
    repeats = inside.filter([find_file(uri, files) in kept for uri in inside["uri"]])
    erased = published.erased.filter("is_delivered", pl.col("input").is_in(list(kept)))

    def stage(seen: Manifest) -> list[StagedShard]:
        claims = read_own_claims(lake, seen, source, day)
        own = claims.filter([find_file(uri, files) in kept for uri in claims["uri"]]).sort("doc_id")
        lent = repeats.join(claims, on="doc_id", how="semi").join(own, on="doc_id", how="anti")
        lent = lent.sort("doc_id", "uri").unique("doc_id", keep="first", maintain_order=True)
        own = pl.concat([own, claims.join(lent, on="doc_id", how="semi")]).sort("doc_id")
        others = repeats.join(lent, on=["doc_id", "uri"], how="anti")
        staged = []
        for number, part in enumerate(own.iter_slices(KEPT_ROWS) if own.height else [own], first):
            target = folder / f"kept-{number:05d}"
            # Inputs and the rows of other tables belong to the whole batch: the first shard has them.
            tables = {"quarantine": mine, "duplicates": others, "erasures": erased}
            tables = {table: rows if number == first else rows.clear() for table, rows in tables.items()}
            rows = lend_rows(read_published_rows(lake, seen, source, day, part) | tables, lent)
            if rows["documents"].height != part.height:
                raise LakeError(
                    f"{lake.name}: {source} {day} claims {format_count(part.height, 'document')} and has "
                    f"{rows['documents'].height}. Run `copydesk check`, or the whole batch with --force."
                )
            stage_tables(rows, target)
            measure_shard(target)
            staged.append(StagedShard((str(target),), number, (), 0, part.height, tables["quarantine"].height))
        records = sum(entry.records for entry in inputs)
        staged[0] = replace(staged[0], inputs=inputs, records=records)
        return staged

    return read_steadily(lake, stage)


def read_inputs(receipt: Mapping[str, Any], kept: Collection[str]) -> Iterator[InputSeen]:
    """The inputs of a receipt that are `kept`, as they were read."""
    skipped: dict[str, list[Skipped]] = defaultdict(list)
    for entry in receipt["passed_over"]:
        skipped[entry["uri"]].append(Skipped(entry["kind"], entry["count"], entry["first"]))
    for entry in receipt["inputs"]:
        if entry["uri"] in kept:
            yield InputSeen(**entry, passed_over=tuple(skipped[entry["uri"]]))


def lend_rows(rows: dict[str, pl.DataFrame], lent: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows with what the duplicates `lent` say of themselves in place of what the documents do that they repeat."""
    if lent.is_empty():
        return rows
    documents = rows["documents"].update(lent.select(LENT), on="doc_id", include_nulls=True)
    day = pl.coalesce("published_at", pl.col("logical_date").cast(pl.Datetime("us", "UTC")))
    documents = documents.with_columns(day.dt.strftime("%Y-%m").alias(MONTH.name))
    lines = rows["lines"].drop(MONTH.name).join(documents.select("doc_id", MONTH.name), on="doc_id", how="left")
    return rows | {"documents": documents, "lines": lines}


def read_published_rows(
    lake: Lake, seen: Manifest, source: str, day: date, claims: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The rows of `documents` and `lines` of the claimed documents, published or shadowed by an earlier batch."""
    months = sorted(set(claims["partition"]))
    found: dict[str, pl.DataFrame] = {}
    for table, shadow in (("documents", "shadowed"), ("lines", "shadowed_lines")):
        parts = [
            scan_batch(lake, seen, name, source, day, month).join(claims.lazy(), on="doc_id", how="semi")
            for name in (table, shadow)
            for month in months
        ]
        found[table] = pl.concat([empty_frame(table).lazy(), *parts]).collect()
    return found


def scan_batch(lake: Lake, seen: Manifest, table: str, source: str, day: date, month: str) -> pl.LazyFrame:
    """A batch's rows in one partition of a table, with `month`."""
    own = (pl.col("source") == source) & (pl.col("logical_date") == day)
    return scan_table(lake, seen, table, [month]).filter(own).with_columns(pl.lit(month[:7]).alias(MONTH.name))


def trace_rows(
    before: PublishedBatch, now: PublishedBatch, again: Iterable[str], claimed: Collection[str]
) -> Iterator[ReplayedRow]:
    """The state of the quarantined records of the files `again`, by uri. `claimed`: uris of the batch's documents now."""
    files = {entry["uri"] for entry in before.receipt["inputs"]}
    taken, stopped = set(again), dict(now.quarantine.select("uri", "reasons").iter_rows())
    repeats = dict(now.duplicates.select("uri", "doc_id").iter_rows())
    for uri, reasons in before.quarantine.select("uri", "reasons").sort("uri").iter_rows():
        file = find_file(uri, files)
        if file not in taken:
            continue
        if uri in stopped:
            state = "still in quarantine: " + ", ".join(stopped[uri])
        elif uri in repeats:
            state = f"repeats {repeats[uri]}"
        elif uri in claimed or file in claimed:
            state = "published"
        else:
            # A file that broke off in the middle has a row of its own, which no document replaces when it is complete.
            state = "deleted, since its file is fixed"
        yield ReplayedRow(uri, tuple(reasons), state)
