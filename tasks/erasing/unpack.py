"""All text in a file: its own bytes, cells of Parquet, what is packed, pages without marks, JSON, databases."""

import gzip
import html
import io
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PARQUET, GZIP, ZSTD, SQLITE, AVRO = b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"SQLite format 3\0", b"Obj\x01"
TAG = re.compile(r"<[^<>]*>")
SYNC = 16
DEPTH = 4  # of files packed in files


def unpack_texts(name: str, content: bytes, unread: list[str], depth: int = 0) -> Iterator[list[str]]:
    """The texts in a file, some at a time. What cannot be unpacked is scanned as it is, and its name is added to `unread`."""
    plain = content.decode("utf-8", "replace")
    yield [plain]
    try:
        if content.startswith(PARQUET):
            yield from read_cells(pq.ParquetFile(io.BytesIO(content)))
        elif depth == DEPTH and content.startswith((GZIP, ZSTD)):
            unread.append(name)
        elif content.startswith(GZIP):
            yield from unpack_texts(name.removesuffix(".gz"), gzip.decompress(content), unread, depth + 1)
        elif content.startswith(ZSTD):
            whole = pa.CompressedInputStream(io.BytesIO(content), "zstd").read()
            yield from unpack_texts(name.removesuffix(".zst"), whole, unread, depth + 1)
        elif content.startswith(SQLITE):
            yield list(read_database(content))
        elif content.startswith(AVRO):
            yield list(read_avro(content))
        elif name.endswith((".json", ".jsonl")) and content:
            for text in read_json_strings(plain):
                yield [text]
        elif name.endswith((".html", ".htm")):
            yield [html.unescape(TAG.sub(" ", plain))]
    except (OSError, EOFError, ValueError, IndexError, zlib.error, sqlite3.Error, pa.ArrowException):
        unread.append(name)


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
    codec = facts.get(b"avro.codec", b"null")
    if codec not in (b"null", b"deflate"):
        raise ValueError(f"the codec {codec!r} of Avro is not known")
    is_packed = codec == b"deflate"
    while at < len(content):
        read_long()
        block = read_bytes()
        at += SYNC
        yield (zlib.decompress(block, -zlib.MAX_WBITS) if is_packed else block).decode("utf-8", "replace")


def read_json_strings(text: str) -> Iterator[str]:
    """Every string in JSON, or in lines of it. Raises ValueError, after all others, where a line is no JSON."""
    try:
        waiting = [json.loads(text)]
        broken = None
    except ValueError as error:
        waiting, broken = parse_json_lines(text)
        broken = broken if waiting else error
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.values(), *value.keys()]
        elif isinstance(value, list):
            waiting += value
    if broken:
        raise broken


def parse_json_lines(text: str) -> tuple[list[Any], ValueError | None]:
    """The values of lines that are JSON, and what is wrong with the last line that is not."""
    found, broken = [], None
    for line in filter(str.strip, text.splitlines()):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            broken = error
    return found, broken
