"""A ZIP archive is read by its central directory, one entry at a time; each member is unpacked as it is read."""

import bz2
import io
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tasks.formats.archive import Member, read_members
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, PassedOver, ReadContext
from tasks.formats.stream import CHUNK_BYTES, spool_chunks, unpack_members, unpack_zstd
from tasks.formats.unread import find_unread

ENTRY = struct.Struct("<4s4B4HL2L5H2L")
END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
LOCAL = struct.Struct("<4s5H3L2H")
MOST_COMMENT = 2**16
MOST_ENTRY = ENTRY.size + 3 * 2**16
WIDE = 0xFFFFFFFF
ENCRYPTED, UTF_8 = 0x1, 0x800
METHODS = {
    14: "LZMA",
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES",
}

# Of documents and programs that are packed as ZIP archives.
ZIPPED_EXTENSIONS = frozenset(
    f".{extension}"
    for extensions in (
        "docx docm dotx xlsx xlsm xlsb pptx pptm vsdx odt ods odp ott sxw",
        "epub pages numbers key jar apk ipa xpi whl kmz npz pth",
    )
    for extension in extensions.split()
)


def starts_zip(start: bytes) -> bool:
    """Whether a ZIP archive starts here, and no document that is packed as one."""
    found = find_unread(start) if start.startswith(b"PK") else None
    return found is not None and found.name == "ZIP archive"


def read_zip(chunks: Chunks, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of all members, in the order of the central directory; one reject where it is broken."""
    with Path(context.path).open("rb") if context.path else spool_chunks(chunks) as file:
        size = file.seek(0, io.SEEK_END)
        yield from read_members(list_zip(file, find_directory(file, size)), size, context)


@dataclass(frozen=True)
class Directory:
    """The central directory: where it is and how many entries it has. `shift`: bytes before the archive."""

    start: int
    size: int
    count: int
    shift: int


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """So many bytes from a place, fewer at the end."""
    file.seek(offset)
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def find_directory(file: BinaryIO, size: int) -> Directory:
    """The directory of an archive. Raises BrokenInputError where there is none."""
    base = max(0, size - END.size - MOST_COMMENT)
    tail = read_at(file, base, size - base)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < END.size:
        raise BrokenInputError("truncated", "ZIP: the file ends before its directory does")
    _, disk, first_disk, _, count, length, start, _ = END.unpack_from(tail, place)
    end = base + place
    if place >= LOCATOR_64.size and tail[place - LOCATOR_64.size :].startswith(b"PK\x06\x07"):
        _, disk, at, _ = LOCATOR_64.unpack_from(tail, place - LOCATOR_64.size)
        record = read_at(file, at, END_64.size)
        if len(record) < END_64.size or not record.startswith(b"PK\x06\x06"):
            raise BrokenInputError("corrupt", "ZIP: the end of its directory is broken")
        _, _, _, _, disk, first_disk, _, count, length, start = END_64.unpack(record)
        end = at
    if disk or first_disk:
        raise BrokenInputError("unsupported_format", "ZIP archive: it is one of several parts. Join them first.")
    shift = end - length - start
    if shift < 0:
        raise BrokenInputError("corrupt", "ZIP: its directory is not where its end says")
    return Directory(start + shift, length, count, shift)


def list_zip(file: BinaryIO, directory: Directory) -> Iterator[Member]:
    """The members of an archive. Raises BrokenInputError where the directory breaks."""
    held, at, position, number = b"", 0, directory.start, 0
    end = directory.start + directory.size
    while position < end or at < len(held):
        if len(held) - at < MOST_ENTRY and position < end:
            piece = read_at(file, position, min(CHUNK_BYTES, end - position))
            held, at, position = held[at:] + piece, 0, position + len(piece) if piece else end
        lengths = ENTRY.unpack_from(held, at)[12:15] if len(held) - at >= ENTRY.size else (0, 0, 0)
        whole = ENTRY.size + sum(lengths)
        if len(held) - at < whole or not held.startswith(b"PK\x01\x02", at):
            raise BrokenInputError("corrupt", f"ZIP: its directory breaks after {number} of {directory.count} entries")
        member = read_entry(held[at : at + whole], file, directory.shift)
        at, number = at + whole, number + 1
        if member is not None:
            yield member
    if number & 0xFFFF != directory.count & 0xFFFF:
        raise BrokenInputError("corrupt", f"ZIP: its directory has {number} of {directory.count} entries")


def read_entry(entry: bytes, file: BinaryIO, shift: int) -> Member | None:
    """The member of an entry of the directory; None for a folder."""
    values = ENTRY.unpack_from(entry)
    system, flags, method, crc = values[2], values[5], values[6], values[9]
    packed, size, name_length, extra_length = values[10:14]
    attributes, offset = values[17:19]
    raw = entry[ENTRY.size : ENTRY.size + name_length]
    extra = read_extra(entry[ENTRY.size + name_length :][:extra_length])
    large = extra.get(1, b"")
    wide = iter(struct.unpack_from(f"<{len(large) // 8}Q", large))
    size, packed, offset = (next(wide, value) if value == WIDE else value for value in (size, packed, offset))
    name = decode_name(raw, extra)
    mode = attributes >> 16
    if name.endswith(("/", "\\")) or (system == 3 and stat.S_ISDIR(mode)):
        return None
    fault = None
    if flags & ENCRYPTED or method == 99:
        fault = "encrypted", "the member is encrypted, and there is no password"
    elif system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        fault = "special_file", "a link, not a file" if stat.S_ISLNK(mode) else "a special file"
    elif method not in UNPACK:
        fault = "unsupported_format", f"{METHODS.get(method, f'method {method}')} (a packing of ZIP). Unpack it first."
    return Member(name, size, packed, partial(read_zip_data, file, offset + shift, packed, size, method, crc), fault)


def read_extra(raw: bytes) -> dict[int, bytes]:
    """The extra fields of an entry by their numbers."""
    fields: dict[int, bytes] = {}
    while len(raw) >= 4:
        number, length = struct.unpack_from("<HH", raw)
        fields.setdefault(number, raw[4 : 4 + length])
        raw = raw[4 + length :]
    return fields


def decode_name(raw: bytes, extra: dict[int, bytes]) -> str:
    """The name of an entry: UTF-8 where it is valid, else as the bytes that it is."""
    own = extra.get(0x7075, b"")
    if own[:1] == b"\x01" and struct.unpack_from("<L", own.ljust(5, b"\x00"), 1)[0] == zlib.crc32(raw):
        raw = own[5:]
    return raw.decode("utf-8", "surrogateescape")


def read_zip_data(file: BinaryIO, offset: int, packed: int, size: int, method: int, crc: int) -> Chunks:
    """The unpacked bytes of a member. Raises BrokenInputError where they are not those that the directory names."""
    local = read_at(file, offset, LOCAL.size)
    if len(local) < LOCAL.size or not local.startswith(b"PK\x03\x04"):
        raise BrokenInputError("corrupt", "ZIP: there is no member where the directory says")
    start = offset + LOCAL.size + sum(LOCAL.unpack(local)[9:11])
    unpacked = check = 0
    chunks = read_stretch(file, start, packed)
    for chunk in UNPACK[method](chunks) if packed else ():
        unpacked += len(chunk)
        check = zlib.crc32(chunk, check)
        if unpacked > size:
            break
        yield chunk
    if unpacked != size or check != crc:
        raise BrokenInputError("corrupt", "ZIP: the member is not what the directory says (size or checksum)")


def read_stretch(file: BinaryIO, start: int, size: int) -> Chunks:
    """So many bytes from a place, in chunks; other stretches may be read between them."""
    while size > 0 and (piece := read_at(file, start, min(CHUNK_BYTES, size))):
        yield piece
        start, size = start + len(piece), size - len(piece)


UNPACK: dict[int, Callable[[Chunks], Chunks]] = {
    0: iter,
    8: partial(unpack_members, "ZIP", partial(zlib.decompressobj, wbits=-zlib.MAX_WBITS)),
    12: partial(unpack_members, "ZIP", bz2.BZ2Decompressor),
    93: unpack_zstd,
}
ZIP = Format(
    name="zip",
    extensions=(".zip", ".wacz"),
    recognise=starts_zip,
    read=read_zip,
    why="An archive: each file in it is read as a file of a folder is.",
    holds_records=True,
    is_archive=True,
)
