"""The records of a WARC file, one after the other; behind what is broken, reading continues at the next record."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.formats.gzip_members import MemberStart
from tasks.formats.record import BrokenInputError

SIGN = b"WARC/"
VERSION = re.compile(rb"WARC/\d\.\d[ \t]*\r?\n")
NEXT = re.compile(rb"\n(?=WARC/\d\.\d[ \t]*\r?\n)")
HEADER_END = re.compile(rb"\r?\n\r?\n")
HEADER_BYTES = 2**16
RECORD_END = b"\r\n\r\n"
KEPT_BYTES = 2**20
CUT = "WARC: the file ends inside a record"


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record: its header, with names in lower case, and its content; None where that is over the limit of `size`."""

    header: dict[str, str]
    content: bytes | None
    size: int


class WarcStream:
    """The bytes of a file from a place on, as many as are asked for. `marks`: where gzip members start or break."""

    def __init__(self, items: Iterator[bytes | MemberStart | BrokenInputError]) -> None:
        self._items = items
        self.buffer = bytearray()
        self.at = 0
        self.is_ended = False
        self._dropped = 0
        self._marks: deque[tuple[int, BrokenInputError | None]] = deque()

    def fill(self, size: int) -> int:
        """How many bytes are there, at most so many; reads what is missing."""
        if self.at > KEPT_BYTES:
            del self.buffer[: self.at]
            self._dropped, self.at = self._dropped + self.at, 0
        while len(self.buffer) - self.at < size and not self.is_ended:
            item = next(self._items, None)
            if item is None:
                self.is_ended = True
            elif isinstance(item, bytes):
                self.buffer += item
            else:
                error = item if isinstance(item, BrokenInputError) else None
                self._marks.append((self._dropped + len(self.buffer), error))
        return min(size, len(self.buffer) - self.at)

    def find_mark(self, size: int) -> tuple[int, BrokenInputError | None] | None:
        """The first place within the next `size` bytes where a member breaks, or another record begins with a member."""
        while self._marks and self._marks[0][0] < self._dropped + self.at:
            self._marks.popleft()
        for place, error in self._marks:
            offset = place - self._dropped - self.at
            if offset > size:
                return None
            is_record = self.buffer.startswith(SIGN, self.at + offset)
            if error is not None or (offset > 0 and is_record):
                return offset, error
        return None

    def pass_break(self) -> BrokenInputError | None:
        """The error that lies right here, if any; it is not found again."""
        here = self._dropped + self.at
        found = next((error for place, error in self._marks if place <= here and error), None)
        while self._marks and self._marks[0][0] <= here:
            self._marks.popleft()
        return found

    def seek_record(self, start: int) -> None:
        """Moves on to the next record that begins at least `start` bytes from here, or to the end."""
        self.fill(start + KEPT_BYTES)
        if not start and VERSION.match(self.buffer, self.at):
            return
        while True:
            there = self.fill(start + HEADER_BYTES)
            mark = self.find_mark(there)
            hit = NEXT.search(self.buffer, self.at + max(0, start - 1), self.at + there)
            places = [hit.end() - self.at] if hit else []
            places += [mark[0]] if mark and mark[0] >= start else []
            if places or there < start + HEADER_BYTES:
                self.at += min(places, default=there)
                return
            self.at += there - len(SIGN) - 16  # a sign may lie across the end of this stretch
            start = 1


def list_records(stream: WarcStream, limit: int) -> Iterator[WarcRecord | BrokenInputError]:
    """Every record, and an error for each stretch that is none. Raises BrokenInputError where the file ends in a record."""
    while True:
        skip_line_ends(stream)
        if error := stream.pass_break():
            yield error
            stream.seek_record(0)
            continue
        if stream.fill(1) == 0:
            return
        yield from read_next_record(stream, limit)


def skip_line_ends(stream: WarcStream) -> None:
    """Moves on to the next byte that ends no line."""
    while stream.fill(2) and stream.buffer[stream.at] in b"\r\n":
        stream.at += 1


def read_next_record(stream: WarcStream, limit: int) -> Iterator[WarcRecord | BrokenInputError]:
    """The record that begins here; or what is wrong with it, with the next one found."""
    there = stream.fill(HEADER_BYTES)
    header_end = HEADER_END.search(stream.buffer, stream.at, stream.at + there)
    if not VERSION.match(stream.buffer, stream.at, stream.at + there) or header_end is None:
        if stream.is_ended and stream.buffer.startswith(SIGN, stream.at) and header_end is None:
            raise BrokenInputError("truncated", CUT)
        stream.seek_record(1)
        yield BrokenInputError("corrupt", "WARC: there is no record where one should begin")
        return
    head = header_end.end() - stream.at
    header = parse_header_fields(bytes(stream.buffer[stream.at : header_end.start()]))
    length = header.get("content-length", "")
    if not length.isdecimal() or len(length) > 15:
        stream.seek_record(head)
        yield BrokenInputError("corrupt", f"WARC: Content-Length is {length[:40]!r}")
        return
    size = int(length)
    kept = min(size, limit)
    there = stream.fill(head + kept + len(RECORD_END) + len(SIGN))
    mark = stream.find_mark(min(there, head + kept))
    wrong = stream.find_mark(min(there, head + kept + len(RECORD_END)))
    if wrong is not None and wrong[1] is not None:
        stream.at += wrong[0]
        stream.pass_break()
        stream.seek_record(0)
        yield wrong[1]
    elif mark is not None and mark[0] < head + kept:
        stream.at += mark[0]
        yield BrokenInputError("corrupt", f"WARC: Content-Length is {size}, and the next record begins before that")
    elif size > limit and not (stream.is_ended and len(stream.buffer) - stream.at < head + size):
        stream.at += head
        yield skip_large(stream, header, size)
    else:
        yield from take_record(stream, header, head, size, there)


def take_record(
    stream: WarcStream, header: dict[str, str], head: int, size: int, there: int
) -> Iterator[WarcRecord | BrokenInputError]:
    """The record whose content is there, if it ends where its header says."""
    end = stream.at + head + size
    rest = bytes(stream.buffer[end : end + len(RECORD_END) + len(SIGN)])
    is_last = stream.is_ended and not rest.strip(b"\r\n")
    is_there = there >= head + size
    if is_there and (is_last or rest.startswith((RECORD_END, b"\n\n")) or rest.lstrip(b"\r\n").startswith(SIGN)):
        content = bytes(stream.buffer[stream.at + head : end])
        stream.at = end
        yield WarcRecord(header, content, size)
        if is_last and not rest.startswith((RECORD_END, b"\n\n")):
            raise BrokenInputError("truncated", CUT)
        return
    hit = NEXT.search(stream.buffer, stream.at + head, min(end, len(stream.buffer)))
    if hit is None and not is_there:
        raise BrokenInputError("truncated", CUT)
    if hit is not None:
        stream.at = hit.end()
    else:
        stream.seek_record(head + size)
    yield BrokenInputError("corrupt", f"WARC: Content-Length is {size}, and the record does not end there")


def skip_large(stream: WarcStream, header: dict[str, str], size: int) -> WarcRecord:
    """A record without its content, which is over the limit."""
    left = size
    while left > 0:
        step = stream.fill(min(left, KEPT_BYTES))
        mark = stream.find_mark(step)
        if mark is not None:
            stream.at += mark[0]
            break
        if not step:
            raise BrokenInputError("truncated", CUT)
        stream.at, left = stream.at + step, left - step
    return WarcRecord(header, None, size)


def parse_header_fields(raw: bytes) -> dict[str, str]:
    """The fields of a header by their names in lower case, the first of each; a line that begins with a blank continues one."""
    fields: dict[str, str] = {}
    last = ""
    for line in raw.decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and last:
            fields[last] = f"{fields[last]} {line.strip()}".strip()
        elif colon:
            last = name.strip().lower()
            if last in fields:
                last = ""
            else:
                fields[last] = value.strip()
    return fields
