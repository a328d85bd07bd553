"""All text in a file: its own bytes, cells of Parquet, what is packed, pages without marks, JSON, databases."""

import gzip
import html
import io
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

PARQUET, GZIP, ZSTD, SQLITE, AVRO = b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"SQLite format 3\0", b"Obj\x01"
TAG = re.compile(r"<[^>]*>")
SYNC = 16
DEPTH = 4  # of files packed in files


def unpack_texts(name: str, content: bytes, depth: int = 0) -> Iterator[list[str]]:
    """The texts in a file, some at a time. What cannot be unpacked is scanned as it is."""
    plain = content.decode("utf-8", "replace")
    yield [plain]
    try:
        if content.startswith(PARQUET):
            yield from read_cells(pq.ParquetFile(io.BytesIO(content)))
        elif depth < DEPTH and content.startswith(GZIP):
            yield from unpack_texts(name.removesuffix(".gz"), gzip.decompress(content), depth + 1)
        elif depth < DEPTH and content.startswith(ZSTD):
            whole = pa.CompressedInputStream(io.BytesIO(content), "zstd").read()
            yield from unpack_texts(name.removesuffix(".zst"), whole, depth + 1)
        elif content.startswith(SQLITE):
            yield list(read_database(content))
        elif content.startswith(AVRO):
            yield list(read_avro(content))
        elif name.endswith((".json", ".jsonl")):
            yield list(read_json_strings(plain))
        elif name.endswith((".html", ".htm")):
            yield [html.unescape(TAG.sub(" ", plain))]
    except (OSError, EOFError, ValueError, IndexError, zlib.error, sqlite3.Error, pa.ArrowException):
        return


def read_cells(file: pq.ParquetFile) -> Iterator[list[str]]:
    """Every string in a Parquet file, at any depth, and what its footer says."""
    facts = file.schema_arrow.metadata or {}
    yield [value.decode("utf-8", "replace") for value in facts.values()]
    for group in range(file.num_row_groups):
        for column in file.read_row_group(group).columns:
            for strings in flatten_strings(column.combine_chunks()):
                yield strings.drop_null().to_pylist()


def flatten_strings(values: pa.Array) -> Iterator[pa.Array]:
    """The strings in a column of any type."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield values
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from flatten_strings(values.flatten())
    elif pa.types.is_struct(kind):
        for part in values.flatten():
            yield from flatten_strings(part)


def read_database(content: bytes) -> Iterator[str]:
    """Every value in an SQLite database."""
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(content)
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            quoted = table.replace('"', '""')
            for row in base.execute(f'SELECT * FROM "{quoted}"'):
                yield from map(str, row)
    finally:
        base.close()


def read_avro(content: bytes) -> Iterator[str]:
    """The bytes of each block of an Avro file, unpacked. Source: Apache Avro 1.11, object container files."""
    at = len(AVRO)

    def read_long() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)

    def read_bytes() -> bytes:
        nonlocal at
        size = read_long()
        at += size
        return content[at - size : at]

    facts: dict[bytes, bytes] = {}
    while count := read_long():
        if count < 0:
            read_long()
        for _ in range(abs(count)):
            key = read_bytes()
            facts[key] = read_bytes()
    at += SYNC
    while at < len(content):
        read_long()
        block = read_bytes()
        at += SYNC
        packed = facts.get(b"avro.codec") == b"deflate"
        yield (zlib.decompress(block, -zlib.MAX_WBITS) if packed else block).decode("utf-8", "replace")


def read_json_strings(text: str) -> Iterator[str]:
    """Every string in JSON, or in lines of it."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        waiting = [json.loads(line) for line in text.splitlines() if line.strip()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.values(), *value.keys()]
        elif isinstance(value, list):
            waiting += value
