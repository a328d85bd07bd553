"""Each object that readers see carries the number of its version, so that no two versions of it are ever the same bytes.

An ETag is made of the bytes. If a partition went from A to B and back to A, a writer who slept since the first A could not
tell, and would put an old B in place. Twelve bytes before the footer make every write unique: Parquet is read from its end,
by offsets that count from its beginning, so bytes in front of the footer that nothing points to are seen by no reader.
Method: fencing tokens (M. Kleppmann, "How to do distributed locking", 2016).
"""

from __future__ import annotations

import struct

END = b"PAR1"
MARK = b"CDSK"
STAMP = struct.Struct("<4sQ")


def stamp(content: bytes, version: int) -> bytes:
    """A Parquet file with a version's number in front of its footer."""
    at = footer_at(content)
    return content[:at] + STAMP.pack(MARK, version) + content[at:]


def unstamp(content: bytes) -> tuple[bytes, int | None]:
    """The file as it was before, and the number; None where there is no stamp."""
    at = footer_at(content)
    if at < STAMP.size or content[at - STAMP.size : at - STAMP.size + len(MARK)] != MARK:
        return content, None
    version: int = STAMP.unpack(content[at - STAMP.size : at])[1]
    return content[: at - STAMP.size] + content[at:], version


def footer_at(content: bytes) -> int:
    """Where the footer begins. Raises ValueError for bytes that are no Parquet file."""
    if len(content) < 12 or content[-4:] != END:
        raise ValueError("not a Parquet file")
    at = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    if at < len(END):
        raise ValueError("not a whole Parquet file")
    return at
