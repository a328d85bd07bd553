"""A TAR archive is read as a stream, header by header; behind a broken header, reading continues at the next one."""

import re
import tarfile
from collections.abc import Iterator
from functools import partial

from tasks.formats.archive import Member, read_members
from tasks.formats.record import BrokenInputError, Chunks, Format, Found, PassedOver, ReadContext

BLOCK = 512
CHECKSUM = slice(148, 156)
MAGIC = slice(257, 262)
EXTENSION_BYTES = 2**20
LINKS = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
KINDS = {
    tarfile.LNKTYPE: "a link to another member",
    tarfile.SYMTYPE: "a link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a file with holes",
    b"M": "the rest of a member of another archive",
}
NO_MEMBERS = (b"V", b"D")  # a label; a list of names
PAX_FIELD = re.compile(rb"(\d{1,7}) ([^=\n]{1,200})=")


class TarStream:
    """The bytes of an archive, in pieces of any size. `offset`: how many were read; `is_broken`: whether they ended early."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._pending: list[memoryview] = []  # the next bytes come last
        self.offset = 0
        self.is_broken = False

    def stream(self, size: int) -> Chunks:
        """At most so many bytes, in chunks."""
        while size > 0:
            if not self._pending:
                try:
                    self._pending = [memoryview(next(self._chunks, b""))]
                except Exception:
                    self.is_broken = True
                    raise
            view = self._pending.pop()
            if not view:
                return
            if len(view) > size:
                self._pending.append(view[size:])
                view = view[:size]
            size -= len(view)
            self.offset += len(view)
            yield bytes(view)

    def read(self, size: int) -> bytes:
        """At most so many bytes."""
        return b"".join(self.stream(size))

    def put_back(self, raw: bytes) -> None:
        """Lets the last bytes be read again."""
        self._pending.append(memoryview(raw))
        self.offset -= len(raw)


def parse_tar_header(block: bytes) -> tarfile.TarInfo | None:
    """A header, None where its checksum or a field is wrong."""
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError):
        return None


def starts_tar(start: bytes) -> bool:
    """Whether a header of TAR comes first: its signature or, in old archives, its checksum."""
    block = start[:BLOCK]
    # Without digits a checksum is read as 0, which the signed sum of other binary data may be.
    is_old = bool(block[:1].strip(b"\0")) and bool(block[CHECKSUM].strip(b" \0"))
    return len(block) == BLOCK and (block[MAGIC] == b"ustar" or (is_old and parse_tar_header(block) is not None))


def read_tar(chunks: Chunks, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records of all members, in order. Raises BrokenInputError where the archive breaks; what was read is kept."""
    try:
        yield from read_members(list_tar(TarStream(chunks)), None, context)
    except BrokenInputError as broken:
        raise BrokenInputError(broken.reason, broken.detail) from broken


def list_tar(stream: TarStream) -> Iterator[Member]:
    """The members of an archive; each can be read until the next one is asked for."""
    more: dict[str, str] = {}
    while block := find_block(stream):
        info, start = parse_tar_header(block), stream.offset - BLOCK
        if info is None:
            yield skip_broken(stream, block)
            continue
        size = max(0, info.size)
        if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, b"X"):
            if size > EXTENSION_BYTES:
                raise BrokenInputError("corrupt", f"TAR: a header at byte {start} has {size} bytes of names")
            raw = stream.read(size)
            stream.read(-size % BLOCK)
            more |= read_extension(info.type, raw)
            continue
        name, size, kind = more.get("path", info.name), read_size(more, size), KINDS.get(info.type)
        if any(key.startswith("GNU.sparse") for key in more):
            kind = KINDS[tarfile.GNUTYPE_SPARSE]
        more = {}
        if info.type == tarfile.DIRTYPE or info.type in LINKS:
            size = 0  # whatever the header says, nothing follows it
        end = stream.offset + size
        if info.type != tarfile.DIRTYPE and not name.endswith("/") and info.type not in NO_MEMBERS:
            fault = ("special_file", f"{kind}, not a file") if kind else None
            yield Member(name, size, size, partial(read_tar_data, stream, size), fault)
            if stream.is_broken:
                return  # the reader of the member has said so
        skip(stream, end - stream.offset, name)
        stream.read(-size % BLOCK)


def find_block(stream: TarStream) -> bytes:
    """The next block that is not blank; empty at the end. Blank ones end an archive, and another may follow."""
    while True:
        block = stream.read(BLOCK)
        if len(block) < BLOCK and block.strip(b"\x00"):
            raise BrokenInputError("truncated", "TAR: the file ends inside a header")
        if len(block) < BLOCK or block.strip(b"\x00"):
            return block if len(block) == BLOCK else b""


def skip_broken(stream: TarStream, block: bytes) -> Member:
    """What stands for a broken header: it reads on to the next whole one, which stays to be read."""
    start = stream.offset - BLOCK
    name = block[:100].partition(b"\x00")[0].decode("utf-8", "surrogateescape")
    while len(block := stream.read(BLOCK)) == BLOCK:
        if block[MAGIC] == b"ustar" and parse_tar_header(block):
            stream.put_back(block)
            break
    words = f"TAR: the header at byte {start} is broken; reading continues at byte {stream.offset}"
    return Member(name if name.isprintable() and name else f"byte {start}", 0, 0, lambda: iter(()), ("corrupt", words))


def skip(stream: TarStream, size: int, name: str) -> None:
    """Reads so many bytes. Raises BrokenInputError where there are not so many."""
    if sum(map(len, stream.stream(size))) < size:
        raise BrokenInputError("truncated", f"TAR: the file ends inside the member {name[:200]}")


def read_tar_data(stream: TarStream, size: int) -> Chunks:
    """The bytes of a member. Raises BrokenInputError where the archive ends before them."""
    for chunk in stream.stream(size):
        size -= len(chunk)
        yield chunk
    if size:
        stream.is_broken = True
        raise BrokenInputError("truncated", "TAR: the file ends inside the member")


def read_size(fields: dict[str, str], size: int) -> int:
    """The size of a member: that of its pax fields, else that of its header."""
    own = fields.get("size", "")
    return int(own) if own.isdecimal() and len(own) < 20 else size


def read_extension(kind: bytes, raw: bytes) -> dict[str, str]:
    """What a header says about the next member: its long name, or fields of pax. Global fields name no member."""
    if kind == tarfile.GNUTYPE_LONGNAME:
        return {"path": raw.partition(b"\x00")[0].decode("utf-8", "surrogateescape")}
    fields: dict[str, str] = {}
    position = 0
    while kind in (tarfile.XHDTYPE, b"X") and (hit := PAX_FIELD.match(raw, position)):
        end = position + int(hit[1])
        if end <= hit.end():
            break
        fields[hit[2].decode("utf-8", "replace")] = raw[hit.end() : end - 1].decode("utf-8", "surrogateescape")
        position = end
    return fields


TAR = Format(
    name="tar",
    extensions=(".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"),
    recognise=starts_tar,
    read=read_tar,
    why="An archive: each file in it is read as a file of a folder is. It may be packed, as in `.tar.gz`.",
    holds_records=True,
    is_archive=True,
)
