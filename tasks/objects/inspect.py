"""Is a bucket what its manifest says? Every file of the version, and every object that readers see, byte by byte."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256

import pyarrow.parquet as pq

from tasks.lakes.bucket import SHOWN, ObjectLake, keep_copy
from tasks.lakes.client import list_objects, read_object
from tasks.lakes.lake import Manifest
from tasks.lakes.stamp import unstamp

Wrong = tuple[str, str, str]  # what, where, what next


def inspect_bucket(lake: ObjectLake, manifest: Manifest) -> Iterator[Wrong]:
    """What is wrong with the objects of a version. Good files are kept as copies, so that looking into them is free."""
    if not lake.is_shown():
        yield (
            "a commit is not all shown to readers",
            f"{lake.name}, version {manifest.version}",
            "run any batch: it finishes that",
        )
    for table, files in manifest.tables.items():
        for file in files:
            where = lake.locate(manifest.version, table, file)
            try:
                content, _ = read_object(lake.bucket, lake.file_key(table, file))
            except FileNotFoundError:
                yield "a file is missing", where, "roll back, or run its batches again with --force"
                continue
            if sha256(content).hexdigest() == file.sha256:
                keep_copy(lake.copy_path(file), content)
            else:
                yield "a file is not what was published", where, "roll back, or run its batches with --force"
    shown = list(inspect_shown(lake, manifest))
    # Another version published meanwhile is no fault; what is seen now is not this one's.
    if lake.version() == manifest.version:
        yield from shown


def inspect_shown(lake: ObjectLake, manifest: Manifest) -> Iterator[Wrong]:
    """What is wrong with the objects that readers see."""
    again = f"copydesk rollback {manifest.version} puts it right"
    for table in SHOWN:
        wanted = {lake.shown_key(table, file.month): file.sha256 for file in manifest.tables[table]}
        vacant = {lake.shown_key(table, month) for month in manifest.vacant.get(table, ())}
        found = set(list_objects(lake.bucket, f"{lake.folder}/{table}/"))
        for key in sorted(found - vacant - wanted.keys()):
            yield "an object that no commit made", key, "move it away"
        for key in sorted((vacant | wanted.keys()) - found):
            yield "readers miss a partition", key, again
        for key in sorted(found & (vacant | wanted.keys())):
            content, _ = read_object(lake.bucket, key)
            if not is_shown_right(content, wanted.get(key), manifest.version):
                yield "readers see other rows than were published", key, again


def is_shown_right(content: bytes, digest: str | None, version: int) -> bool:
    """Whether what readers see is a file with this SHA-256 (None: a file without rows), stamped by this version or before."""
    try:
        plain, stamped = unstamp(content)
    except ValueError:
        return False
    if stamped is None or stamped > version:
        return False
    if digest is None:
        return bool(pq.read_metadata(io.BytesIO(plain)).num_rows == 0)
    return sha256(plain).hexdigest() == digest
