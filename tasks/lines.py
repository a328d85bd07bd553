"""Canonical texts taken apart into lines, and lines put together again.

Blank lines are not rows: they follow from the line numbers. All steps between reading and staging work on this one
frame, sorted by (doc, line), a row a non-blank line.
"""

from __future__ import annotations

import polars as pl


def split_lines(canonical: pl.Series) -> pl.DataFrame:
    """Every non-blank line of every text.

    `canonical`: one text a document. Returns columns doc (u32, position in `canonical`), line (i32, 0-based), text,
    gap (bool: blank lines stand before it), sorted by (doc, line).
    """
    lines = (
        pl.LazyFrame({"text": canonical})
        .with_row_index("doc")
        .with_columns(pl.col("text").str.split("\n"))
        .with_columns(line=pl.int_ranges(0, pl.col("text").list.len(), dtype=pl.Int32))
        .explode("text", "line", empty_as_null=True)
        .filter(pl.col("text") != "")
        .select("doc", "line", "text")
        .collect()
    )
    previous = pl.when(same_doc()).then(pl.col("line").shift(1)).otherwise(-1)
    return lines.with_columns(gap=pl.col("line") - previous > 1)


def same_doc(steps: int = 1) -> pl.Expr:
    """Whether the row `steps` above (below, when negative) belongs to the same document. Never null."""
    return (pl.col("doc") == pl.col("doc").shift(steps)).fill_null(False)


def above(name: str, steps: int = 1, default: object = None) -> pl.Expr:
    """Column `name` of the line above in the same document (below, when `steps` is negative), else `default`."""
    return pl.when(same_doc(steps)).then(pl.col(name).shift(steps)).otherwise(pl.lit(default))


def join_lines(lines: pl.DataFrame, kept: pl.Expr) -> pl.DataFrame:
    """The text of the kept lines of each document.

    One newline where two kept lines were adjacent or only removed lines lay between them, a blank line where a blank
    line did. Returns columns doc, text, body_lines (list of i32); documents with no kept line have no row.
    """
    # A blank line anywhere between two kept lines counts: number the blank-separated blocks and compare.
    blocks = lines.with_columns(block=pl.col("gap").cast(pl.UInt32).cum_sum())
    return (
        blocks.filter(kept)
        .with_columns(
            glue=pl.when(~same_doc())
            .then(pl.lit(""))
            .when(pl.col("block") != pl.col("block").shift(1))
            .then(pl.lit("\n\n"))
            .otherwise(pl.lit("\n"))
        )
        .group_by("doc", maintain_order=True)
        .agg(
            text=(pl.col("glue") + pl.col("text")).str.join(""),
            body_lines=pl.col("line"),
            body_chars=pl.col("text").str.len_chars().sum().cast(pl.Int64),
        )
    )
