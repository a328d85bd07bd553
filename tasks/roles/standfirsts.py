"""The standfirst of each document: the line under the headline that sums the article up."""

from __future__ import annotations

import polars as pl

from tasks.lines import above, change_lines
from tasks.roles.headlines import TOP_LINES, fold_text

STANDFIRST_WIDTH = (40, 420)
UNSTOPPED_WIDTH = 60  # without a byline below it, a standfirst and the line below it are at least this wide


def name_standfirsts(lines: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `standfirst` to at most one line per document.

    It is the record's own standfirst, or stands right below the headline and either lacks a final stop or has a byline, bio,
    date or caption between it and the body.
    """
    wanted = records.select(_key=fold_text(pl.col("standfirst"))).with_row_index("doc").filter(pl.col("_key") != "")
    is_free = pl.col("role").is_null()
    top = lines.filter(pl.col("place") < TOP_LINES).with_columns(
        _above=above("role", 1), _below=above("role_hit", -1), _below_width=above("width", -1), _next=above("text", -1)
    )
    by_record = top.filter(is_free).join(wanted, on="doc").filter(fold_text(pl.col("text")) == pl.col("_key"))
    has_furniture_below = pl.col("_below").is_in(["byline", "bio", "timestamp", "caption"]).fill_null(False)
    is_unstopped = (
        ~pl.col("ends_sentence") & (pl.col("width") >= UNSTOPPED_WIDTH) & (pl.col("_below_width") >= UNSTOPPED_WIDTH)
    )
    # A line that the next one repeats with a credit is a caption.
    is_copied = pl.col("_next").str.starts_with(pl.col("text")).fill_null(False)
    by_place = top.filter(
        is_free & (pl.col("_above") == "headline") & pl.col("rule").is_null(),
        pl.col("width").is_between(*STANDFIRST_WIDTH) & ~is_copied & (has_furniture_below | is_unstopped),
    )
    chosen = pl.concat([by_record.select("doc", "line"), by_place.select("doc", "line")])
    chosen = chosen.unique("doc", keep="first", maintain_order=True).with_columns(_is_standfirst=pl.lit(True))
    lines = lines.join(chosen, on=["doc", "line"], how="left", maintain_order="left")
    named = change_lines(lines, pl.col("_is_standfirst"), role="standfirst", role_by="standfirst.under-headline")
    return named.drop("_is_standfirst")
