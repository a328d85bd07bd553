"""The rows of a table of text, cut from its lines. A quote that is never closed costs one row, not all below it.

Such a row is found by its width, or by what is behind its quote. Reading goes on with the line below the one where it began.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tasks.formats.decode import decode, decode_bytes
from tasks.formats.dialect import Dialect
from tasks.formats.record import BrokenInputError

# Lines are read again at most so many times as there are bytes, so that the cost stays linear.
TIMES_AGAIN = 4


@dataclass(frozen=True)
class RawRow:
    """A row as it is written: its cells, its bytes, the number of its first line; the encoding where it is not UTF-8.

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
    """Lines for `csv.reader`, which are kept until a row is complete, and can be read again."""

    def __init__(self, lines: Iterator[bytes | int], limit: int) -> None:
        self.lines = lines
        self.limit = limit
        self.waiting: deque[bytes] = deque()
        self.taken: list[bytes] = []
        self.number = self.size = self.seen = self.again = 0
        self.is_odd = self.is_again = False

    def __iter__(self) -> Iterator[str]:
        """The lines from here on. An error ends the iterator, and the next one goes on behind it."""
        while True:
            if self.waiting:
                self.is_again = True
                line: bytes | int | None = self.waiting.popleft()
            else:
                line = next(self.lines, None)
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

    def begin_row(self) -> None:
        """Forgets the lines of the row before."""
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


def read_raw_rows(
    lines: Iterator[bytes | int], dialect: Dialect, width: int, limit: int, encoding: str | None
) -> Iterator[RawRow]:
    """The rows that are not blank. `width`: of every row; `encoding`: of the file, where it is not UTF-8."""
    feed = LineFeed(lines, limit)
    options = dialect.options()
    reader = csv.reader(feed, strict=True, **options)
    held: RawRow | None = None  # a row is yielded when what is below it is known
    while True:
        feed.begin_row()
        fault = None
        try:
            cells = next(reader)
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
        line = feed.number - len(feed.taken) + 1
        if fault:
            feed.give_back()
        row = finish_row(RawRow(cells, b"\n".join(feed.taken), line, None, fault), feed.is_odd, options, encoding)
        if fault and is_broken and (is_prose or (len(cells) < width and (feed.is_again or len(cells) == 1))):
            continue  # a line of the row that is broken
        if held and fault and len(cells) == 1 and ends_in_prose(held):
            held = replace(held, fault=("bad_row", f"line {line} goes on with its last cell, which has no quotes"))
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
    cells = parse_row(text, options)
    return replace(row, cells=cells[: len(row.cells)], encoding=name)


def parse_row(text: str, options: dict[str, Any]) -> list[str]:
    """The cells of one row, however it is quoted; none where it is no row. A carriage return outside of quotes is a blank."""
    for row in (text, text.replace("\r", " ").replace("\n", " ")):
        try:
            return next(csv.reader([row], **options), [])
        except csv.Error:
            continue
    return []
