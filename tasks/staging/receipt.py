"""A batch's receipt: its inputs, its counts, and the versions and settings that made it.

Every count is taken from the staged rows that will be published, not from what the steps report.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.batch import InputFile, InputSeen, Limits, Source
from tasks.file_names import escape_name
from tasks.fingerprint import code_version, library_versions, rules_version
from tasks.formats.stream import read_bytes
from tasks.schema import RECEIPTS
from tasks.staging.stage import empty_frame

SUMS = {
    "published": pl.len().cast(pl.Int64),
    "chars": pl.col("raw_chars").sum(),
    "removed_chars": pl.col("removed_line_chars").sum(),
    **{
        name: pl.col(name).sum()
        for name in ("body_chars", "apart_chars", "line_ends", "removed_lines", "captions_merged")
    },
}


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
    """A batch that can be published. `folders`: its staged rows; `duplicates`, `quarantine`, `erased`: all its rows of these
    tables (the last of `erasures`), with `month`; `receipt`: its row of `receipts`. No other batch is looked at: what it has as
    well is counted as published.
    """

    folders: tuple[StagedFolder, ...]
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    receipt: dict[str, Any]
    erased: pl.DataFrame = field(default_factory=lambda: empty_frame("erasures"), kw_only=True)


def make_settings(source: Source, limits: Limits, publishers: Collection[str | None] | None = None) -> str:
    """Everything in source and limits that shapes the output (the size of shards does not), as JSON with sorted keys.

    `publishers`: those of the documents, where they are known: a correction for another publisher shapes nothing.
    """
    shaping: dict[str, Any] = {"source": asdict(source), "limits": asdict(limits)}
    shaping["source"]["path"] = escape_name(source.path)
    del shaping["limits"]["shard_bytes"], shaping["limits"]["shard_files"]
    # The version identifies learned lines, wherever the file is. Keys without a value are left out.
    if learned := shaping["limits"].pop("learned"):
        shaping["learned"] = learned["version"]
    if releases := shaping["limits"].pop("releases"):
        shaping["releases"] = releases
    rows = [row for row in limits.corrections if not row.publisher or publishers is None or row.publisher in publishers]
    del shaping["limits"]["corrections"]
    if rows:
        # The line is text of a document, which a receipt must not have.
        lines = [hashlib.sha256(row.line.encode()).hexdigest()[:16] for row in rows]
        shaping["corrections"] = [
            [row.action, row.publisher or row.uri, line, row.why] for row, line in zip(rows, lines, strict=True)
        ]
    return json.dumps(shaping, sort_keys=True, ensure_ascii=False)


def make_versions() -> str:
    """Versions of the code (a hash) and of the libraries that shape the text, as JSON with sorted keys."""
    return json.dumps({"code": code_version(), **library_versions()}, sort_keys=True)


def describe_making(source: Source, limits: Limits, publishers: Collection[str | None] | None = None) -> dict[str, str]:
    """The columns of a receipt that say how a run today makes a batch. `publishers`: see `make_settings`."""
    settings = make_settings(source, limits, publishers)
    return {"source": source.name, "rules_version": rules_version(), "versions": make_versions(), "settings": settings}


def take_fingerprint(inputs: Sequence[tuple[str, int, str]], made: Mapping[str, str]) -> str:
    """SHA-256 (hex) over inputs (uri, size, sha256), rules, versions and settings. Equal ones give equal rows."""
    content = [sorted(inputs), made["rules_version"], made["versions"], made["settings"]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def hash_files(files: Sequence[InputFile]) -> list[tuple[str, int, str]]:
    """Uri, size and SHA-256 of files, as `take_fingerprint` wants them."""
    return [(file.uri, file.size, hash_file(file)) for file in files]


def hash_file(file: InputFile) -> str:
    """SHA-256 of a file; empty, as in the receipt, where it cannot be read."""
    digest = hashlib.sha256()
    try:
        for chunk in read_bytes(file.path) if not file.fault else ():
            digest.update(chunk)
    except OSError:
        return ""
    return "" if file.fault else digest.hexdigest()


def make_receipt(
    logical_date: date,
    inputs: Sequence[InputSeen],
    folders: Sequence[StagedFolder],
    others: Mapping[str, pl.DataFrame],
    warned: Mapping[str, int],
    made: Mapping[str, str],
) -> dict[str, Any]:
    """A row of `receipts`. `others`: the batch's rows of duplicates, quarantine and erasures; `made`: see `describe_making`."""
    quarantine = others["quarantine"]
    seen = sorted(inputs, key=lambda file: file.uri)
    # One shard after the other: a batch may have millions of documents.
    sums = [part.scan("narrow").select(**SUMS).collect() for part in folders]
    receipt: dict[str, Any] = {
        **made,
        "fingerprint": take_fingerprint([(file.uri, file.size, file.sha256) for file in seen], made),
        "logical_date": logical_date,
        "inputs": [{key: value for key, value in asdict(file).items() if key != "passed_over"} for file in seen],
        "records": sum(file.records for file in seen),
        **pl.concat(sums).sum().row(0, named=True),
        "duplicates": others["duplicates"].height,
        "quarantined": quarantine.height,
        "erased": others["erasures"].height,
        "rules": tally((part.scan("lines").filter("removed") for part in folders), "rule"),
        "languages": tally((part.scan("narrow") for part in folders), "language"),
        "reasons": tally([quarantine.lazy().select(reason=pl.col("reasons").explode())], "reason"),
        "warnings": [{"reason": reason, "count": count} for reason, count in sorted(warned.items())],
        "passed_over": [{"uri": file.uri, **asdict(entry)} for file in seen for entry in file.passed_over],
        "profile": profile_publishers([part.scan("narrow") for part in folders]),
    }
    return {name: receipt[name] for name in RECEIPTS.names}


def is_made_alike(receipt: Mapping[str, Any], source: Source, limits: Limits) -> bool:
    """Whether a run today would make the same of a document as the batch of `receipt`. Releases are ignored."""
    settings = make_settings(source, limits, list_publishers(receipt))
    now = (rules_version(), make_versions(), set_releases(settings, {}))
    return now == (receipt["rules_version"], receipt["versions"], set_releases(receipt["settings"], {}))


def find_publishers(folders: Sequence[StagedFolder]) -> frozenset[str | None]:
    """The publishers of staged documents that will be published."""
    return frozenset(
        name for part in folders for name in part.scan("narrow").select("publisher").unique().collect()["publisher"]
    )


def list_publishers(receipt: Mapping[str, Any]) -> frozenset[str | None]:
    """The publishers of the documents of a receipt."""
    return frozenset(entry["publisher"] for entry in receipt["profile"])


def set_releases(settings: str, others: Mapping[str, Any]) -> str:
    """A receipt's settings with the releases of others, if they have any."""
    chosen = {name: value for name, value in json.loads(settings).items() if name != "releases"}
    chosen |= {name: value for name, value in others.items() if name == "releases"}
    return json.dumps(chosen, sort_keys=True, ensure_ascii=False)


def keep_making(made: Mapping[str, str], earlier: Mapping[str, Any]) -> dict[str, str]:
    """The rules, versions and settings of an earlier receipt with today's releases: a whole run of the batch is still due."""
    settings = set_releases(earlier["settings"], json.loads(made["settings"]))
    return {**made, "rules_version": earlier["rules_version"], "versions": earlier["versions"], "settings": settings}


def tally(parts: Iterable[pl.LazyFrame], name: str) -> list[dict[str, Any]]:
    """How often each value of a column occurs in all parts, sorted by value, as (value, count)."""
    counts = [rows.group_by(name).agg(count=pl.len().cast(pl.Int64)).collect() for rows in parts]
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
        "document_rows": sum(part.scan("narrow").select(pl.len()).collect().item() for part in folders),
        "quarantine_rows": quarantine.height,
        "removed_rows": sum(entry["count"] for entry in receipt["rules"]),
        "language_documents": sum(entry["count"] for entry in receipt["languages"]),
        "profile_documents": sum(entry["documents"] for entry in receipt["profile"]),
    }


def profile_publishers(parts: Sequence[pl.LazyFrame]) -> list[dict[str, Any]]:
    """Figures by publisher, the receipt's `profile`; documents count whether another batch publishes them or not."""
    figures = {
        "documents": pl.len().cast(pl.Int64),
        "chars": pl.col("raw_chars").sum(),
        "removed_chars": pl.col("removed_line_chars").sum(),
        "captioned": (pl.col("captions_listed") > 0).sum().cast(pl.Int64),
        "lines": pl.col("body_lines_counted").sum(),
        "unknown_lines": pl.col("unknown_lines").sum(),
    }
    count = pl.len().cast(pl.Int64)
    # One part after the other; of every document only the length is kept, for the median.
    sums = [part.group_by("publisher").agg(**figures).collect() for part in parts]
    lengths = [part.select("publisher", pl.col("text_chars").cast(pl.UInt32)).collect() for part in parts]
    spoken = [part.group_by("publisher", "language").agg(count=count).collect() for part in parts]
    if not sums:
        return []
    middle = pl.col("text_chars").median().floor().cast(pl.Int64)
    middles = pl.concat(lengths).group_by("publisher").agg(median_chars=middle)
    mixed = pl.concat(spoken).group_by("publisher", "language").agg(pl.col("count").sum()).sort("publisher", "language")
    listed = mixed.group_by("publisher", maintain_order=True).agg(languages=pl.struct("language", "count"))
    summed = pl.concat(sums).group_by("publisher").agg(pl.all().sum())
    return summed.join(middles, on="publisher").join(listed, on="publisher").sort("publisher").to_dicts()
