"""Versions of the learned lines: one readable file each in the lake's store, named by the hash of its content.

    .lake-store/learned/5f0c2a9be111.json
    .lake-store/learned/latest                  the name of the last one

A version never changes and is never deleted: receipts name it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from tasks.batch import Learned
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import Lake
from tasks.learned.learn import learn_lines
from tasks.learned.sample import sample_lake
from tasks.learned.vetoes import apply_vetoes, read_vetoes
from tasks.stores.store_files import change_store_file, read_store_file

VETO_FILE = "learned_veto.toml"
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
    """A version that cannot be used. One line: what, where, what next."""


@dataclass(frozen=True)
class LearnedCounts:
    """A version of the learned lines: how many are used, of how many publishers, and how many are vetoed."""

    version: str
    used: int
    publishers: int
    vetoed: int


def learn_version(lake: Lake, sources: Path) -> LearnedCounts:
    """Learns from the published lake and stores a version. Vetoes are read from VETO_FILE beside the file `sources`.

    Raises RowError for a veto that cannot be used.
    """
    vetoes = read_vetoes(sources.with_name(VETO_FILE))
    found = [learn_lines(documents, lines) for documents, lines in sample_lake(lake)]
    rows = apply_vetoes(pl.concat([ROWS.to_frame(), *found]), vetoes, VETO_FILE)
    used = rows.filter(pl.col("veto").is_null())
    version = store_learned(lake, rows).version
    return LearnedCounts(version, used.height, used["publisher"].n_unique(), rows.height - used.height)


def store_learned(lake: Lake, learned: pl.DataFrame) -> Learned:
    """Writes a version, if it is new, and makes it the latest."""
    # One row per line, so that two versions can be compared with any tool.
    rows = learned.select(ROWS.names()).sort("publisher", "key").to_dicts()
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    content = f'{{"rows": [\n{lines}\n]}}\n'.encode()
    version = hash_content(content)
    change_store_file(lake.files, name_version_file(version), lambda _: content)
    change_store_file(lake.files, LATEST, lambda _: f"{version}\n".encode())
    return Learned(version, lake.files.address(name_version_file(version)))


def find_learned(lake: Lake, version: str) -> Learned | None:
    """A version by its name, `latest` (None when nothing was learned yet) or `none`. Raises LearnedError for an unknown one."""
    if version == "none":
        return None
    if version == "latest":
        said = read_store_file(lake.files, LATEST)
        return find_learned(lake, read_latest(said)) if said else None
    known = [path.stem for name in lake.files.list_names(FOLDER) if (path := PurePosixPath(name)).suffix == ".json"]
    if version not in known:
        raise LearnedError(
            f"{lake.name} has no learned version {version!r}; there are {', '.join(known) or 'none'}, and `auto`, `latest`, "
            "`none`."
        )
    return Learned(version, lake.files.address(name_version_file(version)))


def read_latest(said: bytes) -> str:
    """The version that the file names. Before release 0.2 it was a link to the version itself."""
    named = said.decode("utf-8", "replace").strip()
    return named if VERSION.fullmatch(named) else hash_content(said)


def choose_version(asked: str, receipt: Mapping[str, Any] | None) -> str:
    """The version to use: latest, none or one by its name.

    `auto`: a published batch keeps the version that its receipt names, or none, so that learning makes no batch stale; a new
    batch takes the latest.
    """
    if asked == "auto" and receipt:
        return str(json.loads(receipt["settings"]).get("learned", "none"))
    return "latest" if asked == "auto" else asked


def load_learned(learned: Learned) -> pl.DataFrame:
    """The rows of a version. Raises LearnedError when the file is missing or was changed."""
    try:
        content = fetch_remote(learned.path) if "://" in learned.path else Path(learned.path).read_bytes()
    except OSError as error:
        raise LearnedError(
            f"{learned.path} cannot be read ({error.strerror or 'it is missing'}); learn again or run with --learned none."
        ) from None
    if hash_content(content) != learned.version:
        raise LearnedError(f"{learned.path} was changed by hand; learn again. To rule out a line, veto it.")
    return pl.DataFrame(json.loads(content)["rows"], schema=ROWS)


def name_version_file(version: str) -> str:
    """The file of a version, as `lake.files` names it."""
    return f"{FOLDER}/{version}.json"


def hash_content(content: bytes) -> str:
    """The name of a version: 12 hex digits."""
    return hashlib.sha256(content).hexdigest()[:12]
