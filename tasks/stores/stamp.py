"""Each object that readers see carries the number of its version, so that no two versions of it are the same bytes.

An ETag is a hash of the bytes. If a partition went from A to B and back to A, a writer that slept since the first A could not
notice, and would replace A with an old B. Twelve bytes before the footer make every write unique: Parquet is read from its end,
by offsets that count from its beginning, so no reader sees bytes before the footer that nothing points to.
Method: fencing tokens (M. Kleppmann, "How to do distributed locking", 2016).
"""

from __future__ import annotations

import struct

END = b"PAR1"
MARK = b"CDSK"
STAMP = struct.Struct("<4sQ")


def stamp_file(content: bytes, version: int) -> bytes:
    """A Parquet file with a version's number before its footer."""
    at = find_footer(content)
    return content[:at] + STAMP.pack(MARK, version) + content[at:]


def unstamp_file(content: bytes) -> tuple[bytes, int | None]:
    """The file without its stamp, and the number in it; None where there is no stamp."""
    at = find_footer(content)
    if at < STAMP.size or content[at - STAMP.size : at - STAMP.size + len(MARK)] != MARK:
        return content, None
    version: int = STAMP.unpack(content[at - STAMP.size : at])[1]
    return content[: at - STAMP.size] + content[at:], version


def find_footer(content: bytes) -> int:
    """Where the footer begins. Raises ValueError when it is not a Parquet file."""
    if len(content) < 12 or content[-4:] != END:
        raise ValueError("not a Parquet file")
    at = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    if at < len(END):
        raise ValueError("not a whole Parquet file")
    return at
