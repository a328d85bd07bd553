"""A shard's whole way: files in, staged rows out. Everything a worker does, in one call that is safe to repeat."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from tasks.assemble import assemble_documents, assemble_lines
from tasks.batch import Limits, Shard
from tasks.captions import merge_captions
from tasks.learned.store import load_learned
from tasks.lines import split_lines
from tasks.measure import measure_shard
from tasks.read import InputSeen, read_shard
from tasks.releases import flag_released
from tasks.stage import stage_tables
from tasks.treat import treat
from tasks.version import rules_version


@dataclass(frozen=True)
class Twin:
    """A record that says what another one says already."""

    uri: str
    twin: str
    doc_id: str


@dataclass(frozen=True)
class StagedShard:
    """What a worker hands back: where the rows are, what came in. Small, whatever the size of the shard."""

    folder: str
    number: int
    inputs: tuple[InputSeen, ...]
    records: int
    documents: int
    quarantined: int
    twins: tuple[Twin, ...]


def build_shard(shard: Shard, limits: Limits, folder: Path) -> StagedShard:
    """Reads, annotates, cleans, merges captions, names languages, stages and measures one shard.

    `folder` receives documents.parquet, lines.parquet, quarantine.parquet and the audit's narrow.parquet; what stood
    there before is replaced. Inputs that cannot be read become quarantine rows; an exception means a fault of ours or of
    the machine.
    """
    readings = read_shard(shard, limits)
    records = readings.records
    learned = load_learned(limits.learned) if limits.learned else None
    lines = treat(split_lines(records["canonical"]), records, limits.removal_budget, learned)
    lines, captions = merge_captions(lines)
    documents = assemble_documents(records, lines, captions, shard.source.name, shard.logical_date, rules_version())
    documents = flag_released(documents, limits.releases)
    emptied = documents.filter(pl.col("text").is_null())
    full = documents.filter(pl.col("text").is_not_null()).sort("doc_id", "uri")
    published = full.unique("doc_id", keep="first", maintain_order=True)
    twins = find_twins(full, published)
    quarantine = pl.concat([with_month(readings.quarantine, shard), quarantine_emptied(emptied, records, limits)])
    tables = {"documents": published, "lines": assemble_lines(lines, published), "quarantine": quarantine}
    stage_tables(tables, folder)
    measure_shard(folder)
    staged = StagedShard(
        folder=str(folder), number=shard.number, inputs=readings.inputs, records=records.height + readings.quarantine.height,
        documents=published.height, quarantined=quarantine.height, twins=twins,
    )  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(asdict(staged), indent=1), encoding="utf-8")
    return staged


def with_month(quarantine: pl.DataFrame, shard: Shard) -> pl.DataFrame:
    """Quarantine rows in the partition of the shard's logical date."""
    return quarantine.with_columns(month=pl.lit(f"{shard.logical_date:%Y-%m}"))


def find_twins(full: pl.DataFrame, published: pl.DataFrame) -> tuple[Twin, ...]:
    """The records of a shard that repeat another of it, with the uri of the one that stays (the smallest)."""
    kept = published.select("doc_id", twin="uri")
    copies = full.join(kept, on="doc_id").filter(pl.col("uri") != pl.col("twin")).sort("uri")
    return tuple(Twin(uri, twin, doc_id) for uri, twin, doc_id in copies.select("uri", "twin", "doc_id").iter_rows())


def quarantine_emptied(emptied: pl.DataFrame, records: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Quarantine rows for documents of which cleaning left no text."""
    canonical = records.select("uri", "canonical")
    return emptied.join(canonical, on="uri", how="left", maintain_order="left").select(
        "uri", "source", "logical_date",
        stage=pl.lit("clean"),
        reasons=pl.lit(["empty_after_clean"]),
        detail=pl.format("all {} lines of text were taken out or kept apart; nothing is left for a body", "line_count"),
        excerpt=pl.col("canonical").str.head(limits.excerpt_chars),
        raw_sha256="raw_sha256", doc_id="doc_id", record_id="record_id", publisher="publisher", title="title",
        language="language",
        raw_chars="raw_chars", text_chars=pl.lit(0, dtype=pl.Int64), encoding="encoding",
        month=pl.col("logical_date").dt.strftime("%Y-%m"),
    )  # fmt: skip
