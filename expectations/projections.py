"""The columns that expectations judge, computed from documents, quarantine rows and a receipt's counts."""

from collections.abc import Mapping

import polars as pl

from tasks.schema import QUARANTINE

MANY_DOCUMENTS = 50  # of a publisher in a batch, for its languages to be known
DOCUMENT_COLUMNS = ("publisher", "language", "text_chars")  # what project_documents needs

# Counts that a batch must have.
COUNTS = (
    *("records", "published", "duplicates", "quarantined", "erased", "input_records", "inputs", "inputs_accounted"),
    *("document_rows", "quarantine_rows", "removed_rows", "language_documents", "profile_documents"),
    *("chars", "body_chars", "apart_chars", "removed_chars", "line_ends", "removed_lines"),
)


def project_documents(narrow: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """The narrow frame with undetermined_chars and language_share; `shares`: as `share_languages` gives them."""
    if not set(DOCUMENT_COLUMNS) <= set(narrow.columns):
        return narrow  # the audit reports what is missing
    both = ["publisher", "language"]
    share = narrow.select(both).join(shares, on=both, how="left", maintain_order="left")
    undetermined = pl.when(pl.col("language") == "und").then("text_chars").otherwise(0)
    return narrow.with_columns(
        pl.when(pl.col("language").is_not_null()).then(undetermined).alias("undetermined_chars"),
        share["language_share"],
    )


def share_languages(counts: pl.DataFrame) -> pl.DataFrame:
    """publisher, language, language_share of `counts` (with count); not of publishers with few documents, and not of `und`."""
    counted = counts.group_by("publisher", "language").agg(pl.col("count").sum())
    total = pl.col("count").sum().over("publisher")
    known = counted.filter((total >= MANY_DOCUMENTS) & (pl.col("language") != "und"))
    whole = counted.group_by("publisher").agg(total=pl.col("count").sum())
    share = pl.col("count") / pl.col("total")
    return known.join(whole, on="publisher").select("publisher", "language", language_share=share)


def project_quarantine(quarantine: pl.DataFrame) -> pl.DataFrame:
    """The judged columns of every row of quarantine, in its order; `doc_id` is the uri for records without one."""
    reasons = pl.col("reasons").fill_null([])
    needed = [field.name for field in QUARANTINE if not field.nullable]
    coded = reasons.list.eval(pl.element().str.contains("^[a-z][a-z0-9_]*$").fill_null(False)).list.sum()
    count = reasons.list.len().cast(pl.Int64)
    missing = pl.sum_horizontal(pl.col(*needed, "month").is_null(), pl.col("uri").str.strip_chars() == "")
    return quarantine.select(
        "stage",
        doc_id=pl.coalesce("doc_id", "uri").fill_null(""),
        reason_count=count,
        reasons_malformed=count - coded.cast(pl.Int64),
        reasons_repeated=count - reasons.list.n_unique().cast(pl.Int64),
        missing_values=missing.cast(pl.Int64),
        is_month=pl.col("month") == pl.col("logical_date").dt.strftime("%Y-%m"),
        is_detailed=pl.col("detail").fill_null("").str.strip_chars() != "",
    )


def project_sums(sums: Mapping[str, int | str]) -> dict[str, int | float]:
    """The batch's counts, and sums and shares of them; a missing count stays missing, so the audit reports it."""
    known = {name: value for name in COUNTS if isinstance(value := sums.get(name), int)}
    parts: dict[str, tuple[str, ...]] = {
        "records_accounted": ("published", "duplicates", "quarantined", "erased"),
        "chars_accounted": ("body_chars", "apart_chars", "removed_chars", "line_ends"),
        "lowest_count": COUNTS,
    }
    derived: dict[str, int | float] = {
        name: (min if name == "lowest_count" else sum)(known[part] for part in needed)
        for name, needed in parts.items()
        if all(part in known for part in needed)
    }
    for name, part, whole in (
        ("quarantined_share", "quarantined", "records"),
        ("duplicates_share", "duplicates", "records"),
        ("removed_share", "removed_chars", "chars"),
    ):
        if part in known and whole in known:
            derived[name] = known[part] / max(known[whole], 1)
    return {**known, **derived}
