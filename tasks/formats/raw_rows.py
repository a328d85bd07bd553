"""The rows of a table of text, cut from its lines. A quote that is never closed costs one row, not all below it.

Such a row is found by its width, or by what is behind its quote. Reading goes on with the line below the one where it began.
A row without anything odd is cut by one pattern, at a third of the cost; `csv` decides about every other.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tasks.formats.decode import decode, decode_bytes
from tasks.formats.dialect import DELIMITERS, Dialect
from tasks.formats.record import BrokenInputError, Chunks

# Lines are read again at most so many times as there are bytes, so that the cost stays linear.
TIMES_AGAIN = 4
PLAIN_COLUMNS = 200  # a pattern for a wider row takes long to make


@dataclass(frozen=True)
class RawRow:
    """A row as it is written: its cells, its bytes, the number of its first line in the file; the encoding where it is not UTF-8.

    `fault`: why it cannot be read, as reason and detail.
    """

    cells: list[str]
    raw: bytes
    line: int
    encoding: str | None = None
    fault: tuple[str, str] | None = None


class RowTooLargeError(Exception):
    """A row, or the line that it begins with, exceeds the limit."""


class LineFeed:
    """Lines for `csv.reader`, which are kept until a row is complete, and can be read again.

    `line`: the number of the row's first line; `taken`: its bytes; `is_odd`: it is not UTF-8; `is_again`: it was read before.
    """

    def __init__(self, chunks: Chunks, limit: int) -> None:
        self.chunks = chunks
        self.chunk: bytes | None = b""
        self.at = 0
        self.limit = limit
        self.waiting: deque[bytes] = deque()
        self.taken: list[bytes] = []
        self.line = self.number = self.size = self.seen = self.again = 0
        self.is_odd = self.is_again = False

    def __iter__(self) -> Iterator[str]:
        """The lines from here on. An error ends the iterator, and the next one goes on behind it."""
        while True:
            self.is_again = self.is_again or bool(self.waiting)
            line = self.waiting.popleft() if self.waiting else self.take_line()
            if line is None:
                return
            self.number += 1
            if isinstance(line, int):
                self.taken.append(b"")
                raise RowTooLargeError(f"{line} bytes, over the limit of {self.limit} for one record")
            self.taken.append(line)
            self.size += len(line) + 1
            if self.size > self.limit:
                raise RowTooLargeError(f"over {self.size} bytes, over the limit of {self.limit} for one record")
            try:
                text = line.decode()
            except UnicodeDecodeError:
                self.is_odd = True
                text = line.decode("utf-8", "surrogateescape")
            yield text + "\n"

    def take_line(self) -> bytes | int | None:
        """The next line without its end; its size where it exceeds the limit; None behind the last."""
        pieces: list[bytes] = []
        size = 0
        while self.chunk is not None:
            end = self.chunk.find(b"\n", self.at)
            piece = self.chunk[self.at : end if end >= 0 else None]
            size += len(piece)
            if size <= self.limit:
                pieces.append(piece)
            else:
                pieces.clear()
            if end >= 0:
                self.at = end + 1
                break
            self.chunk, self.at = next(self.chunks, None), 0
        else:
            if not size:
                return None
        return b"".join(pieces) if size <= self.limit else size

    def skip_lines(self, count: int) -> None:
        """Passes over so many lines, which are counted."""
        for _ in range(count):
            self.take_line()
        self.number += count

    def take_plain_row(self, pattern: re.Pattern[bytes] | None) -> list[str] | None:
        """The cells of the next row where the pattern matches it and it is UTF-8; else None, and it is not taken."""
        if pattern is None or self.chunk is None or self.waiting:
            return None
        hit = pattern.match(self.chunk, self.at)
        if hit is None or hit.end() - self.at > self.limit:
            return None
        try:
            cells = [cell.decode() for cell in hit.groups()]
        except UnicodeDecodeError:
            return None
        raw = self.chunk[self.at : hit.end() - 1]
        self.taken, self.size, self.at = [raw], len(raw) + 1, hit.end()
        self.number += raw.count(b"\n") + 1
        return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in cells]

    def begin_row(self) -> None:
        """Forgets the lines of the row before."""
        self.line = self.number + 1
        self.seen += self.size
        self.taken, self.size, self.is_odd, self.is_again = [], 0, False, False

    def give_back(self) -> bool:
        """Gives back all lines of the row but its first; False where too many were given back already."""
        size = self.size - len(self.taken[0])
        if len(self.taken) < 2 or self.again + size > TIMES_AGAIN * (self.seen + self.size):
            return False
        self.again += size
        self.waiting.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        self.taken = self.taken[:1]
        return True


def make_row_pattern(dialect: Dialect, width: int) -> re.Pattern[bytes] | None:
    """The pattern of rows without anything odd: quotes are around whole cells. None where no pattern can be sure."""
    if not dialect.is_quoted or dialect.is_escaped or dialect.delimiter not in DELIMITERS or width > PLAIN_COLUMNS:
        return None
    between = re.escape(dialect.delimiter)
    cell = rf'("[^"]*+(?:""[^"]*+)*+"|[^"{between}\r\n]*+)'
    return re.compile(rf"{between.join([cell] * width)}(?:{between})*+\r?\n".encode())


def read_raw_rows(feed: LineFeed, dialect: Dialect, width: int, encoding: str | None) -> Iterator[RawRow]:
    """The rows that are not blank. `width`: of every row; `encoding`: of the file, where it is not UTF-8."""
    options, pattern = dialect.options(), make_row_pattern(dialect, width)
    reader = csv.reader(feed, strict=True, **options)
    held: RawRow | None = None  # a row is yielded when what is below it is known
    while True:
        feed.begin_row()
        fault = None
        plain = feed.take_plain_row(pattern)
        try:
            cells = next(reader) if plain is None else plain
        except StopIteration:
            break
        except RowTooLargeError as error:
            reader = csv.reader(feed, strict=True, **options)
            cells, fault = [], ("record_too_large", str(error))
        except csv.Error as error:
            reader = csv.reader(feed, strict=True, **options)
            cells, fault = [], ("bad_row", f"{error}, in a row of {len(feed.taken)} lines")
            if len(feed.taken) == 1:  # prose with quotes in it
                cells = parse_row(feed.taken[0].decode("utf-8", "surrogateescape"), options)
        if fault is None and not any(cells):
            continue
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        is_broken = held is not None and held.fault is not None
        is_prose = is_broken and feed.is_again and any(cell.startswith(" ") for cell in cells[1:])
        if len(cells) == width and not is_prose:
            fault = None
        elif fault is None:
            fault = "bad_row", f"{len(cells)} cells, and the table has {width} columns"
        if fault:
            feed.give_back()
        row = finish_row(RawRow(cells, b"\n".join(feed.taken), feed.line, None, fault), feed.is_odd, options, encoding)
        if fault and is_broken and (is_prose or (len(cells) < width and (feed.is_again or len(cells) == 1))):
            continue  # a line of the row that is broken
        if held and fault and len(cells) == 1 and ends_in_prose(held):
            held = replace(held, fault=("bad_row", f"line {feed.line} goes on with its last cell, which has no quotes"))
            continue
        if held:
            yield held
        held = row
    if held:
        yield held


def ends_in_prose(row: RawRow) -> bool:
    """Whether the last cell of a row is its text, without quotes: a line below may go on with it."""
    last = row.cells[-1] if row.cells else ""
    return " " in last and not row.raw.rstrip().endswith(b'"') and len(last) == max(map(len, row.cells))


def finish_row(row: RawRow, is_odd: bool, options: dict[str, Any], encoding: str | None) -> RawRow:
    """The row, with its cells decoded where they are not UTF-8."""
    if row.fault or not is_odd:
        return row
    try:
        text, name = decode_bytes(row.raw, encoding) if encoding else decode(row.raw)
    except BrokenInputError as broken:
        return replace(row, fault=(broken.reason, broken.detail))
    width = len(row.cells)
    cells = parse_row(text, options)[:width]
    # Bytes that were damaged may be a delimiter in one encoding and a letter in the other.
    fault = ("bad_row", f"{len(cells)} cells in {name}, and {width} as bytes") if len(cells) < width else None
    return replace(row, cells=cells, encoding=name, fault=fault)


def parse_row(text: str, options: dict[str, Any]) -> list[str]:
    """The cells of one row, however it is quoted; none where it is no row. A carriage return outside of quotes is a blank."""
    for row in (text, text.replace("\r", " ").replace("\n", " ")):
        try:
            return next(csv.reader([row], **options), [])
        except csv.Error:
            continue
    return []
