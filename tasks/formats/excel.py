"""Spreadsheets of Excel and LibreOffice, read with Calamine: each row of each sheet is a record."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from tasks.formats.columns import describe_columns, match_columns
from tasks.formats.csv_table import make_row
from tasks.formats.library import import_library
from tasks.formats.raw_rows import RawRow
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, ReadContext, Record, Reject
from tasks.formats.stream import read_whole
from tasks.formats.unread import find_unread

WHOLE_BYTES = 128 * 2**20
UNPACKED_BYTES = 2**30
CELL_CHARS = 32_767  # Excel cuts what is longer
SAMPLE_ROWS = 50
BOOK = re.compile(
    rb"PK\x03\x04.{26}(?:(?:\[Content_Types\]\.xml|_rels/|docProps/|xl/).{0,4000}?xl/|mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet)",
    re.S,
)
OLD_BOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise_book(start: bytes) -> bool:
    """Whether a file is a spreadsheet, or may be one of Excel 97."""
    return BOOK.match(start) is not None or start.startswith(OLD_BOOK)


def read_excel(chunks: Chunks, context: ReadContext) -> Iterator[Found]:
    """A record or a reject for every row that is not blank, numbered over all sheets; one `no_text` per sheet without texts.

    Raises BrokenInputError.
    """
    raw = read_whole(chunks, WHOLE_BYTES, "too_large")
    kind = "workbook of Excel 97, or another file of Office 97" if raw.startswith(OLD_BOOK) else "spreadsheet"
    fastexcel = import_library("fastexcel", kind, "excel")
    check_size(raw)
    try:
        book = fastexcel.read_excel(raw)
    except fastexcel.FastExcelError as error:
        unread = find_unread(raw[:4096])
        if raw.startswith(OLD_BOOK) and unread:
            yield Reject(context.uri, "unsupported_format", unread.detail)
            return
        raise BrokenInputError("corrupt", f"Excel: {describe_error(error)}") from error
    number = 0
    for name in book.sheet_names:
        try:
            rows = read_sheet(book, name)
        except fastexcel.FastExcelError as error:
            yield Reject(f"{context.uri}#{number}", "corrupt", f"sheet {name}: {describe_error(error)}")
            number += 1
            continue
        for found in read_sheet_rows(rows, name, number, context):
            yield found
            number += 1


def check_size(raw: bytes) -> None:
    """Raises BrokenInputError for a workbook that unpacks to too much, or is no whole archive."""
    if raw.startswith(b"PK"):
        try:
            with ZipFile(BytesIO(raw)) as archive:
                size = sum(member.file_size for member in archive.infolist())
        except BadZipFile as error:
            raise BrokenInputError("corrupt", f"Excel: {error}") from error
        if size > UNPACKED_BYTES:
            raise BrokenInputError(
                "bomb", f"Excel: unpacks to {size} bytes; the limit is {UNPACKED_BYTES}", keeps=False
            )


def read_sheet(book: Any, name: str) -> list[list[str]]:
    """The rows of a sheet as text, blank ones included."""
    sheet = book.load_sheet(name, header_row=None, dtypes="string")
    if not sheet.width or not sheet.height:
        return []
    columns = [column.to_pylist() for column in sheet.to_arrow().columns]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def read_sheet_rows(rows: list[list[str]], name: str, number: int, context: ReadContext) -> Iterator[Found]:
    """The records of a sheet, numbered from `number`."""
    lines = [(line, row) for line, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if not lines:
        return
    found = match_columns([row for _, row in lines[:SAMPLE_ROWS]], context.fields)
    if found is None:
        yield Reject(f"{context.uri}#{number}", "no_text", f"sheet {name}: {describe_columns(lines[0][1])}")
        return
    names, has_header = found
    for line, cells in lines[has_header:]:
        raw = "\x1f".join(cells).encode("utf-8", "replace")
        record = make_row(RawRow(cells, raw, line), names, f"{context.uri}#{number}", context, "utf-8")
        if (
            isinstance(record, Record)
            and any(len(cell) == CELL_CHARS for cell in cells)
            and "truncated" not in record.flags
        ):
            record = replace(record, flags=(*record.flags, "truncated"))
        yield record
        number += 1


def describe_error(error: Exception) -> str:
    """The first line of an error of Calamine's."""
    return " ".join(str(error).split("\n")[0].split())[:200]


EXCEL = Format(
    name="excel",
    extensions=(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    recognise=recognise_book,
    read=read_excel,
    why="A spreadsheet of Excel or LibreOffice: each row of each sheet is a record. Needs copydesk[excel].",
    holds_records=True,
)
