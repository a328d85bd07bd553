"""Tables of text, CSV and its kin: a record per row. A row that is broken costs itself only."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import chain

from tasks.formats.columns import describe_columns, match_columns
from tasks.formats.decode import decode_bytes, find_wide
from tasks.formats.dialect import Dialect, find_dialect, is_table
from tasks.formats.jsonl import WIDE_MARKS, narrow_chunks
from tasks.formats.mapping import make_record
from tasks.formats.raw_rows import LineFeed, RawRow, read_raw_rows
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Reject, hash_bytes, reject_error

UTF8_MARK = b"\xef\xbb\xbf"
SAMPLE_BYTES = 1 << 18
# Excel's own way to say what is between cells.
DECLARED = re.compile(r"sep=(.)\r?\n")
TABBED = re.compile(r"\.(?:tsv|tab)(?:\.\w+)?$", re.I)


def read_csv(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every row behind the header, numbered from 0.

    Rejects: `bad_row` for a row of another width than the table, `record_too_large`, those of `make_record`; one `no_text` for
    a table without a column of texts.
    """
    first, chunks = gather_start(chunks)
    wide = WIDE_MARKS.get(first[:2]) or (find_wide(first[: len(first) // 4 * 4]) if b"\x00" in first else None)
    if wide and wide.startswith("utf-16"):
        first, chunks = gather_start(narrow_chunks(chunks, wide))
    encoding = wide or ("utf-8-sig" if first.startswith(UTF8_MARK) else "utf-8")
    sample, other = read_sample_text(first.removeprefix(UTF8_MARK))
    declared = DECLARED.match(sample)
    default = declared[1] if declared else "\t" if TABBED.search(context.uri) else ","
    dialect, rows = find_dialect(sample[declared.end() :] if declared else sample, context.fields, default)
    found = match_columns(rows, context.fields) if rows else None
    if found is None:
        words = describe_columns(rows[0]) if rows else "a table without rows"
        yield Reject(context.uri, "no_text" if rows else "empty", words)
        return
    names, has_header = found
    plain = drop_mark(chunks, is_old=b"\n" not in first and b"\r" in first)
    feed = LineFeed(plain, context.limits.record_bytes)
    feed.skip_lines(count_head_lines(sample, declared.end() if declared else 0, dialect, has_header))
    for number, row in enumerate(read_raw_rows(feed, dialect, len(names), other)):
        yield make_row(row, names, f"{context.uri}#{number}", context, encoding)


def gather_start(chunks: Chunks) -> tuple[bytes, Chunks]:
    """The first bytes of a file, enough to know how it is written, and all of its chunks."""
    held: list[bytes] = []
    while sum(map(len, held)) < SAMPLE_BYTES and (chunk := next(chunks, b"")):
        held.append(chunk)
    return b"".join(held), chain(held, chunks)


def read_sample_text(first: bytes) -> tuple[str, str | None]:
    """The text of the first bytes, and their encoding where it is not UTF-8 and all bytes speak for it."""
    whole = first[: first.rfind(b"\n") + 1] if len(first) >= SAMPLE_BYTES and b"\n" in first else first
    try:
        return whole.decode(), None
    except UnicodeDecodeError:
        pass
    try:
        text, name = decode_bytes(whole)
    except BrokenInputError:
        return whole.decode("utf-8", "replace"), None
    name = name.partition(";")[0]
    return text, None if name.startswith(("utf-8", "mixed")) else name


def drop_mark(chunks: Chunks, is_old: bool) -> Chunks:
    """The chunks without a byte order mark in front. `is_old`: lines end in a carriage return only."""
    for number, chunk in enumerate(chunks):
        plain = chunk if number else chunk.removeprefix(UTF8_MARK)
        yield plain.replace(b"\r", b"\n") if is_old else plain


def count_head_lines(sample: str, begin: int, dialect: Dialect, has_header: bool) -> int:
    """The lines above the first row: what declares the delimiter, and the header with the blank lines above it."""
    if not has_header:
        return 1 if begin else 0
    reader = csv.reader(StringIO(sample[begin:], newline=""), **dialect.options())
    next(row for row in reader if any(row))
    return reader.line_num + (1 if begin else 0)


def make_row(row: RawRow, names: list[str], uri: str, context: ReadContext, encoding: str) -> Found:
    """The record of a row."""
    digest = hash_bytes(row.raw)
    if row.fault:
        reason, detail = row.fault
        text = row.raw.decode("utf-8", "replace") if reason == "bad_row" else None
        return Reject(uri, reason, f"line {row.line}: {detail}", text, digest)
    value: dict[str, str] = {}
    for name, cell in zip(names, row.cells, strict=True):
        if name not in value or not value[name].strip():
            value[name] = cell
    try:
        return make_record(value, context.fields, uri, row.encoding or encoding, digest)
    except BrokenInputError as broken:
        return reject_error(broken, uri, digest)


CSV = Format(
    name="csv",
    extensions=(".csv", ".tsv", ".tab", ".psv"),
    recognise=is_table,
    read=read_csv,
    why="A table of text: its delimiter, quotes and header are found by its first rows. Each row is a record.",
    holds_records=True,
)
