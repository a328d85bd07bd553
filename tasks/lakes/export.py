"""Documents or lines of a lake as one file for other tools: CSV, JSON Lines or Parquet, filtered, in a total order.

Nothing of this machine or time is in it: one version and one choice give the same bytes everywhere.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from tasks.errors import RequestError
from tasks.lakes.lake import Lake, scan_table
from tasks.schema import TABLES
from tasks.stores.manifest import Manifest
from tasks.toml_rows import describe_unknown

SUFFIXES = (".csv", ".jsonl", ".parquet")
LEFT_OUT = ("body_lines", "joins")  # numbers of lines, which no reader outside the lake can use
OF_DOCUMENT = ("publisher", "language", "title", "url")  # columns of its document that a line gets
GROUP_ROWS = 50_000  # of a Parquet file, whatever machine writes it
# A spreadsheet runs a cell that begins with one of these. Source: OWASP, CSV injection.
FORMULA = r"^[=+\-@\t\r]"


@dataclass(frozen=True)
class Choice:
    """Rows and columns of an export. Empty means all. `start`, `end`: days of publication, or else of the batch, in UTC."""

    table: str = "documents"
    columns: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    without_flags: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


def export_rows(lake: Lake, seen: Manifest, choice: Choice, target: Path) -> int:
    """Writes the chosen rows of a version to a file; returns how many. Raises RequestError."""
    if target.suffix not in SUFFIXES:
        raise RequestError(
            f"{target} must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}; the end says the format."
        )
    rows = choose_rows(lake, seen, choice)
    known = rows.collect_schema().names()
    for name in choice.columns:
        if name not in known:
            raise RequestError(f"{describe_unknown('column', name, known)}.")
    rows = rows.select(choice.columns or list_exported_columns(lake, seen, choice.table))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        count = write_rows(rows, part, target.suffix)
        part.replace(target)
    except OSError as error:
        raise RequestError(f"{target} cannot be written: {error.strerror or error}.") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def list_exported_columns(lake: Lake, seen: Manifest, table: str) -> list[str]:
    """The columns of an export that chooses none: those that the version has, whatever later releases have added."""
    first = next(iter(seen.tables[table]))
    own = [name for name in lake.store.read_schema(seen.version, table, first).names if name not in LEFT_OUT]
    return [*own, *(name for name in OF_DOCUMENT if table == "lines" and name not in own)]


def choose_rows(lake: Lake, seen: Manifest, choice: Choice) -> pl.LazyFrame:
    """The chosen rows with all columns, by publisher, publication and doc_id; lines of a document by number."""
    documents = scan_table(lake, seen, "documents").filter(make_filter(choice))
    documents = documents.sort("publisher", "published_at", "doc_id", "logical_date", nulls_last=True)
    if choice.table == "documents":
        return documents
    order = documents.select("doc_id", *OF_DOCUMENT).with_row_index("_order")
    lines = scan_table(lake, seen, "lines").drop(set(OF_DOCUMENT), strict=False)
    return lines.join(order, on="doc_id").sort("_order", "line").drop("_order")


def make_filter(choice: Choice) -> pl.Expr:
    """Whether a row of `documents` is chosen."""
    day = pl.coalesce(pl.col("published_at").dt.date(), "logical_date")
    wanted = [
        pl.col(name).is_in(values)
        for name, values in (
            ("source", choice.sources),
            ("publisher", choice.publishers),
            ("language", choice.languages),
        )
        if values
    ]
    wanted += [pl.col("flags").list.contains(flag) for flag in choice.flags]
    wanted += [~pl.col("flags").list.contains(flag) for flag in choice.without_flags]
    wanted += [day >= choice.start] if choice.start else []
    wanted += [day <= choice.end] if choice.end else []
    return pl.all_horizontal(pl.lit(True), *wanted)


def write_rows(rows: pl.LazyFrame, part: Path, suffix: str) -> int:
    """Writes rows in the format of a suffix; returns how many."""
    flat = rows.collect()
    if suffix == ".parquet":
        flat.write_parquet(part, compression="zstd", row_group_size=GROUP_ROWS, statistics=False)
    elif suffix == ".jsonl":
        flat.with_columns(write_times(flat.schema)).write_ndjson(part)
    else:
        flat.select(flatten_columns(flat.schema)).write_csv(part, include_bom=True, line_terminator="\r\n")
    return flat.height


def write_times(schema: pl.Schema) -> Sequence[pl.Expr]:
    """Times and days as ISO 8601 text."""
    times = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime)]
    days = [name for name, kind in schema.items() if kind == pl.Date]
    return [
        *(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in times),
        *(pl.col(name).cast(pl.String) for name in days),
    ]


def flatten_columns(schema: pl.Schema) -> Sequence[pl.Expr]:
    """Every column as a cell of a spreadsheet: lists joined by "; ", lists of records as JSON, no text that is run."""
    flat: list[pl.Expr] = []
    written = {expression.meta.output_name(): expression for expression in write_times(schema)}
    for name, kind in schema.items():
        column = written.get(name, pl.col(name))
        if isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
            column = pl.struct(name).struct.json_encode().str.replace(rf'^\{{"{name}":', "").str.replace(r"\}$", "")
        elif isinstance(kind, pl.List):
            column = column.cast(pl.List(pl.String)).list.join("; ")
        if kind == pl.String or isinstance(kind, pl.List):
            column = pl.when(column.str.contains(FORMULA)).then(pl.lit("'") + column).otherwise(column)
        flat.append(column.alias(name))
    return flat


def cite_version(lake: Lake, tag: str, made: Manifest) -> str:
    """A version in a line for a paper: its tag, number, documents, a hash over all published files, and what made its rows.

    It says the same on every machine and with every later release. `lake`: names the version, and has its receipts.
    """
    files = [f"{table}/{file.path} {file.sha256}" for table in TABLES for file in made.tables.get(table, ())]
    digest = hashlib.sha256("\n".join(files).encode()).hexdigest()
    receipts = scan_table(lake, made, "receipts").select("rules_version", "versions").unique().collect()
    rules = sorted({*receipts["rules_version"]})
    releases = sorted({json.loads(versions).get("copydesk", "unknown") for versions in receipts["versions"]})
    return (
        f"{tag}: {lake.label}, version {made.version}, {made.rows['documents']:,} documents, sha256 {digest}; "
        f"copydesk {', '.join(releases)}, rules {', '.join(rules)}"
    )
