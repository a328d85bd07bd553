"""What readers of a lake in a bucket see: one object per partition, written only over one of an earlier version.

No such object is ever deleted, since a late writer would bring it back: a partition without rows becomes an empty file.
Each object carries the number of its version, so that no two versions of it are the same bytes. An ETag is a hash of the bytes:
if a partition went from A to B and back to A, a writer that slept since the first A could not notice, and would replace A with
an old B. Twelve bytes before the footer make every write unique: Parquet is read from its end, by offsets that count from its
beginning, so no reader sees bytes before the footer that nothing points to.
Method: fencing tokens (M. Kleppmann, "How to do distributed locking", 2016).
"""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tasks.stores.bucket_client import ObjectChanged, ObjectTag, list_objects, put_object, read_object, read_tag
from tasks.stores.bucket_layout import SHOWN
from tasks.stores.errors import REPAIR, LakeFault, PublishError
from tasks.stores.manifest import Manifest
from tasks.stores.table_files import write_empty

if TYPE_CHECKING:
    from tasks.stores.bucket_store import BucketStore

TRIES = 100
END = b"PAR1"
MARK = b"CDSK"
STAMP = struct.Struct("<4sQ")


def show_partition(store: BucketStore, manifest: Manifest, table: str, month: str) -> None:
    """Puts a partition of a version where readers look, unless this version or a later one is there."""
    key = store.layout.shown_key(table, month)
    for _ in range(TRIES):
        tag = read_tag(store.layout.bucket, key)
        if tag and tag.version is None:
            raise PublishError(f"s3 object {key} was not published here; move it away or choose another lake")
        if tag and tag.version is not None and tag.version >= manifest.version:
            return
        try:
            put_shown(store, manifest, table, month, tag)
            return
        except ObjectChanged:
            continue
    raise PublishError(
        f"{store.name}: other processes keep changing {key}; wait until other runs on this lake end, then run "
        "the batch again"
    )


def put_shown(store: BucketStore, manifest: Manifest, table: str, month: str, tag: ObjectTag | None) -> None:
    """Writes a partition, its file or an empty one, if the object there still has this tag. Raises ObjectChanged."""
    with tempfile.TemporaryDirectory(dir=store.folder) as empty:
        file = next((file for file in manifest.tables.get(table, ()) if file.month == month), None)
        path = store.fetch(manifest.version, table, file) if file else None
        content = (path or Path(empty) / write_empty(table, month, Path(empty)).path).read_bytes()
    if file and path and sha256(content).hexdigest() != file.sha256:
        path.unlink(missing_ok=True)  # a copy on this machine that was damaged
        content = store.fetch(manifest.version, table, file).read_bytes()
    content = stamp_file(content, manifest.version)
    e_tag, key = tag.e_tag if tag else None, store.layout.shown_key(table, month)
    put_object(store.layout.bucket, key, content, e_tag=e_tag, version=manifest.version)


def repair_partitions(store: BucketStore, manifest: Manifest) -> None:
    """Writes again every partition that readers do not see as the version has it."""
    for table in SHOWN if manifest.version else ():
        for month, digest in sorted(list_partitions(manifest, table).items()):
            key = store.layout.shown_key(table, month)
            tag = read_tag(store.layout.bucket, key)
            if tag is None or not is_right(read_object(store.layout.bucket, key)[0], digest, manifest.version):
                put_shown(store, manifest, table, month, tag)


def list_partitions(manifest: Manifest, table: str) -> dict[str, str | None]:
    """The SHA-256 of the file of each partition that readers should see; None for an empty one."""
    return {
        **dict.fromkeys(manifest.vacant.get(table, ())),
        **{file.month: file.sha256 for file in manifest.tables.get(table, ())},
    }


def find_partition_faults(store: BucketStore, manifest: Manifest) -> Iterator[LakeFault]:
    """What is wrong with the objects that readers see."""
    layout = store.layout
    for table in SHOWN:
        wanted = {layout.shown_key(table, month): digest for month, digest in list_partitions(manifest, table).items()}
        found = set(list_objects(layout.bucket, f"{layout.prefix}/{table}/"))
        for key in sorted(found - wanted.keys()):
            yield LakeFault("an object that no commit made", key, "move it away")
        for key in sorted(wanted.keys() - found):
            yield LakeFault("readers miss a partition", key, REPAIR)
        for key in sorted(wanted.keys() & found):
            if not is_right(read_object(layout.bucket, key)[0], wanted[key], manifest.version):
                yield LakeFault("readers see other rows than were published", key, REPAIR)


def is_right(content: bytes, digest: str | None, version: int) -> bool:
    """Whether an object is the file with this SHA-256 (None: one without rows), stamped by this version or an earlier one."""
    try:
        plain, stamped = unstamp_file(content)
    except ValueError:
        return False
    if stamped is None or stamped > version:
        return False
    if digest is None:
        return bool(pq.read_metadata(io.BytesIO(plain)).num_rows == 0)
    return sha256(plain).hexdigest() == digest


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
