"""Judges a staged batch before it is published: its duplicates, quarantine, receipt, and the audit's verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tasks.auditing.audit import Finding, audit_batch, audit_documents, audit_quarantine
from tasks.auditing.drift import Drift, judge_drift
from tasks.batch import Limits, Source
from tasks.shard import StagedShard, gather_inputs
from tasks.staging.assemble import assemble_quarantine
from tasks.staging.duplicates import gather_duplicates, settle_duplicates
from tasks.staging.erased import find_erased, read_kept, settle_erased
from tasks.staging.receipt import (
    StagedBatch,
    StagedFolder,
    describe_making,
    find_publishers,
    keep_making,
    make_receipt,
    sum_batch,
)
from tasks.staging.stage import empty_frame


@dataclass(frozen=True)
class JudgedBatch(StagedBatch):
    """A batch as it would be published, the audit's findings and reasons against it, and the comparison with earlier days."""

    findings: tuple[Finding, ...]
    blocked_by: tuple[str, ...]
    drift: Drift | None = None


def judge_batch(
    source: Source,
    day: date,
    staged: Sequence[StagedShard],
    planned: int,
    limits: Limits,
    stamp: Mapping[str, Any] | None = None,
    tombstones: pl.DataFrame | None = None,
) -> JudgedBatch:
    """Settles duplicates, leaves out what was erased, audits, fills quarantine, makes the receipt.

    `planned`: files to read; `stamp`: see `keep_making`; `tombstones`: rows of `erasures` of the source.
    """
    inputs = gather_inputs(staged)
    folders = settle_duplicates([Path(folder) for shard in staged for folder in shard.folders])
    duplicates = gather_duplicates(folders)
    known = empty_frame("erasures") if tombstones is None else tombstones
    stopped = [gather_quarantine(folders, {}, limits.excerpt_chars)] if folders and known.height else []
    found = find_erased(folders, [duplicates, *stopped], known)
    erased = settle_erased(found, known, (source.name, day), {seen.uri for seen in inputs})
    erasures = pl.concat([erased.rows, *read_kept(folders)])
    folders, duplicates = erased.exclude(folders), erased.drop(duplicates)
    verdicts = [audit_documents(folders, limits.releases)]
    failing = verdicts[0].failing
    quarantine = erased.drop(gather_quarantine(folders, failing, limits.excerpt_chars))
    folders = [replace(part, excluded_ids=part.excluded_ids | failing.keys()) for part in folders]
    if failing:
        # What is left is audited again: no published document may fail a critical expectation.
        verdicts.append(audit_documents(folders, limits.releases))
    made = describe_making(source, limits, find_publishers(folders) if limits.corrections else None)
    made = keep_making(made, stamp) if stamp else made
    others = {"quarantine": quarantine, "duplicates": duplicates, "erasures": erasures}
    receipt = make_receipt(day, inputs, folders, others, verdicts[-1].warned, made)
    verdicts += [audit_quarantine(quarantine), audit_batch(sum_batch(receipt, planned, folders, quarantine))]
    faults = dict.fromkeys(reason for verdict in verdicts for reason in verdict.blocked_by)
    # The second audit of documents finds nothing critical, so the critical findings of the first one are kept.
    critical = {finding.reason: finding for finding in verdicts[0].findings if finding.severity == "critical"}
    last = [finding for verdict in verdicts[-3:] for finding in verdict.findings]
    findings = tuple(critical.get(finding.reason, finding) for finding in last)
    return JudgedBatch(tuple(folders), duplicates, quarantine, receipt, findings, tuple(faults), erased=erasures)


def gather_quarantine(
    folders: Sequence[StagedFolder], failing: Mapping[str, tuple[str, ...]], excerpt_chars: int
) -> pl.DataFrame:
    """All quarantine rows of a batch: those staged, and one for each document that failed its audit (doc_id -> every reason)."""
    parts = [pl.read_parquet(part.folder / "quarantine.parquet", hive_partitioning=False) for part in folders]
    if failing:
        reasons = pl.LazyFrame({"doc_id": list(failing), "reasons": [list(codes) for codes in failing.values()]})
        parts += [
            assemble_quarantine(
                part.scan("documents").join(reasons, on="doc_id").collect(),
                stage="audit",
                reasons=pl.col("reasons"),
                detail=pl.lit("failed its audit: ") + pl.col("reasons").list.join(", "),
                excerpt=pl.col("text").str.head(excerpt_chars),
            ).select(parts[0].columns)
            for part in folders
        ]
    return pl.concat(parts)


def add_drift(judged: JudgedBatch, history: Sequence[Mapping[str, Any]], *, blocks: bool) -> JudgedBatch:
    """The batch compared with earlier days, as `read_history` gives them. `blocks`: an unusual batch is not published."""
    drift = judge_drift(judged.receipt, history, blocks=blocks)
    return replace(judged, drift=drift, blocked_by=tuple(dict.fromkeys(judged.blocked_by + drift.blocked_by)))
