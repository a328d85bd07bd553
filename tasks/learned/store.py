"""Versions of what was learned: one readable file each in the lake's store, named by the hash of what it says.

    .lake-store/learned/5f0c2a9be111.json
    .lake-store/learned/latest                  the name of the last one

A version never changes and none is taken away: receipts name them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from tasks.batch import Learned
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import Lake
from tasks.lakes.store_files import change_store_file, read_store_file

FOLDER = "learned"
LATEST = f"{FOLDER}/latest"
VERSION = re.compile(r"[0-9a-f]{12}")
ROWS = pl.Schema(
    {
        "publisher": pl.String(),
        "key": pl.String(),  # the line as it is compared
        "zone": pl.String(),  # edge: only above or below the body; any: inside bodies too
        "documents": pl.Int64(),  # that have it
        "of": pl.Int64(),  # that were looked at
        "share": pl.Float64(),
        "months": pl.Int64(),  # in which it was seen
        "doc_ids": pl.List(pl.String),  # two to look at
        "text": pl.String(),  # as the first of them has it
        "veto": pl.String(),  # why it must not be used; null for rows in use
    }
)


class LearnedError(ValueError):
    """A version or a veto that cannot be used. One line: what, where, what next."""


def store_learned(lake: Lake, learned: pl.DataFrame) -> Learned:
    """Writes a version, if it is new, and makes it the latest."""
    # One row a line, so that two versions can be compared with any tool.
    rows = learned.select(ROWS.names()).sort("publisher", "key").to_dicts()
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    content = f'{{"rows": [\n{lines}\n]}}\n'.encode()
    version = digest(content)
    change_store_file(lake.files, name_of(version), lambda _: content)
    change_store_file(lake.files, LATEST, lambda _: f"{version}\n".encode())
    return Learned(version, lake.files.address(name_of(version)))


def find_learned(lake: Lake, version: str) -> Learned | None:
    """A version by its name, `latest` (None when nothing was ever learned) or `none`. Raises LearnedError for an unknown one."""
    if version == "none":
        return None
    if version == "latest":
        said = read_store_file(lake.files, LATEST)
        return find_learned(lake, read_latest(said)) if said else None
    known = list_versions(lake)
    if version not in known:
        raise LearnedError(
            f"{lake.name} has no learned version {version!r}; there are {', '.join(known) or 'none'}, and `auto`, `latest`, "
            "`none`."
        )
    return Learned(version, lake.files.address(name_of(version)))


def read_latest(said: bytes) -> str:
    """The version that the note names. Before release 0.2 it was a link, which leads to the version itself."""
    named = said.decode("utf-8", "replace").strip()
    return named if VERSION.fullmatch(named) else digest(said)


def list_versions(lake: Lake) -> list[str]:
    """The names of all versions."""
    return [path.stem for name in lake.files.list_names(FOLDER) if (path := PurePosixPath(name)).suffix == ".json"]


def pick_learned(lake: Lake, asked: str, receipt: Mapping[str, Any] | None) -> Learned | None:
    """What a run of a batch uses. `asked`: auto, latest, none or a version; `receipt`: the batch's own, if it has one."""
    return find_learned(lake, choose_version(asked, receipt))


def choose_version(asked: str, receipt: Mapping[str, Any] | None) -> str:
    """Which version is meant: latest, none or one by its name.

    `auto`: a batch that has been published keeps the version that its receipt names, or none, so that learning makes no
    finished batch stale; a new batch takes the latest.
    """
    if asked == "auto" and receipt:
        return str(json.loads(receipt["settings"]).get("learned", "none"))
    return "latest" if asked == "auto" else asked


def load_learned(learned: Learned) -> pl.DataFrame:
    """The rows of a version. Raises LearnedError when the file is gone or is not what it was."""
    try:
        content = fetch_remote(learned.path) if "://" in learned.path else Path(learned.path).read_bytes()
    except OSError as error:
        raise LearnedError(
            f"{learned.path} cannot be read ({error.strerror or 'it is gone'}); learn again or run with --learned none."
        ) from None
    if digest(content) != learned.version:
        raise LearnedError(f"{learned.path} was changed by hand; learn again. To rule out a line, veto it.")
    return pl.DataFrame(json.loads(content)["rows"], schema=ROWS)


def name_of(version: str) -> str:
    """The note of a version."""
    return f"{FOLDER}/{version}.json"


def digest(content: bytes) -> str:
    """The name of a version: 12 hex digits."""
    return hashlib.sha256(content).hexdigest()[:12]
