"""The members of an archive are read as the files of a folder are: by the same formats, one level of archives deep.

Nothing is unpacked to a path. A name only tells the format and is part of the uri: `a.zip!dir/b.csv#3`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from tasks.file_names import escape_name
from tasks.formats.record import (
    BrokenInputError,
    Chunks,
    FormatError,
    Found,
    MissingExtra,
    PassedOver,
    ReadContext,
    Reject,
    find_fault,
)
from tasks.formats.stream import BOMB_FLOOR_BYTES, Tap

DRIVE = re.compile(r"[A-Za-z]:")
DOT_NAMES, READMES, MAC_FILES = "dot names in archives", "README files in archives", "files of macOS in archives"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an archive. `name`: with bytes that are not UTF-8 as the file system has them; sizes in bytes.

    `open`: its bytes; `fault`: reason and detail for an entry that is not opened.
    """

    name: str
    size: int
    packed: int
    open: Callable[[], Chunks]
    fault: tuple[str, str] | None = None


@dataclass
class MemberNames:
    """Gives every member of an archive a uri of its own: a name that comes again gets a number."""

    archive: str
    seen: set[bytes] = field(default_factory=set)

    def name_member(self, name: str) -> str:
        """The uri of the next member with this name."""
        uri, number = f"{self.archive}!{escape_name(name)}", 1
        own = uri
        while (key := hashlib.blake2b(own.encode("utf-8", "surrogatepass"), digest_size=12).digest()) in self.seen:
            number += 1
            own = f"{uri}({number})"
        self.seen.add(key)
        return own


def read_members(
    members: Iterable[Member], archive_bytes: int | None, context: ReadContext
) -> Iterator[Found | PassedOver]:
    """Records of all members, in the order of the archive. A member that breaks costs that member.

    `archive_bytes`: size of the archive where no stream limits what it unpacks to. Raises BrokenInputError where it is a bomb.
    """
    names, limits, unpacked = MemberNames(context.uri), context.limits, 0
    for number, member in enumerate(members):
        if number >= limits.archive_members:
            raise BrokenInputError("bomb", f"more than {limits.archive_members} members")
        name = clean_member_name(member.name)
        uri = names.name_member(name)
        if wrong := find_trick(name):
            yield Reject(uri, "unsafe_name", wrong)
        elif kind := find_own_name(name):
            yield PassedOver(kind, uri)
        elif fault := member.fault or find_excess(member, context):
            yield Reject(uri, *fault)
        else:
            unpacked += member.size
            if archive_bytes is not None and unpacked > max(BOMB_FLOOR_BYTES, archive_bytes * limits.unpacked_ratio):
                words = (
                    f"the members unpack to more than {limits.unpacked_ratio} times the archive's {archive_bytes} bytes"
                )
                raise BrokenInputError("bomb", words)
            yield from read_member(member, name, replace(context, uri=uri, path="", depth=context.depth + 1))


def clean_member_name(name: str) -> str:
    """A name with `/` between its parts, and without the `./` before it that tar writes.

    >>> clean_member_name("./in/a.txt"), clean_member_name("in\\\\a.txt")
    ('in/a.txt', 'in/a.txt')
    """
    name = name.replace("\x00", "%00")
    if "/" not in name:
        name = name.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def find_trick(name: str) -> str | None:
    """Why a name is refused: it leads out of the place where someone might unpack it.

    >>> find_trick("../a.txt"), find_trick("a..txt")
    ('the name leads out of the archive', None)
    """
    if not name:
        return "the member has no name"
    if name.startswith("/") or DRIVE.match(name):
        return "the name is that of a place outside the archive"
    return "the name leads out of the archive" if ".." in re.split(r"[/\\]", name) else None


def find_own_name(name: str) -> str | None:
    """The kind of a member that is left out on purpose, as its like is in a folder.

    >>> find_own_name("in/.git/a.txt"), find_own_name("README.md"), find_own_name("in/a.txt")
    ('dot names in archives', 'README files in archives', None)
    """
    path = PurePosixPath(name)
    if "__MACOSX" in path.parts or path.name.startswith("._"):
        return MAC_FILES
    if any(part.startswith(".") for part in path.parts):
        return DOT_NAMES
    return READMES if path.stem.upper() == "README" else None


def find_excess(member: Member, context: ReadContext) -> tuple[str, str] | None:
    """Reason and detail where a member is too large, or unpacks to more than the ratio of a bomb."""
    limits = context.limits
    if member.size > limits.file_bytes:
        return "too_large", f"{member.size} bytes, over the limit of {limits.file_bytes}"
    if member.size > max(BOMB_FLOOR_BYTES, member.packed * limits.unpacked_ratio):
        return "bomb", f"unpacks to more than {limits.unpacked_ratio} times its {member.packed} bytes"
    return None


@dataclass
class MemberBytes:
    """The bytes of a member, hashed. `failure`: what ended them, which is a fault of the archive and not of a reader."""

    tap: Tap = field(default_factory=Tap)
    failure: Exception | None = None

    def follow(self, chunks: Chunks) -> Chunks:
        """The same chunks."""
        try:
            for chunk in chunks:
                self.tap.size += len(chunk)
                self.tap.digest.update(chunk)
                yield chunk
        except Exception as error:
            self.failure = error
            raise


def read_member(member: Member, name: str, context: ReadContext) -> Iterator[Found | PassedOver]:
    """The records and rejects of a member, at least one."""
    assert context.read_contents is not None
    body, number, uri = MemberBytes(), 0, context.uri
    chunks = body.follow(member.open())
    try:
        for found in context.read_contents(chunks, body.tap, name, context):
            if isinstance(found, PassedOver):
                yield found
                continue
            if found.uri == uri:  # the member is one document, whose hash is the member's
                for _ in chunks:
                    pass
                found = replace(found, raw_sha256=body.tap.digest.hexdigest())
            yield found
            number += 1
    except (MissingExtra, FormatError):
        raise
    except Exception as error:  # a fault in a library or in this code costs one member
        if body.failure is not None and not isinstance(body.failure, BrokenInputError):
            raise body.failure from error
        # A library may swallow why its bytes end.
        ended_by = error if isinstance(error, BrokenInputError) else body.failure or error
        yield make_break(uri, number, find_fault(ended_by))
        return
    if not number:
        yield Reject(uri, "empty", "no record in it")


def make_break(uri: str, number: int, broken: BrokenInputError) -> Reject:
    """The reject for the place where a file breaks: record `number` where records before it are kept, else the file."""
    if not number:
        return Reject(uri, broken.reason, broken.detail)
    return Reject(f"{uri}#{number}", broken.reason, f"after {number} records, in record {number}: {broken.detail}")
