"""Learned lines found in a shard: hits in the columns of written rules. A written rule wins."""

from __future__ import annotations

import polars as pl

from tasks.lines import change_lines
from tasks.rules import line_key

RULE = "learned.line"
MAX_WIDTH = 200  # a longer line is never learned


def match_learned(lines: pl.DataFrame, publishers: pl.Series, learned: pl.DataFrame) -> pl.DataFrame:
    """`lines` with a hit on each learned line of the document's publisher that no rule and no role row matches.

    `lines`: doc, line, text, width, role_hit and the columns of `match_rules` (its zone as rule_zone); `publishers`: one per
    document, in the order of `lines.doc`; `learned`: a table as `load_learned` gives it. A hit has no family: a template line
    does not show whether a document is a whole page.
    """
    used = learned.filter(pl.col("veto").is_null()).select(
        "publisher",
        # The key is made again: an old version stays usable if key normalisation improves.
        _key=line_key(pl.col("text")),
        _zone="zone",
        _evidence=pl.format("seen in {} of {} documents of {}", "documents", "of", "publisher"),
    )
    known = pl.DataFrame({"publisher": publishers}).with_row_index("doc").join(used, on="publisher", how="semi")
    free = (pl.col("width") <= MAX_WIDTH) & pl.col("rule").is_null() & pl.col("role_hit").is_null()
    found = (
        lines.lazy()
        .filter(free)
        .select("doc", "line", "text")
        .join(known.lazy(), on="doc")
        .with_columns(_key=line_key(pl.col("text")))
        .join(used.unique(["publisher", "_key"], keep="first", maintain_order=True).lazy(), on=["publisher", "_key"])
        .select("doc", "line", "_zone", "_evidence")
        .collect()
    )
    if found.is_empty():
        return lines
    hit = {
        "rule": RULE,
        "action": "remove",
        "takes": "line",
        "rule_zone": pl.col("_zone"),
        "evidence": pl.col("_evidence"),
    }
    joined = lines.join(found, on=["doc", "line"], how="left", maintain_order="left")
    return change_lines(joined, pl.col("_zone").is_not_null(), **hit).drop("_zone", "_evidence")
