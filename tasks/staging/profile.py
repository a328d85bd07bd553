"""A few figures of a batch by publisher, which later days are compared with (`tasks/auditing/drift.py`).

They include documents that an earlier batch publishes, so they do not depend on other batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from tasks.lines import looks_like_prose, measure_lines

COLUMNS = (
    *("publisher", "language", "raw_chars", "text_chars", "removed_line_chars", "captions_listed"),
    *("body_lines_counted", "unknown_lines"),
)


def count_unknown(body: pl.DataFrame) -> pl.DataFrame:
    """Lines of each text that match no rule and no role and do not look like prose: doc, unknown_lines.

    `body`: lines of texts with doc and text. Sub-headings are counted, and so is the boilerplate of a new template.
    """
    measured = measure_lines(body.select("doc", "text"))
    return measured.filter(~looks_like_prose()).group_by("doc").agg(unknown_lines=pl.len())


def profile_publishers(parts: Iterable[pl.DataFrame]) -> list[dict[str, Any]]:
    """One entry per publisher, by name, in the shape of the receipt's `profile`. `parts`: COLUMNS, one row per document."""
    sums, lengths, spoken = [], [], []
    # One part after the other; of every document only the length is kept, for the median.
    for part in parts:
        sums.append(sum_publishers(part))
        lengths.append(part.select("publisher", pl.col("text_chars").cast(pl.UInt32)))
        spoken.append(part.group_by("publisher", "language").agg(count=pl.len().cast(pl.Int64)))
    if not sums:
        return []
    middles = (
        pl.concat(lengths).group_by("publisher").agg(median_chars=pl.col("text_chars").median().floor().cast(pl.Int64))
    )
    mixed = pl.concat(spoken).group_by("publisher", "language").agg(pl.col("count").sum()).sort("publisher", "language")
    listed = mixed.group_by("publisher", maintain_order=True).agg(languages=pl.struct("language", "count"))
    summed = pl.concat(sums).group_by("publisher").agg(pl.all().sum())
    return summed.join(middles, on="publisher").join(listed, on="publisher").sort("publisher").to_dicts()


def sum_publishers(narrow: pl.DataFrame) -> pl.DataFrame:
    """Sums over documents, by publisher."""
    return narrow.group_by("publisher").agg(
        documents=pl.len().cast(pl.Int64),
        chars=pl.col("raw_chars").sum(),
        removed_chars=pl.col("removed_line_chars").sum(),
        captioned=(pl.col("captions_listed") > 0).sum().cast(pl.Int64),
        lines=pl.col("body_lines_counted").sum(),
        unknown_lines=pl.col("unknown_lines").sum(),
    )
