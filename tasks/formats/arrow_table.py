"""Tables in the formats of Arrow: Parquet, Feather and Arrow IPC. Each row is a record; one batch is in memory at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.formats.columns import describe_columns, has_text
from tasks.formats.decode import decode
from tasks.formats.exporters import list_used
from tasks.formats.mapping import make_record
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Reject, hash_bytes, reject_error
from tasks.formats.stream import spool_chunks

BATCH_ROWS = 256
BUFFER_BYTES = 2**20  # of a column that are read at once; without it, all of a row group's
PARQUET_MARK, ARROW_MARK, FEATHER_MARK = b"PAR1", b"ARROW1", b"FEA1"


def read_parquet(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every row, numbered from 0; one reject `no_text` where no column is a text."""
    with Path(context.path).open("rb") if context.path else spool_chunks(chunks) as file:
        try:
            source = pa.PythonFile(file, "r")
            table = pq.ParquetFile(source, memory_map=False, pre_buffer=False, buffer_size=BUFFER_BYTES)
            names = table.schema_arrow.names
            wanted = list_used(names, context.fields)
            batches = table.iter_batches(BATCH_ROWS, columns=wanted) if has_text(names, context.fields) else None
            yield from read_batches(batches, names, context)
        except (pa.ArrowException, OSError) as error:
            raise BrokenInputError("corrupt", f"Parquet: {describe_arrow(error)}") from error


def read_arrow(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """The same of a Feather file or of Arrow IPC, as a file or as a stream."""
    with Path(context.path).open("rb") if context.path else spool_chunks(chunks) as file:
        is_file = file.read(len(ARROW_MARK)) == ARROW_MARK
        file.seek(0)
        source = pa.PythonFile(file, "r")
        try:
            reader = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
            names = reader.schema.names
            batches = (
                list_batches(reader, list_used(names, context.fields)) if has_text(names, context.fields) else None
            )
            yield from read_batches(batches, names, context)
        except (pa.ArrowException, OSError) as error:
            raise BrokenInputError("corrupt", f"Arrow: {describe_arrow(error)}") from error


def list_batches(reader: Any, names: list[str]) -> Iterator[pa.RecordBatch]:
    """The batches of an IPC file or stream, in pieces, with the named columns."""
    whole = map(reader.get_batch, range(reader.num_record_batches)) if hasattr(reader, "get_batch") else iter(reader)
    for batch in whole:
        kept = batch.select(names)
        for begin in range(0, kept.num_rows, BATCH_ROWS):
            yield kept.slice(begin, BATCH_ROWS)


def read_batches(batches: Iterator[pa.RecordBatch] | None, names: list[str], context: ReadContext) -> Iterator[Found]:
    """The records of batches. `names`: all columns of the table; `batches`: None where none of them is a text."""
    if batches is None:
        yield Reject(context.uri, "no_text", describe_columns(names))
        return
    number = 0
    for batch in batches:
        for row in prepare_columns(batch).to_pylist():
            yield make_row_record(row, f"{context.uri}#{number}", context)
            number += 1


def prepare_columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with columns that Python can take. Raises pa.ArrowInvalid where a column is broken."""
    return pa.RecordBatch.from_arrays(list(map(prepare_column, batch.columns)), names=batch.schema.names)


def prepare_column(column: pa.Array) -> pa.Array:
    """A column with times of nanoseconds as microseconds, and with strings that are not all UTF-8 as bytes."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            raise
        column = column.cast(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())
        column.validate(full=True)
    return column


def make_row_record(row: dict[str, Any], uri: str, context: ReadContext) -> Found:
    """The record of a row. Its hash is of its values as JSON."""
    value = {name: decode(cell)[0] if isinstance(cell, bytes) and len(cell) else cell for name, cell in row.items()}
    raw = json.dumps(row, default=str, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    digest = hash_bytes(raw)
    if len(raw) > context.limits.record_bytes:
        words = f"{len(raw)} bytes, over the limit of {context.limits.record_bytes} for one record"
        return Reject(uri, "record_too_large", words, None, digest)
    try:
        return make_record(value, context.fields, uri, "utf-8", digest)
    except BrokenInputError as broken:
        return reject_error(broken, uri, digest)


def describe_arrow(error: Exception) -> str:
    """The first line of an error of Arrow's."""
    return " ".join(str(error).split("\n")[0].split())[:200]


PARQUET = Format(
    name="parquet",
    extensions=(".parquet", ".pq", ".parq"),
    recognise=lambda start: start.startswith(PARQUET_MARK),
    read=read_parquet,
    why="A table in Parquet, read in batches of its row groups. Each row is a record.",
    holds_records=True,
)
ARROW = Format(
    name="arrow",
    extensions=(".arrow", ".feather", ".ipc", ".arrows"),
    recognise=lambda start: start.startswith(ARROW_MARK),
    read=read_arrow,
    why="A table in Feather or Arrow IPC. Each row is a record.",
    holds_records=True,
)
