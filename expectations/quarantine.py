"""What a good row of quarantine is: it says what was stopped, where and why, so that it can be repaired."""

from __future__ import annotations

import polars as pl

from expectations.row import Expectation
from tasks.schema import QUARANTINE

STAGES = ("read", "clean", "audit")

EXPECTATIONS: tuple[Expectation, ...] = (
    Expectation(
        "quarantine_stage_unknown",
        "critical",
        "in_set",
        "stage",
        STAGES,
        "The stage says whether the file or the document must be repaired.",
        "the stage `somewhere`",
    ),
    Expectation(
        "quarantine_unexplained",
        "critical",
        "between",
        "reason_count",
        (1, None),
        "Nothing is stopped without a reason.",
        "a row without a reason",
    ),
    Expectation(
        "quarantine_reasons_malformed",
        "critical",
        "between",
        "reasons_malformed",
        (0, 0),
        "Reasons are counted by their codes, in snake case, so free text must not stand among them.",
        "the reason `It was bad`",
    ),
    Expectation(
        "quarantine_reasons_repeated",
        "critical",
        "between",
        "reasons_repeated",
        (0, 0),
        "A reason that stands twice would be counted twice.",
        "the reason `empty` twice",
    ),
    Expectation(
        "quarantine_values_missing",
        "critical",
        "between",
        "missing_values",
        (0, 0),
        "Columns that are declared as never missing must not be, the uri first: it is what a replay opens.",
        "a row without a uri",
    ),
    Expectation(
        "quarantine_month_differs",
        "critical",
        "in_set",
        "is_month",
        (True,),
        "Quarantine is partitioned by the month of the logical date.",
        "a row of October in September's partition",
    ),
    Expectation(
        "quarantine_undetailed",
        "warning",
        "in_set",
        "is_detailed",
        (True,),
        "The detail says in words what was found; without it somebody has to open the file.",
        "a row without a detail",
    ),
)


def project_quarantine(quarantine: pl.DataFrame) -> pl.DataFrame:
    """Answers about every row of quarantine, in its order; `doc_id` falls back to the uri for records without one."""
    reasons = pl.col("reasons").fill_null([])
    needed = [field.name for field in QUARANTINE if not field.nullable]
    coded = reasons.list.eval(pl.element().str.contains("^[a-z][a-z0-9_]*$").fill_null(False))
    return quarantine.select(
        pl.coalesce("doc_id", "uri").fill_null("").alias("doc_id"),
        "stage",
        reasons.list.len().cast(pl.Int64).alias("reason_count"),
        (reasons.list.len().cast(pl.Int64) - coded.list.sum().cast(pl.Int64)).alias("reasons_malformed"),
        (reasons.list.len().cast(pl.Int64) - reasons.list.n_unique().cast(pl.Int64)).alias("reasons_repeated"),
        pl.sum_horizontal(pl.col(*needed, "month").is_null(), pl.col("uri").str.strip_chars() == "")
        .cast(pl.Int64)
        .alias("missing_values"),
        (pl.col("month") == pl.col("logical_date").dt.strftime("%Y-%m")).alias("is_month"),
        (pl.col("detail").fill_null("").str.strip_chars() != "").alias("is_detailed"),
    )
