"""What a staged batch amounts to, judged before anyone sees it: its duplicates, its quarantine, its receipt, the audit's verdict.

Nothing is published here, so a run can ask and stop at that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tasks.auditing.audit import Finding, audit_batch, audit_documents, audit_quarantine, join_findings
from tasks.auditing.drift import Drift, judge_drift
from tasks.auditing.quarantine import gather_quarantine
from tasks.batch import Limits, Source
from tasks.shard import StagedShard, gather_inputs
from tasks.staging.duplicates import settle_duplicates
from tasks.staging.receipt import StagedBatch, make_receipt, stamp_receipt, sum_batch


@dataclass(frozen=True)
class Judgement(StagedBatch):
    """A batch as it would be published, and the audit's verdict on it. `drift`: how it compares with earlier days, if that
    was asked; `blocked_by`: why it may not be published, empty when it may.
    """

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
    *,
    history: Sequence[Mapping[str, Any]] | None = None,
    drift_blocks: bool = False,
) -> Judgement:
    """Settles duplicates inside the batch, audits it, sends failing documents to quarantine and counts what is left.

    `planned`: files that the batch was to be made of; `stamp`: an earlier receipt whose rules, versions and settings the
    new one keeps, see `stamp_receipt`; `history`: what `read_history` gives, to be held against; `drift_blocks`: whether
    an unusual batch may not be published.
    """
    found = [duplicate for shard in staged for duplicate in shard.duplicates]
    folders, duplicates = settle_duplicates(day, [Path(folder) for shard in staged for folder in shard.folders], found)
    narrow = [part.folder / "narrow.parquet" for part in folders]
    unpublished = [part.excluded_ids for part in folders]
    verdicts = [audit_documents(narrow, unpublished=unpublished, releases=limits.releases)]
    failing = verdicts[0].failing
    if failing:
        # What is left is judged again: not one row may stand that has to go.
        gone = frozenset(failing)
        verdicts.append(audit_documents(narrow, gone, unpublished=unpublished, releases=limits.releases))
    quarantine = gather_quarantine(folders, failing, limits.excerpt_chars)
    folders = [replace(part, excluded_ids=part.excluded_ids | failing.keys()) for part in folders]
    inputs = gather_inputs(staged)
    receipt = make_receipt(source, day, limits, inputs, folders, quarantine, duplicates, verdicts[-1].warned)
    if stamp:
        receipt = stamp_receipt(receipt, stamp)
    verdicts.append(audit_quarantine(quarantine))
    verdicts.append(audit_batch(sum_batch(receipt, planned, folders, quarantine)))
    findings = join_findings(verdicts)
    drift = judge_drift(receipt, history, blocks=drift_blocks) if history is not None else None
    faults = [reason for verdict in verdicts for reason in verdict.blocked_by] + list(drift.blocked_by if drift else ())
    return Judgement(tuple(folders), quarantine, receipt, findings, tuple(dict.fromkeys(faults)), drift)
