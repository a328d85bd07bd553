"""A batch's receipt: its inputs, its counts, and the versions and settings that made it.

Every count is taken from the staged rows that will be published, not from what the steps report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.fingerprint import code_version, library_versions, rules_version
from tasks.formats.stream import read_bytes
from tasks.reading.plan import escape_name
from tasks.schema import RECEIPTS
from tasks.staging.profile import COLUMNS, profile_publishers


@dataclass(frozen=True)
class StagedFolder:
    """A folder with the Parquet files of one part of a shard, and the doc_ids in it that will not be published."""

    folder: Path
    excluded_ids: frozenset[str] = frozenset()

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of `documents`, `lines` or `narrow` (what the audit judges) that will be published."""
        rows = pl.scan_parquet(self.folder / f"{table}.parquet", hive_partitioning=False)
        return rows.filter(~pl.col("doc_id").is_in(sorted(self.excluded_ids))) if self.excluded_ids else rows


@dataclass(frozen=True)
class StagedBatch:
    """A batch that can be published. `folders`: its staged rows; `quarantine`: all its quarantine rows, with `month`;
    `receipt`: its row of `receipts`, counted as if no other batch had any of its documents.
    """

    folders: tuple[StagedFolder, ...]
    quarantine: pl.DataFrame
    receipt: dict[str, Any]


@dataclass(frozen=True)
class Duplicate:
    """A record that repeats a document: where it came from, what it repeats, and the logical date of that."""

    uri: str
    twin: str
    twin_date: date
    doc_id: str


def make_settings(source: Source, limits: Limits) -> str:
    """Everything in source and limits that shapes the output (the size of shards does not), as JSON with sorted keys."""
    shaping = {"source": asdict(source), "limits": asdict(limits)}
    shaping["source"]["path"] = escape_name(source.path)
    del shaping["limits"]["shard_bytes"], shaping["limits"]["shard_files"]
    # The version identifies learned lines, wherever the file is. Keys without a value are left out.
    if learned := shaping["limits"].pop("learned"):
        shaping["learned"] = learned["version"]
    if releases := shaping["limits"].pop("releases"):
        shaping["releases"] = releases
    return json.dumps(shaping, sort_keys=True, ensure_ascii=False)


def make_versions() -> str:
    """Versions of the code (a hash) and of the libraries that shape the text, as JSON with sorted keys."""
    return json.dumps({"code": code_version(), **library_versions()}, sort_keys=True)


def take_fingerprint(inputs: Sequence[tuple[str, int, str]], source: Source, limits: Limits) -> str:
    """SHA-256 (hex) over inputs (uri, size, sha256), rules, versions and settings. Batches with equal ones have equal rows."""
    return hash_making(inputs, rules_version(), make_versions(), make_settings(source, limits))


def hash_making(inputs: Sequence[tuple[str, int, str]], rules: str, versions: str, settings: str) -> str:
    """The fingerprint of a batch that was made with these rules, versions and settings."""
    content = [sorted(inputs), rules, versions, settings]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def hash_files(files: Sequence[InputFile]) -> list[tuple[str, int, str]]:
    """Uri, size and SHA-256 of files, as `take_fingerprint` wants them."""
    found = []
    for file in files:
        digest = hashlib.sha256()
        for chunk in read_bytes(file.path):
            digest.update(chunk)
        found.append((file.uri, file.size, digest.hexdigest()))
    return found


def describe_versions(inputs: Sequence[InputSeen], source: Source, limits: Limits) -> dict[str, str]:
    """The columns of a receipt that say how the batch was made: source, fingerprint, rules_version, versions, settings."""
    files = [(file.uri, file.size, file.sha256) for file in inputs]
    return {
        "source": source.name,
        "fingerprint": take_fingerprint(files, source, limits),
        "rules_version": rules_version(),
        "versions": make_versions(),
        "settings": make_settings(source, limits),
    }


def make_receipt(
    logical_date: date,
    inputs: Sequence[InputSeen],
    folders: Sequence[StagedFolder],
    quarantine: pl.DataFrame,
    duplicates: Sequence[Duplicate],
    warned: Mapping[str, int],
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """The receipt's row, in the shape of `schema.RECEIPTS`.

    `folders`: the staged shards, without what is excluded from them; `quarantine`: all quarantine rows of the batch;
    `versions`: as `describe_versions` gives them.
    """
    seen = sorted(inputs, key=lambda file: file.uri)
    # One shard after the other: a batch may have millions of documents.
    sums = pl.concat([sum_narrow(read_narrow(part)) for part in folders]).sum().row(0, named=True)
    receipt: dict[str, Any] = {
        **versions,
        "logical_date": logical_date,
        "inputs": [asdict(file) for file in seen],
        "records": sum(file.records for file in seen),
        **sums,
        "duplicates": len(duplicates),
        "quarantined": quarantine.height,
        "rules": tally((part.scan("lines").filter("removed").select("rule").collect() for part in folders), "rule"),
        "languages": tally((read_narrow(part) for part in folders), "language"),
        "reasons": tally([quarantine.select(reason=pl.col("reasons").explode())], "reason"),
        "warnings": [{"reason": reason, "count": count} for reason, count in sorted(warned.items())],
        "twins": [asdict(twin) for twin in sorted(duplicates, key=lambda twin: twin.uri)],
        "profile": profile_publishers(read_narrow(part, COLUMNS) for part in folders),
    }
    return {name: receipt[name] for name in RECEIPTS.names}


def sum_narrow(narrow: pl.DataFrame) -> pl.DataFrame:
    """The sums over measured documents, as one row."""
    return narrow.select(
        pl.len().cast(pl.Int64).alias("published"),
        pl.col("raw_chars").sum().alias("chars"),
        pl.col("body_chars", "apart_chars", "line_ends", "removed_lines", "captions_merged").sum(),
        pl.col("removed_line_chars").sum().alias("removed_chars"),
    )


def is_made_alike(receipt: Mapping[str, Any], source: Source, limits: Limits) -> bool:
    """Whether a run today would make the same of a document as the batch of `receipt`. Releases are ignored."""
    now = (rules_version(), make_versions(), drop_releases(make_settings(source, limits)))
    return now == (receipt["rules_version"], receipt["versions"], drop_releases(receipt["settings"]))


def drop_releases(settings: str) -> str:
    """A receipt's settings without the releases in them."""
    kept = {name: value for name, value in json.loads(settings).items() if name != "releases"}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def stamp_receipt(receipt: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt of a batch most of whose documents are those of an earlier run, made with other rules.

    It keeps the rules, versions and settings of that run, with today's releases, so that a whole run is still due.
    """
    released = {name: value for name, value in json.loads(receipt["settings"]).items() if name == "releases"}
    settings = json.dumps(json.loads(drop_releases(earlier["settings"])) | released, sort_keys=True, ensure_ascii=False)
    inputs = [(file["uri"], file["size"], file["sha256"]) for file in receipt["inputs"]]
    rules, versions = earlier["rules_version"], earlier["versions"]
    made = {"rules_version": rules, "versions": versions, "settings": settings}
    return {**receipt, **made, "fingerprint": hash_making(inputs, rules, versions, settings)}


SUMMED = (
    *("language", "raw_chars", "body_chars", "apart_chars", "removed_line_chars", "line_ends", "removed_lines"),
    "captions_merged",
)


def read_narrow(part: StagedFolder, columns: Sequence[str] = SUMMED) -> pl.DataFrame:
    """Measured columns of the documents that will be published, by default those that the receipt sums up."""
    return part.scan("narrow").select("doc_id", *columns).collect()


def tally(parts: Iterable[pl.DataFrame], name: str) -> list[dict[str, Any]]:
    """How often each value of a column occurs in all parts, sorted by value, as (value, count)."""
    counts = [rows.group_by(name).agg(count=pl.len().cast(pl.Int64)) for rows in parts]
    return pl.concat(counts).group_by(name).agg(pl.col("count").sum()).sort(name).to_dicts()


def sum_batch(
    receipt: Mapping[str, Any], planned: int, folders: Sequence[StagedFolder], quarantine: pl.DataFrame
) -> dict[str, int]:
    """The counts that the audit of the batch judges: those of the receipt, and those of the rows."""
    return {
        **{name: value for name, value in receipt.items() if isinstance(value, int)},
        "input_records": sum(file["records"] for file in receipt["inputs"]),
        "inputs": planned,
        "inputs_accounted": len(receipt["inputs"]),
        "document_rows": sum(read_narrow(part, ()).height for part in folders),
        "quarantine_rows": quarantine.height,
        "removed_rows": sum(entry["count"] for entry in receipt["rules"]),
        "language_documents": sum(entry["count"] for entry in receipt["languages"]),
        "profile_documents": sum(entry["documents"] for entry in receipt["profile"]),
    }
