"""A lake opened by its place: a folder, or an address s3://bucket/folder. The only code that chooses between disk and bucket."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tasks.lakes.lake import Lake, PublishPolicy
from tasks.stores.bucket_layout import BucketLayout
from tasks.stores.bucket_store import BucketStore
from tasks.stores.disk_store import DiskStore

ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):(?://?(.*))?")
WORK = Path(".copydesk")
DEFAULTS = PublishPolicy()


class PlaceError(ValueError):
    """An address that no lake can have. One line: what, where, what next."""


def open_lake(place: Path | str, *, work: Path | None = None, policy: PublishPolicy = DEFAULTS) -> Lake:
    """The lake at a folder or an address; it does not have to exist yet.

    `work`: the folder below which a lake in a bucket stages batches and copies files, `.copydesk` unless given; `policy`: how
    `publish` and its kin publish into it. Raises PlaceError.
    """
    hit = ADDRESS.fullmatch(str(place))
    if hit is None:
        return Lake(DiskStore(Path(place)), policy)
    scheme, rest = hit[1], (hit[2] or "").strip("/")
    if scheme != "s3":
        raise PlaceError(f"{scheme}://{rest}: a lake is a folder or s3://bucket/folder; name one of these")
    if "/" not in rest:
        raise PlaceError(f"s3://{rest}: name a folder in the bucket for the lake, such as s3://{rest or 'bucket'}/lake")
    address = f"s3://{rest}"
    name = re.sub(r"[^a-z0-9]+", "-", rest.lower()) + "-" + hashlib.sha256(address.encode()).hexdigest()[:8]
    return Lake(BucketStore((work or WORK) / name, BucketLayout(address)), policy)
