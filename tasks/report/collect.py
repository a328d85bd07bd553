"""Everything that a page says of a batch, collected into one `Report`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from tasks.auditing.audit import Finding
from tasks.lakes.lake import Lake
from tasks.report import figures
from tasks.report.hits import Hit, RuleHits, draw_sample, pick_doubts, pick_hits, read_removed
from tasks.report.record import RunRecord, outline
from tasks.report.rows import BatchRows, find_published
from tasks.report.texts import ShownDocument, choose_examples, read_documents

DOUBTS = 8
STOPPED_SHOWN = 5
REASONS_SHOWN = 20
WORDS_CHARS = 400


@dataclass(frozen=True)
class Stopped:
    """A row of quarantine in short."""

    uri: str
    stage: str
    title: str
    detail: str
    excerpt: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why records are in quarantine: how many for this reason, and the first few."""

    code: str
    records: int
    rows: tuple[Stopped, ...]


@dataclass(frozen=True)
class Report:
    """What a page says. `receipt` as `outline` leaves it; `sampled`: documents whose lines were looked at, of `published`.

    `kept`: documents of the batch that readers have at the moment, whatever became of this run (None: not known).
    """

    source: str
    logical_date: date
    state: str
    blocked_by: tuple[str, ...]
    receipt: dict[str, Any]
    findings: tuple[Finding, ...]
    days: tuple[figures.DayCount, ...]
    lengths: tuple[figures.LengthCount, ...]
    publishers: tuple[figures.PublisherShare, ...]
    rules: tuple[RuleHits, ...]
    doubts: tuple[Hit, ...]
    examples: tuple[str, ...]
    texts: dict[str, ShownDocument]
    reasons: tuple[Reason, ...]
    sampled: int
    undated: int
    over_budget: int
    kept: int | None


def collect_published(lake: Lake, source: str, day: date, record: RunRecord | None) -> Report | None:
    """The report of a batch as readers have it; None when the lake does not have it."""
    receipt = lake.receipt(source, day)
    if receipt is None:
        return None
    manifest = lake.manifest()
    rows = find_published(lake, manifest, source, day)
    history = figures.read_history(lake, manifest, source, day)
    run = record or RunRecord(source, day, "published", ())
    return collect(run, receipt, rows, history, receipt["published"])


def collect_blocked(lake: Lake, record: RunRecord, receipt: Mapping[str, Any], rows: BatchRows) -> Report:
    """The report of a batch that the audit stopped, from what is staged."""
    history = figures.read_history(lake, lake.manifest(), record.source, record.logical_date)
    known = lake.receipt(record.source, record.logical_date)
    return collect(record, receipt, rows, history, known["published"] if known else 0)


def collect(
    record: RunRecord, receipt: Mapping[str, Any], rows: BatchRows, history: pl.DataFrame, kept: int | None
) -> Report:
    """Reads the batch's narrow columns, a sample of its lines, and the text of the documents that the page shows."""
    documents = rows.documents.select(figures.NARROW).collect().sort("doc_id")
    last = draw_sample(documents)
    removed = read_removed(rows.lines, rows.documents, last)
    counts = [(entry["rule"], entry["count"]) for entry in receipt["rules"]]
    hits, doubts = pick_hits(removed, counts), pick_doubts(removed, DOUBTS)
    examples = choose_examples(documents, removed)
    return Report(
        source=record.source,
        logical_date=record.logical_date,
        state=record.state,
        blocked_by=record.blocked_by,
        receipt=outline(receipt),
        findings=record.findings,
        days=figures.count_days(documents, record.logical_date),
        lengths=figures.count_lengths(documents),
        publishers=figures.share_publishers(documents, history),
        rules=hits,
        doubts=doubts,
        examples=tuple(examples),
        texts=read_documents(rows, documents, [*examples, *(hit.doc_id for hit in doubts)]),
        reasons=list_reasons(rows.quarantine.collect(), record.blocked_by),
        sampled=documents.height if last is None else documents.filter(pl.col("doc_id") <= last).height,
        undated=documents["published_at"].null_count(),
        over_budget=documents.filter(pl.col("flags").list.contains("over_budget")).height,
        kept=kept,
    )


def list_reasons(quarantine: pl.DataFrame, first: tuple[str, ...]) -> tuple[Reason, ...]:
    """Quarantine by reason: those in `first` on top, then the most frequent; a record with two reasons stands under both."""
    counts: Counter[str] = Counter(quarantine["reasons"].explode().drop_nulls().to_list())
    ranked = sorted(counts, key=lambda code: (code not in first, -counts[code], code))[:REASONS_SHOWN]
    found = []
    for code in ranked:
        rows = quarantine.filter(pl.col("reasons").list.contains(code)).sort("uri", "stage").head(STOPPED_SHOWN)
        found.append(Reason(code, counts[code], tuple(stop(row) for row in rows.iter_rows(named=True))))
    return tuple(found)


def stop(row: Mapping[str, Any]) -> Stopped:
    """A row of quarantine in short."""
    title, detail, excerpt = ((row[name] or "")[:WORDS_CHARS] for name in ("title", "detail", "excerpt"))
    cut = " …" if excerpt and (row["raw_chars"] or 0) > len(excerpt) else ""
    return Stopped(row["uri"], row["stage"], title, detail, excerpt + cut, tuple(row["reasons"]))
