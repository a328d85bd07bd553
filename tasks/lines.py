"""The frame of lines: texts split into lines, lines measured, and lines joined to a text again.

Blank lines are not rows: they follow from the line numbers. All steps between reading and staging work on this one
frame, one row per non-blank line, sorted by (doc, line).
"""

import polars as pl

SENTENCE_END = r"[.!?。！？।؟։…][\"”’»)\]』」›'*]*$"
DENSE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"  # scripts without spaces
DENSE_BYTES = 2.5  # bytes per character in scripts without spaces, where a character says as much as 2.5 Latin ones
PARAGRAPH_WIDTH = 160  # a line this long is prose whatever it ends in
SENTENCE_WIDTH = 60  # a line this long is prose if it ends as a sentence does


def split_lines(canonical: pl.Series) -> pl.DataFrame:
    """Every non-blank line of every text.

    `canonical`: one text per document. Returns columns doc (u32, position in `canonical`), line (i32, 0-based), text,
    gap (bool: blank lines stand before it), joined (False; see tasks.wrapped), sorted by (doc, line).

    >>> split_lines(pl.Series(["one", "two\\n\\nthree"])).drop("joined").rows()
    [(0, 0, 'one', False), (1, 0, 'two', False), (1, 2, 'three', True)]
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
    return lines.with_columns(gap=pl.col("line") - previous > 1, joined=pl.lit(False))


def same_doc(steps: int = 1) -> pl.Expr:
    """Whether the row `steps` above (below, when negative) belongs to the same document. Never null."""
    return (pl.col("doc") == pl.col("doc").shift(steps)).fill_null(False)


def above(name: str, steps: int = 1, default: object = None) -> pl.Expr:
    """Column `name` of the line above in the same document (below, when `steps` is negative), else `default`."""
    return pl.when(same_doc(steps)).then(pl.col(name).shift(steps)).otherwise(pl.lit(default))


def measure_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds the size and ending of each line: chars (code points), width (in Latin characters), ends_sentence."""
    chars = pl.col("text").str.len_chars()
    dense = pl.col("text").str.len_bytes() > DENSE_BYTES * chars
    return lines.with_columns(
        chars=chars,
        width=pl.when(dense).then(chars * DENSE_BYTES).otherwise(chars).cast(pl.UInt32),
        ends_sentence=pl.col("text").str.tail(4).str.contains(SENTENCE_END),
    )


def looks_like_prose() -> pl.Expr:
    """Whether a measured line has the form of a paragraph: it is long, or a sentence of some length."""
    return (pl.col("width") >= PARAGRAPH_WIDTH) | (pl.col("ends_sentence") & (pl.col("width") >= SENTENCE_WIDTH))


def mark_zones(lines: pl.DataFrame, is_paragraph: pl.Expr) -> pl.DataFrame:
    """Adds zone: `head` above the document's first paragraph, or everywhere without one; `tail` below the last; else `body`."""
    at = pl.col("_paragraph")
    return (
        lines.with_columns(_paragraph=pl.when(is_paragraph).then("line"))
        .with_columns(_first=at.min().over("doc"), _last=at.max().over("doc"))
        .with_columns(
            zone=pl.when(pl.col("_first").is_null() | (pl.col("line") < pl.col("_first")))
            .then(pl.lit("head"))
            .when(pl.col("line") > pl.col("_last"))
            .then(pl.lit("tail"))
            .otherwise(pl.lit("body"))
        )
        .drop("_paragraph", "_first", "_last")
    )


def change_lines(lines: pl.DataFrame, where: pl.Expr | pl.Series, **values: object) -> pl.DataFrame:
    """The same lines with new values in some columns of the rows `where` is true (not null).

    A value is an expression, or a plain value: `change_lines(lines, pl.col("line") == 0, role="headline")`.
    """
    new = {name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in values.items()}
    return (
        lines.with_columns(_where=where)
        .with_columns(pl.when("_where").then(value).otherwise(name).alias(name) for name, value in new.items())
        .drop("_where")
    )


def change_listed_lines(lines: pl.DataFrame, listed: pl.DataFrame, **values: object) -> pl.DataFrame:
    """The same lines with new values in some columns of the rows that `listed` has.

    `listed`: doc, line, and other columns for the values, with names that `lines` lacks; at most one row per line.
    """
    if listed.is_empty():
        return lines
    listed = listed.with_columns(_is_listed=pl.lit(True))
    joined = lines.join(listed, on=["doc", "line"], how="left", maintain_order="left")
    return change_lines(joined, pl.col("_is_listed"), **values).select(lines.columns)


def mark_rows(height: int, at: pl.Series) -> pl.Series:
    """Whether each of `height` rows is one of those `at`, which has their positions.

    >>> mark_rows(3, pl.Series([1])).to_list()
    [False, True, False]
    """
    return pl.repeat(False, height, dtype=pl.Boolean, eager=True).scatter(at, True)


def mark_where(lines: pl.DataFrame, few: pl.Expr | pl.Series, condition: pl.Expr) -> pl.Series:
    """Whether both conditions are true of each line. The second one, which reads texts, is evaluated where the first is true.

    It sees those lines alone: no `above`. A plain `&` would read all texts.
    """
    rows = lines.select(*{*condition.meta.root_names()}, _few=few).with_row_index("_at").filter("_few")
    return mark_rows(lines.height, rows.filter(condition)["_at"])


def join_lines(lines: pl.DataFrame, kept: pl.Expr) -> pl.DataFrame:
    """The text of the kept lines of each document.

    One newline where two kept lines were adjacent or only removed lines lay between them, a blank line where a blank
    line did; a blank (none between signs of scripts without spaces) before a line that was `joined` to a paragraph. Returns
    columns doc, text, body_lines, joins (lists of i32: see `tasks.schema`); documents with no kept line have no row.
    """
    # A blank line anywhere between two kept lines counts: number the blank-separated blocks and compare.
    blocks = lines.with_columns(block=pl.col("gap").cast(pl.UInt32).cum_sum()).filter(kept)
    new_block = pl.col("block") != pl.col("block").shift(1)
    glue = pl.when(~same_doc()).then(pl.lit("")).when(new_block).then(pl.lit("\n\n")).otherwise(pl.lit("\n"))
    offset = pl.lit(None)
    if blocks["joined"].any():
        is_dense = pl.col("text").shift(1).str.contains(f"{DENSE}$") & pl.col("text").str.contains(f"^{DENSE}")
        glue = pl.when("joined").then(pl.when(is_dense).then(pl.lit("")).otherwise(pl.lit(" "))).otherwise(glue)
        size = pl.col("piece").str.len_chars()
        offset = pl.when("joined").then(size.cum_sum().over("doc") - size)
    return (
        blocks.with_columns(piece=glue + pl.col("text"))
        .with_columns(_at=offset.cast(pl.Int32))
        .group_by("doc", maintain_order=True)
        .agg(text=pl.col("piece").str.join(""), body_lines=pl.col("line"), joins=pl.col("_at").drop_nulls())
    )
