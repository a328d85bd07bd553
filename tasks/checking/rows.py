"""The rows of a version against its receipts and claims: which batch owns a document, every count, and texts put together again.

Claims are checked in parts by the hash of the document's id, so that memory depends on the part and not on the lake.
Documents are sorted by language and date, their lines by doc_id. The lines of a sample are selected; for all, a month's documents
are first sorted as their lines are, through files in a scratch folder, and then both are read side by side. Either way a few row
groups are in memory, however long the month is.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.columns import fill_column
from tasks.lakes.lake import Lake, table_paths
from tasks.lakes.older import is_older
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows, merge_sorted, narrow_sorted, read_sorted, spill_chunks
from tasks.publishing.receipts import COUNTED_COLUMNS, LISTS, TALLIES, Tally, find_open_sums, split_batches
from tasks.schema import EARLIER_BATCH, TABLES
from tasks.staging.measure import join_union, number_body, rebuild_hashes, split_body
from tasks.staging.receipt import SUMS
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest, file_schema

AGAIN = "run its batches again with --force"
KEY = {"source": pl.String, "doc_id": pl.String, "logical_date": pl.Date}
PART_ROWS = 1_000_000  # about 150 MB of keys at a time
BATCH = ("source", "logical_date")
COUNTED = (*SUMS, "duplicates", "quarantined", "erased")
Shares = dict[tuple[str, date], Tally]
SAMPLE = 500  # documents of each file; a smaller file is checked whole
DOCUMENTS = ("doc_id", "text", "joins", "body_lines", "line_count", "canonical_sha256")
LINES = ("doc_id", "line", "text", "removed")


def check_owners(lake: Lake, manifest: Manifest, part_rows: int = PART_ROWS) -> Iterator[LakeFault]:
    """Every claim on a document against its rows: published for the earliest batch of its source, in `shadowed` for others."""
    rows = sum(file.rows for file in manifest.tables.get("claims", ()))
    parts = 1 + rows // part_rows
    for part in range(parts):
        claims, published, shadowed = (
            read_keys(lake, manifest, table, part, parts) for table in ("claims", "documents", "shadowed")
        )
        first = claims.group_by("source", "doc_id").agg(pl.col("logical_date").min()).select(*KEY)
        later = claims.join(first, on=list(KEY), how="anti")
        repeats = later
        if not is_older(manifest):
            repeats = read_keys(lake, manifest, "duplicates", part, parts, pc.field("reason") == EARLIER_BATCH)
        for table, wanted, found in (
            ("documents", first, published),
            ("shadowed", later, shadowed),
            ("duplicates", later, repeats),
        ):
            yield from find_odd_keys(table, wanted, found)
        for doc_id in published.filter(published["doc_id"].is_duplicated())["doc_id"].unique().sort():
            yield LakeFault("a document is published twice", doc_id, AGAIN)


def read_keys(
    lake: Lake, manifest: Manifest, table: str, part: int, parts: int, where: pc.Expression | None = None
) -> pl.DataFrame:
    """Source, doc_id and logical_date of the rows (those that fit `where`) whose doc_id is in a part."""
    frames = [pl.DataFrame(schema=KEY)]
    columns = list(KEY) if where is None else [*KEY, "reason"]
    for chunk in read_sorted(table_paths(lake, manifest, table), columns=columns, budget=CHUNK_FLOOR):
        rows = pl.DataFrame(pl.from_arrow(chunk if where is None else chunk.filter(where))).select(*KEY)
        frames.append(rows.filter(pl.col("doc_id").hash() % parts == part) if parts > 1 else rows)
    return pl.concat(frames)


def find_odd_keys(table: str, wanted: pl.DataFrame, found: pl.DataFrame) -> Iterator[LakeFault]:
    """Keys that are only in one of two frames."""
    for what, odd in (
        ("a document is not where its batch put it", wanted.join(found, on=list(KEY), how="anti")),
        ("a document that no batch brought", found.join(wanted, on=list(KEY), how="anti")),
    ):
        for source, doc_id, day in odd.sort(*KEY).iter_rows():
            yield LakeFault(what, f"{table}, {source} {day}: {doc_id}", AGAIN)


def check_receipts(lake: Lake, manifest: Manifest) -> Iterator[LakeFault]:
    """Every receipt's sums, and its counts against the rows of its batch; batches with two receipts or none."""
    shares = tally_batches(lake, manifest)
    zero = Tally({(name, None): 0 for name in COUNTED if name != "duplicates" or not is_older(manifest)})
    seen: set[tuple[str, date]] = set()
    for receipt in read_receipts(lake, manifest):
        batch = (receipt["source"], receipt["logical_date"])
        where = f"{batch[0]} {batch[1]}"
        if batch in seen:
            yield LakeFault("a batch has two receipts", where, AGAIN)
        seen.add(batch)
        for gap in find_open_sums(receipt):
            yield LakeFault("a receipt's sums do not close", f"{where}: {gap}", AGAIN)
        # Not `+`, which would lose zeros.
        counted = zero.copy()
        counted.update(shares.get(batch, Tally()))
        for (column, value), count in sorted(counted.items(), key=str):
            stated = receipt.get(column, 0)  # a receipt of an older release has no `erased`
            if value is not None:
                stated = sum(entry["count"] for entry in stated if entry[LISTS[column]] == value)
            if stated != count:
                name = column if value is None else f"{column} {value}"
                what = "a receipt counts other rows than there are"
                yield LakeFault(what, f"{where}: {name} is {stated}, counted {count}", AGAIN)
    for source, day in sorted(batch for batch, share in shares.items() if batch not in seen and share.total()):
        yield LakeFault("rows of a batch that has no receipt", f"{source} {day}", AGAIN)


def read_receipts(lake: Lake, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every receipt, one at a time: a receipt lists all inputs of its batch."""
    for chunk in read_sorted(table_paths(lake, manifest, "receipts"), budget=CHUNK_FLOOR):
        for row in range(chunk.num_rows):
            yield chunk.slice(row, 1).to_pylist()[0]


def tally_batches(lake: Lake, manifest: Manifest) -> Shares:
    """Every batch's share of the published tables, counted from the rows. A batch without any has no entry."""
    shares: Shares = defaultdict(Tally)
    for table, columns in COUNTED_COLUMNS.items():
        paths = table_paths(lake, manifest, table)
        for chunk in read_sorted(paths, columns=[*BATCH, *columns], budget=CHUNK_FLOOR):
            for source in pc.unique(chunk["source"]):
                own = chunk.filter(pc.equal(chunk["source"], source))
                for day, rows in split_batches(iter([own])):
                    shares[source.as_py(), day].update(TALLIES[table](rows))
    return shares


def check_sample(lake: Lake, manifest: Manifest, size: int = SAMPLE) -> Iterator[LakeFault]:
    """Puts some documents of each file together again: others in each version, the same ones in every check of a version."""
    for month in list_months(manifest):
        parts = [
            pick_documents(path, manifest.version, size) for path in table_paths(lake, manifest, "documents", month)
        ]
        documents = pa.concat_tables(parts)
        ids = documents["doc_id"].combine_chunks()
        found = [file_schema("lines").empty_table().select(LINES)]
        for chunk in read_sorted(table_paths(lake, manifest, "lines", month), columns=LINES, budget=CHUNK_FLOOR):
            found.append(chunk.filter(pc.is_in(chunk["doc_id"], value_set=ids)))
        yield from check_documents(documents, pa.concat_tables(found))


def pick_documents(path: Path, turn: int, size: int) -> pa.Table:
    """Up to `size` documents of one row group of a file, evenly spread; `turn` chooses the group and the first row."""
    with pq.ParquetFile(path) as file:
        if not file.num_row_groups:
            return file.read(columns=DOCUMENTS)
        if file.metadata.num_rows <= size:
            return file.read(columns=DOCUMENTS, use_threads=False)
        rows = file.read_row_group(turn % file.num_row_groups, columns=DOCUMENTS, use_threads=False)
        step = max(1, rows.num_rows // size)
        return rows.take(pa.array(range(turn % step, rows.num_rows, step)[:size]))


def check_all(lake: Lake, manifest: Manifest, scratch: Path) -> Iterator[LakeFault]:
    """Puts every document together again, and finds lines of documents that do not exist."""
    for month in list_months(manifest):
        folder = scratch / month
        paths = table_paths(lake, manifest, "documents", month)
        chunks = (chunk.sort_by("doc_id") for chunk in read_sorted(paths, columns=DOCUMENTS, budget=CHUNK_FLOOR))
        documents = merge_sorted(narrow_sorted(spill_chunks(chunks, folder), ["doc_id"], folder), ["doc_id"])
        lines = read_sorted(table_paths(lake, manifest, "lines", month), columns=LINES, budget=CHUNK_FLOOR)
        for some, theirs in pair_rows(documents, lines):
            yield from check_documents(some, theirs)
        for path in folder.glob("*"):
            path.unlink()


def list_months(manifest: Manifest) -> list[str]:
    """The months that have documents, an empty file included."""
    return sorted({file.month for file in manifest.tables.get("documents", ())})


def pair_rows(documents: SortedRows, lines: SortedRows) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Documents with their lines, some at a time; both are sorted by doc_id. Lines after the last document come with none."""
    rest = file_schema("lines").empty_table().select(LINES)
    some = file_schema("documents").empty_table().select(DOCUMENTS)
    for some in documents:
        last = some["doc_id"][-1].as_py()
        theirs = [rest]
        while not rest.num_rows or rest["doc_id"][-1].as_py() <= last:
            rest = next(lines, rest.slice(rest.num_rows))
            if not rest.num_rows:
                break
            theirs.append(rest)
        lines_read = pa.concat_tables(theirs)
        yield some, lines_read.filter(pc.less_equal(lines_read["doc_id"], last))
        rest = lines_read.filter(pc.greater(lines_read["doc_id"], last))
    for orphans in (rest, *lines):
        yield some.slice(some.num_rows), orphans


def check_documents(documents: pa.Table, lines: pa.Table) -> Iterator[LakeFault]:
    """What is wrong with some documents, given all their lines."""
    for field in TABLES["documents"]:
        if field.name in DOCUMENTS and field.name not in documents.schema.names:  # written by an older release
            documents = documents.append_column(field.name, fill_column(field, documents.num_rows))
    own = pl.DataFrame(pl.from_arrow(documents)).with_row_index("doc")
    apart = pl.DataFrame(pl.from_arrow(lines)).join(own.select("doc_id", "doc"), on="doc_id", how="left")
    for doc_id in apart.filter(pl.col("doc").is_null())["doc_id"].unique().sort():
        yield LakeFault("lines of a document that is not there", doc_id, AGAIN)
    union = join_union(number_body(own, split_body(own)), apart)
    right = (rebuild_hashes(union, own) == own["canonical_sha256"]).fill_null(False)
    for doc_id in own.filter(~right)["doc_id"].sort():
        yield LakeFault("a document cannot be put together again", doc_id, AGAIN)
