"""Sorted rows as the files of a version: the same rows give the same bytes, in whatever blocks they come.

Where files and row groups end depends on the rows alone, never on the blocks; every file is named after its content.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.stores.manifest import TableFile, file_schema, folder_of

GROUP_ROWS = 10_000
GROUP_BYTES = 64 * 2**20  # of `text`: a row group of very long documents ends sooner
RECEIPT_ROWS = 100  # a receipt lists all inputs of its batch: megabytes per row

# Columns with few values, or with values that repeat within a row group; a dictionary of others would be wasted.
REPEATING = (
    "source",
    "publisher",
    "logical_date",
    "language",
    "encoding",
    "rules_version",
    "role",
    "removed",
    "rule",
    "stage",
    "evidence",
    "input",
    "why",
    "requested_by",
    "partition",
    "authors.list.element",
    "flags.list.element",
    "reasons.list.element",
)


def write_files(
    blocks: Iterator[pa.Table], table: str, root: Path, file_rows: int | None
) -> dict[str, tuple[TableFile, ...]]:
    """Writes sorted rows with a column `month` as files of `table` below `root`, each flushed to disk; month -> files.

    Paths are month=YYYY-MM/[day=YYYY-MM-DD/]part-<n>-<first 16 digits of the SHA-256>.parquet. `file_rows`: the most rows of
    a file; None: a partition is one file.
    """
    written: dict[str, list[TableFile]] = {}
    writer: pq.ParquetWriter | None = None
    path = root / "next"
    rows, open_month = 0, ""

    def close_file() -> None:
        nonlocal writer
        if writer is not None:
            writer.close()
            writer = None
            done = written.setdefault(open_month, [])
            done.append(name_file(path, root, open_month, len(done), rows))

    for month, group in cut_groups(blocks, table):
        if month != open_month or (file_rows and rows + group.num_rows > file_rows):
            close_file()
            rows, open_month = 0, month
        if writer is None:
            root.mkdir(parents=True, exist_ok=True)
            writer = open_writer(path, table, group.num_rows)
        writer.write_table(group, row_group_size=group.num_rows)
        rows += group.num_rows
    close_file()
    return {month: tuple(files) for month, files in written.items()}


def write_empty(table: str, month: str, root: Path) -> TableFile:
    """An empty file of `table`, so that engines find a schema where there are no rows."""
    root.mkdir(parents=True, exist_ok=True)
    open_writer(root / "next", table, 1).close()
    return name_file(root / "next", root, month, 0, 0)


def open_writer(path: Path, table: str, distinct: int) -> pq.ParquetWriter:
    """A writer with the settings of all published files. `distinct`: the most documents of a row group."""
    schema = file_schema(table)
    repeating = [name for name in REPEATING if name.partition(".")[0] in schema.names]
    # Lines repeat each other, documents do not.
    repeating += ["text", "doc_id"] if table.endswith("lines") else []
    filters = {"doc_id": {"ndv": max(distinct, 1), "fpp": 0.01}} if "doc_id" in schema.names else None
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        write_page_checksum=True,
        use_dictionary=repeating,
        bloom_filter_options=filters,
    )


def cut_groups(blocks: Iterator[pa.Table], table: str) -> Iterator[tuple[str, pa.Table]]:
    """Sorted rows as (month, row group)."""
    schema = file_schema(table)
    limit = RECEIPT_ROWS if table == "receipts" else GROUP_ROWS
    waiting: list[pa.Table] = []
    held, month = 0, ""
    for block in blocks:
        for value, piece in split_months(block):
            if value != month:
                if held:
                    yield month, join_rows(waiting, schema)
                waiting, held, month = [], 0, value
            waiting.append(piece)
            held += piece.num_rows
            while held >= limit or sum(int(rows.nbytes) for rows in waiting) > GROUP_BYTES:
                whole = pa.concat_tables(waiting)
                size = count_group_rows(whole, limit)
                if size == held < limit:
                    break
                yield month, join_rows([whole.slice(0, size)], schema)
                waiting, held = [whole.slice(size)] if size < held else [], held - size
    if held:
        yield month, join_rows(waiting, schema)


def count_group_rows(table: pa.Table, limit: int) -> int:
    """Rows of the next row group: `limit`, or fewer when their text exceeds GROUP_BYTES; at least one."""
    size: int = min(limit, table.num_rows)
    if "text" in table.column_names:
        lengths = pc.fill_null(pc.binary_length(table["text"].slice(0, size)), 0)
        sizes = pc.cumulative_sum(pc.cast(lengths, pa.int64()))
        size = pc.sum(pc.less_equal(sizes, GROUP_BYTES)).as_py() or 1
    return size


def split_months(block: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The slices of a sorted table by month."""
    encoded = pc.run_end_encode(block["month"].combine_chunks())
    start = 0
    for end, month in zip(encoded.run_ends.to_pylist(), encoded.values.to_pylist(), strict=True):
        yield month, block.slice(start, end - start)
        start = end


def join_rows(parts: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """One table of one chunk with exactly `schema`: Parquet pages end where chunks end, so chunks must not vary."""
    return pa.concat_tables([part.select(schema.names) for part in parts]).combine_chunks().cast(schema)


def name_file(path: Path, root: Path, month: str, number: int, rows: int) -> TableFile:
    """Moves a finished file to the name that its content gives it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    target = root / folder_of(month) / f"part-{number}-{digest[:16]}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    return TableFile(f"{folder_of(month)}/{target.name}", rows, size, digest)
