"""Documents put together again from the lake and compared with the hash of what came in: a sample, or all of them.

Documents are sorted by language and date, their lines by doc_id. The lines of a sample are selected; for all, a month's documents
are first sorted as their lines are, through files in a scratch folder, and then both are read side by side. Either way a few row
groups are in memory, however long the month is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.checking import AGAIN
from tasks.lakes.lake import Lake, table_paths
from tasks.publishing.merge import CHUNK_FLOOR, SortedRows, merge_sorted, narrow_sorted, read_sorted, spill_chunks
from tasks.staging.measure import join_union, number_body, rebuild_hashes, split_body
from tasks.stores.errors import LakeFault
from tasks.stores.manifest import Manifest
from tasks.stores.tables import file_schema

SAMPLE = 500  # documents of each file; a smaller file is checked whole
DOCUMENTS = ("doc_id", "text", "body_lines", "line_count", "canonical_sha256")
LINES = ("doc_id", "line", "text", "removed")


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
        documents = sort_documents(table_paths(lake, manifest, "documents", month), folder)
        lines = read_sorted(table_paths(lake, manifest, "lines", month), columns=LINES, budget=CHUNK_FLOOR)
        for some, theirs in pair_rows(documents, lines):
            yield from check_documents(some, theirs)
        for path in folder.glob("*"):
            path.unlink()


def list_months(manifest: Manifest) -> list[str]:
    """The months that have documents, an empty file included."""
    return sorted({file.month for file in manifest.tables.get("documents", ())})


def sort_documents(paths: Iterable[Path], folder: Path) -> SortedRows:
    """The documents of some files by doc_id, through files in `folder`."""
    chunks = (chunk.sort_by("doc_id") for chunk in read_sorted(paths, columns=DOCUMENTS, budget=CHUNK_FLOOR))
    return merge_sorted(narrow_sorted(spill_chunks(chunks, folder), ["doc_id"], folder), ["doc_id"])


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
    own = pl.DataFrame(pl.from_arrow(documents)).with_row_index("doc")
    apart = pl.DataFrame(pl.from_arrow(lines)).join(own.select("doc_id", "doc"), on="doc_id", how="left")
    for doc_id in apart.filter(pl.col("doc").is_null())["doc_id"].unique().sort():
        yield LakeFault("lines of a document that is not there", doc_id, AGAIN)
    union = join_union(number_body(own, split_body(own)), apart)
    right = (rebuild_hashes(union, own) == own["canonical_sha256"]).fill_null(False)
    for doc_id in own.filter(~right)["doc_id"].sort():
        yield LakeFault("a document cannot be put together again", doc_id, AGAIN)
