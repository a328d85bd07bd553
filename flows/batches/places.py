"""A lake by what people call it: a folder, or an address s3://bucket/folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flows.settings import Settings
from tasks.lakes.lake import Lake

ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):(?://?(.*))?")


class PlaceError(ValueError):
    """An address that no lake can have. One line: what, where, what next."""


def open_lake(place: Path | str, work: Path | None = None) -> Lake:
    """The lake at a folder or an address; nothing has to be there yet. `work`: see Settings.work.

    Raises PlaceError.
    """
    hit = ADDRESS.fullmatch(str(place))
    if hit is None:
        return Lake(Path(place))
    scheme, rest = hit[1], (hit[2] or "").strip("/")
    if scheme != "s3":
        raise PlaceError(f"{scheme}://{rest}: lakes stand in a folder or at s3://bucket/folder; name one of these")
    if "/" not in rest:
        raise PlaceError(f"s3://{rest}: name a folder in the bucket for the lake, such as s3://{rest or 'bucket'}/lake")
    from tasks.objects.bucket import ObjectLake

    address = f"s3://{rest}"
    name = re.sub(r"[^a-z0-9]+", "-", rest.lower()) + "-" + hashlib.sha256(address.encode()).hexdigest()[:8]
    return ObjectLake((work or Settings().work) / name, address)
