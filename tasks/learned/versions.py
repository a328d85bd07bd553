"""Versions of the learned lines: one readable file each in the lake's store, named by the hash of its content.

    .lake-store/learned/5f0c2a9be111.json
    .lake-store/learned/latest                  the name of the last one

A version never changes and is never deleted: receipts name it. Only an erasure removes rows, and the file then says so.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from tasks.batch import Learned
from tasks.errors import RequestError
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import Lake, table_paths
from tasks.learned.learn import LEAST_DOCUMENTS
from tasks.rules import line_key
from tasks.stores.errors import Overtaken
from tasks.stores.store_files import change_store_file, read_store_file
from tasks.toml_rows import RowError, read_toml_rows

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
        "imported": pl.Boolean(),  # true: from another lake; null, and not written: learned from this one
    }
)
PER_PUBLISHER = 2_000  # more documents of one publisher add nothing
AT_ONCE = 5_000  # documents in memory
DOCUMENTS = ("doc_id", "publisher", "logical_date", "published_at", "title", "text", "joins", "body_lines")
LINES = ("doc_id", "line", "role", "removed", "rule", "text")


class LearnedError(RequestError):
    """A version that cannot be used. One line: what, where, what next."""


def store_learned(lake: Lake, learned: pl.DataFrame, over: str | None = None) -> Learned:
    """Writes a version, if it is new, and makes it the latest. `over`: what the latest must be till then, else Overtaken."""
    made = add_version(lake, learned)

    def point(known: bytes | None) -> bytes:
        if over is not None and name_latest(known) != over:
            raise Overtaken(f"{lake.name}: another process learned at the same time; run it again")
        return f"{made.version}\n".encode()

    change_store_file(lake.files, LATEST, point)
    return made


def add_version(lake: Lake, learned: pl.DataFrame) -> Learned:
    """Writes a version, if it is new."""
    content = write_version(learned)
    version = hash_content(content)
    change_store_file(lake.files, name_version_file(version), lambda _: content)
    return Learned(version, lake.files.address(name_version_file(version)))


def write_version(learned: pl.DataFrame, head: str = "") -> bytes:
    """The content of a version: one row per line, so that two versions can be compared with any tool."""
    rows = learned.select(ROWS.names()).sort("publisher", "key").to_dicts()
    for row in rows:
        if not row["imported"]:
            del row["imported"]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{{head}"rows": [\n{lines}\n]}}\n'.encode()


def write_shortened(version: str, learned: pl.DataFrame) -> bytes:
    """The content of a version that lost rows with the documents that they came from: it keeps its name."""
    return write_version(learned, f'"version": "{version}", "left": "{hash_content(write_version(learned))}", ')


def parse_version(content: bytes) -> pl.DataFrame:
    """The rows in a version's file."""
    return pl.DataFrame(json.loads(content)["rows"], schema=ROWS)


def is_version(content: bytes, version: str) -> bool:
    """Whether a file is what was learned, or what an erasure left of it."""
    if hash_content(content) == version:
        return True
    try:
        return content == write_shortened(version, parse_version(content))
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError):
        return False


def find_learned(lake: Lake, version: str) -> Learned | None:
    """A version by its name, `latest` (None when nothing was learned yet) or `none`. Raises LearnedError for an unknown one."""
    if version == "none":
        return None
    known = [path.stem for name in lake.files.list_names(FOLDER) if (path := PurePosixPath(name)).suffix == ".json"]
    if version == "latest":
        said = read_store_file(lake.files, LATEST)
        if not said and known:
            raise LearnedError(
                f"{lake.files.address(LATEST)} is missing; run `copydesk learn`, or choose --learned {known[-1]} or none"
            )
        if not said:
            return None
        return find_learned(lake, name_latest(said))
    if version not in known:
        raise LearnedError(
            f"{lake.name} has no learned version {version!r}; there are {', '.join(known) or 'none'}, and `auto`, `latest`, "
            "`none`."
        )
    return Learned(version, lake.files.address(name_version_file(version)))


def name_latest(content: bytes | None) -> str:
    """The version that the content of LATEST names; "" without any."""
    if not content:
        return ""
    named = content.decode("utf-8", "replace").strip()
    # Before release 0.2 the file was a link to the version itself.
    return named if VERSION.fullmatch(named) else hash_content(content)


def choose_version(asked: str, receipt: Mapping[str, Any] | None) -> str:
    """The version to use. `auto`: that of the batch's receipt, so that learning makes no batch stale, else the latest."""
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
    if not is_version(content, learned.version):
        raise LearnedError(f"{learned.path} was changed by hand; learn again. To rule out a line, veto it.")
    return parse_version(content)


def name_version_file(version: str) -> str:
    """The file of a version, as `lake.files` names it."""
    return f"{FOLDER}/{version}.json"


def hash_content(content: bytes) -> str:
    """The name of a version: 12 hex digits."""
    return hashlib.sha256(content).hexdigest()[:12]


def sample_lake(lake: Lake) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows of `documents` and of `lines` in the sample, some whole publishers at a time, publishers in order."""
    manifest = lake.manifest()
    documents, lines = (list(table_paths(lake, manifest, table)) for table in ("documents", "lines"))
    if not documents:
        return
    chosen = choose_documents(documents)
    sizes = chosen.group_by("publisher", maintain_order=True).len()
    numbered = sizes.select("publisher", group=(pl.col("len").cum_sum() - 1) // AT_ONCE)
    for part in chosen.join(numbered, on="publisher", maintain_order="left").partition_by("group", maintain_order=True):
        yield read_rows_of(documents, DOCUMENTS, part["doc_id"]), read_rows_of(lines, LINES, part["doc_id"])


def choose_documents(paths: Sequence[Path]) -> pl.DataFrame:
    """publisher, doc_id of the first PER_PUBLISHER ids (hashes, so a fair sample) of each publisher that has enough documents."""
    chosen = pl.DataFrame(schema={"publisher": pl.String, "doc_id": pl.String})
    for path in paths:
        part = pl.read_parquet(path, columns=chosen.columns, hive_partitioning=False)
        chosen = (
            pl.concat([chosen, part])
            .sort("publisher", "doc_id")
            .group_by("publisher", maintain_order=True)
            .head(PER_PUBLISHER)
        )
    return chosen.filter(pl.len().over("publisher") >= LEAST_DOCUMENTS)


def read_rows_of(paths: Sequence[Path], columns: Sequence[str], ids: pl.Series) -> pl.DataFrame:
    """Rows of the documents `ids`."""
    wanted = pl.col("doc_id").is_in(ids.implode())
    return pl.scan_parquet(list(paths), hive_partitioning=False).filter(wanted).select(columns).collect()


@dataclass(frozen=True)
class Veto:
    """A row of VETO_FILE: a line of a publisher that is not to be removed, and why (a heading; the lines under it are news)."""

    line: str
    publisher: str
    why: str

    def __post_init__(self) -> None:
        if blank := [name for name, value in asdict(self).items() if not value.strip()]:
            raise ValueError(f"{blank[0]} is blank; give line, publisher and why")


def read_vetoes(path: Path) -> tuple[Veto, ...]:
    """The rows of a file; none where there is no such file. Raises RowError."""
    return read_toml_rows(path, "veto", Veto, unique=False) if path.exists() else ()


def apply_vetoes(learned: pl.DataFrame, vetoes: Sequence[Veto], file: str | None) -> pl.DataFrame:
    """`learned` with the why of its veto in the column veto, where it has none already.

    Raises RowError for a veto that matches no row, which `file` names; without `file` it is ignored.
    """
    rows = pl.DataFrame(vetoes, schema=dict.fromkeys(("line", "publisher", "why"), pl.String))
    keyed = rows.select("publisher", "line", "why", key=line_key(pl.col("line")))
    idle = keyed.join(learned, on=["publisher", "key"], how="anti", maintain_order="left")
    if file and not idle.is_empty():
        publisher, line = idle.select("publisher", "line").row(0)
        raise RowError(f"{file}: no learned line of {publisher} is {line!r}; correct the line or remove the row")
    whys = keyed.unique(["publisher", "key"], keep="first", maintain_order=True).drop("line")
    found = learned.join(whys, on=["publisher", "key"], how="left", maintain_order="left")
    return found.with_columns(veto=pl.coalesce("why", "veto")).drop("why")
