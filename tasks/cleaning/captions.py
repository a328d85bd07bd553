"""Repeated photo captions merged into one, with its credit and the number of copies.

`repeated_captions.py` finds captions that only their repetition shows; `caption_duplicates.py` says which captions of a
document are copies.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

import polars as pl

from tasks.cleaning.caption_duplicates import SIGNS, CaptionLine, merge_copies
from tasks.cleaning.clean import is_body
from tasks.cleaning.repeated_captions import name_repeated_captions
from tasks.lines import change_lines

SENTENCE_IN_BODY_CHARS = 40  # a shorter caption may stand in a sentence by chance
CAPTIONS = pl.List(pl.Struct({"text": pl.String, "credit": pl.String, "copies": pl.Int32, "line": pl.Int32}))


def merge_captions(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Finds captions that stand more than once, keeps the fullest copy and removes the others.

    `lines` as `clean_lines` gives them. Returns the lines, with copies removed (role `repeat`), and one row per document
    with captions: doc, captions (list of text, credit, copies, line).
    """
    lines = name_repeated_captions(lines)
    found = lines.filter(pl.col("role").is_in(["caption", "credit"])).select(
        "doc", "line", "place", "role", pl.coalesce("role_text", "text").str.strip_chars(), "role_value"
    )
    in_body = find_captions_in_body(lines, found)
    repeats: list[tuple[int, int, str, str]] = []
    captions: list[tuple[int, list[dict[str, object]]]] = []
    for doc, rows in groupby(found.iter_rows(), key=itemgetter(0)):
        merged, repeated = merge_copies([CaptionLine(*row[1:]) for row in rows], in_body.get(doc, {}))
        captions.append((doc, [vars(caption) for caption in merged]))
        repeats.extend((doc, repeat.line, repeat.rule, str(repeat.of)) for repeat in repeated)
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_rule": pl.String, "_of": pl.String}
    lines = lines.join(
        pl.DataFrame(repeats, schema=schema, orient="row"), on=["doc", "line"], how="left", maintain_order="left"
    )
    lines = change_lines(
        lines, pl.col("_rule").is_not_null(), removed=True, role="repeat", by=pl.col("_rule"), evidence=pl.col("_of")
    )
    table = pl.DataFrame(captions, schema={"doc": pl.UInt32, "captions": CAPTIONS}, orient="row")
    return lines.drop("_rule", "_of"), table


def find_captions_in_body(lines: pl.DataFrame, captions: pl.DataFrame) -> dict[int, dict[int, int]]:
    """For each document, the captions whose whole text stands inside a longer body line: caption line -> body line."""
    said = (
        captions.filter(pl.col("role") == "caption")
        .select("doc", caption="line", words=pl.col("role_text").str.strip_chars(SIGNS + ". "))
        .filter(pl.col("words").str.len_chars() >= SENTENCE_IN_BODY_CHARS)
    )
    body = lines.filter(is_body()).select("doc", "line", "text")
    is_longer = pl.col("text").str.len_chars() > pl.col("words").str.len_chars() + len("“.”")
    found = (
        said.join(body, on="doc")
        .filter(is_longer & pl.col("text").str.contains(pl.col("words"), literal=True))
        .unique(["doc", "caption"], keep="first", maintain_order=True)
    )
    by_doc: dict[int, dict[int, int]] = {}
    for doc, caption, line in found.select("doc", "caption", "line").iter_rows():
        by_doc.setdefault(doc, {})[caption] = line
    return by_doc
