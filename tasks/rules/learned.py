"""Learned lines found again in a shard: hits in the same columns as those of the written rules, which win."""

from __future__ import annotations

import polars as pl

from tasks.rules import line_key

RULE = "learned.line"
MAX_WIDTH = 200  # a longer line is never learned, so it is not looked up either


def match_learned(lines: pl.DataFrame, publishers: pl.Series, learned: pl.DataFrame) -> pl.DataFrame:
    """`lines` with a hit wherever a learned line of the document's publisher stands that no rule and no role claims.

    `lines`: doc, line, text, width, role_hit and the columns of `match_rules` (its zone as rule_zone); `publishers`: one a
    document, in the order that `lines.doc` counts; `learned`: a table as `load_learned` gives it. Hits are null in family:
    what a house repeats says nothing of whether a document is a whole page.
    """
    used = learned.filter(pl.col("veto").is_null()).select(
        "publisher",
        # The key is taken anew: an old version stays usable when the way to make keys is bettered.
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
    hit = pl.col("_zone").is_not_null()
    return (
        lines.join(found, on=["doc", "line"], how="left", maintain_order="left")
        .with_columns(
            rule=pl.when(hit).then(pl.lit(RULE)).otherwise("rule"),
            action=pl.when(hit).then(pl.lit("remove")).otherwise("action"),
            takes=pl.when(hit).then(pl.lit("line")).otherwise("takes"),
            rule_zone=pl.coalesce("_zone", "rule_zone"),
            evidence=pl.coalesce("_evidence", "evidence"),
        )
        .drop("_zone", "_evidence")
    )
