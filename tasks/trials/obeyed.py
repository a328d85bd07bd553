"""Whether a lake obeys corrections: in how many documents each line is as a person decided, and in how many not yet."""

from collections.abc import Sequence

import polars as pl

from tasks.batch import Correction
from tasks.corrections import RULE
from tasks.counts import format_count
from tasks.lakes.lake import Lake, read_steadily, scan_table
from tasks.stores.manifest import Manifest


def find_obeyed(lake: Lake, rows: Sequence[Correction]) -> list[str]:
    """For each row a few words: where it is obeyed, where a run is still due, or that nothing matches it."""
    return read_steadily(lake, lambda seen: [describe_row(lake, seen, row) for row in rows])


def describe_row(lake: Lake, seen: Manifest, row: Correction) -> str:
    """The state of one correction in a version."""
    names = ("publisher",) if row.publisher else ("uri", "source", "logical_date")
    place = pl.all_horizontal(pl.col(name) == getattr(row, name) for name in names)
    line = row.line.strip()
    in_text = pl.col("text").str.split("\n").list.contains(line)
    documents = scan_table(lake, seen, "documents").filter(place).select("doc_id", in_text=in_text).collect()
    if documents.is_empty():
        return "no such document"
    lines = scan_table(lake, seen, "lines").filter(pl.col("text").str.strip_chars() == line)
    lines = lines.select("doc_id", corrected=pl.col("removed") & (pl.col("rule") == RULE))
    apart = lines.collect().join(documents, on="doc_id", how="semi").group_by("doc_id").agg(pl.col("corrected").all())
    said = documents.join(apart, on="doc_id", how="left").filter(pl.col("in_text") | pl.col("corrected").is_not_null())
    if said.is_empty():
        return "no such line"
    is_kept = pl.col("in_text") & pl.col("corrected").is_null()
    is_removed = ~pl.col("in_text") & pl.col("corrected")
    done = said.filter(is_kept if row.action == "keep" else is_removed).height
    states = [("obeyed in", done), ("not yet run in", said.height - done)]
    return ", ".join(f"{words} {format_count(count, 'document')}" for words, count in states if count)
