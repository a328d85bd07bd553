"""Several iterators of sorted rows are merged into one, in memory that does not grow with the number of rows.

Sorted rows are an iterator of tables whose rows are in order, also from one table to the next: a staged file is one, the
published files of a table in their order are one. One chunk of each is in memory. All rows up to the smallest last key of these
chunks are known, so they are sorted and passed on. It is the merge of an external merge sort, with whole chunks in place of
single rows (Knuth, The Art of Computer Programming, 5.4).

The order is total, so the rows that come out, and their order, depend on the rows alone.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SortedRows = Iterator[pa.Table]
Key = tuple[tuple[bool, Any], ...]

CHUNK_BYTES = 48 * 2**20  # decoded, of all inputs of a merge together
CHUNK_FLOOR = 2**20
FAN_IN = 64


def read_sorted(
    paths: Iterable[Path], *, columns: Sequence[str] | None = None, budget: int = CHUNK_BYTES
) -> SortedRows:
    """The rows of sorted files, about `budget` decoded bytes at a time. A damaged page raises OSError, by its checksum."""
    for path in paths:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            groups: list[int] = []
            size = 0
            for number in range(file.num_row_groups):
                groups.append(number)
                size += file.metadata.row_group(number).total_byte_size
                if size >= budget or number == file.num_row_groups - 1:
                    yield file.read_row_groups(groups, columns=columns, use_threads=False)
                    groups, size = [], 0


def merge_sorted(parts: Iterable[SortedRows], keys: Sequence[str]) -> SortedRows:
    """All rows of `parts` by `keys` (ascending, missing values last). Raises ValueError when a part was not sorted."""
    rests = list(parts)
    heads: list[pa.Table | None] = [None] * len(rests)
    lasts: list[Key] = [()] * len(rests)
    previous: Key = ()
    while True:
        for number in reversed(range(len(rests))):
            if heads[number] is None and (chunk := next(filter(len, rests[number]), None)) is not None:
                heads[number], lasts[number] = chunk, key_at(chunk, keys, -1)
            elif heads[number] is None:
                del rests[number], heads[number], lasts[number]
        if not rests:
            return
        block = sort_block(take_upto(heads, keys, min(lasts), lasts), keys)
        first = key_at(block, keys, 0)
        if first < previous:
            names = ", ".join(keys)
            raise ValueError(f"rows are not sorted by {names}: {format_key(first)} comes after {format_key(previous)}")
        previous = key_at(block, keys, -1)
        yield block


def read_ahead(blocks: SortedRows) -> SortedRows:
    """The same blocks; while one is used, a thread makes the next. Reading, sorting and writing leave Python to other threads."""
    with ThreadPoolExecutor(1) as thread:
        ahead = thread.submit(next, blocks, None)
        while (block := ahead.result()) is not None:
            ahead = thread.submit(next, blocks, None)
            yield block


def take_upto(heads: list[pa.Table | None], keys: Sequence[str], bound: Key, lasts: Sequence[Key]) -> list[pa.Table]:
    """Removes the rows up to a key from every head and returns them; a head without rows left becomes None."""
    parts = []
    for number, head in enumerate(heads):
        if head is not None:
            cut = head.num_rows
            if lasts[number] > bound:
                cut = bisect_right(range(cut), bound, key=partial(key_at, head, keys))
            parts.append(head.slice(0, cut))
            heads[number] = head.slice(cut) if cut < head.num_rows else None
    return [part for part in parts if part.num_rows]


def key_at(table: pa.Table, keys: Sequence[str], row: int) -> Key:
    """A row's key as Python compares it: a missing value sorts after all others. Text compares as its UTF-8 bytes do."""
    row %= table.num_rows
    values = []
    for name in keys:
        value = table[name][row]
        # The number of a timestamp: as_py() would look up time zones, and fails beyond the year 9999.
        values.append(value.value if pa.types.is_timestamp(value.type) else value.as_py())
    return tuple((value is None, 0 if value is None else value) for value in values)


def format_key(key: Key) -> str:
    """A key for a message."""
    return "/".join(str(value) for _, value in key)


def sort_block(parts: list[pa.Table], keys: Sequence[str]) -> pa.Table:
    """Rows of several sorted tables in order."""
    if len(parts) == 1:
        return parts[0]
    block = pa.concat_tables(parts)
    order = pc.sort_indices(block, [(name, "ascending", "at_end") for name in keys])
    parts.clear()
    return block.take(order)


def narrow_sorted(parts: Sequence[SortedRows], keys: Sequence[str], scratch: Path) -> list[SortedRows]:
    """At most FAN_IN parts with the same rows: where there are more, groups of them are merged into files in `scratch`."""
    depth = 0
    while len(parts) > FAN_IN:
        merged: list[SortedRows] = []
        for number in range(0, len(parts), FAN_IN):
            path = scratch / f"{depth}-{number // FAN_IN}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_sorted(merge_sorted(parts[number : number + FAN_IN], keys), path)
            merged.append(read_sorted([path], budget=CHUNK_BYTES // FAN_IN))
        parts, depth = merged, depth + 1
    return list(parts)


def spill_chunks(chunks: SortedRows, folder: Path) -> list[SortedRows]:
    """Writes each chunk, itself sorted, to a file of `folder`, so that many chunks can be merged in little memory."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, chunk in enumerate(chunks):
        paths.append(folder / f"chunk-{number}.parquet")
        write_sorted(iter([chunk]), paths[-1])
    budget = CHUNK_BYTES // min(max(len(paths), 1), FAN_IN)
    return [read_sorted([path], budget=budget) for path in paths]


def write_sorted(blocks: SortedRows, path: Path) -> None:
    """Writes sorted rows as one temporary file with small row groups; an empty file without rows."""
    writer: pq.ParquetWriter | None = None
    for block in blocks:
        writer = writer or pq.ParquetWriter(path, block.schema, compression="lz4", use_dictionary=False)
        writer.write_table(block, row_group_size=1_000)
    if writer is None:
        writer = pq.ParquetWriter(path, pa.schema([]))
    writer.close()
