"""Pairs of documents that fingerprints propose, confirmed on their texts: each becomes a link, or nothing."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tasks.stories.candidates import Pairs
from tasks.stories.compare import Side, TextPairs
from tasks.stories.links import ArticleKeys, relate
from tasks.stories.sketch_table import META, SketchTable, read_runs

TEXTS = 8_000  # in memory at a time, as runs
# Texts by doc_id, of documents given as partition and doc_ids.
ReadTexts = Callable[[Mapping[str, list[str]]], Mapping[str, str]]
# What a link says of each of its two documents.
ENDS = {"at": pl.Int64, "date": pl.Date, "runs": pl.Int32, "start": pl.Int32, "end": pl.Int32}
LINK_TYPES = {
    **{"doc_id": pl.String, "other_id": pl.String, "is_later": pl.Boolean, "link": pl.String, "kind": pl.String},
    "runs": pl.Int32,
    **{f"{side}_{name}": kind for side in ("own", "other") for name, kind in ENDS.items()},
}


def confirm_pairs(table: SketchTable, pairs: Pairs, read_texts: ReadTexts) -> pl.DataFrame:
    """The links among pairs, a row from the side of each of the two documents: columns of LINK_TYPES."""
    rows = [row for part in split_pairs(pairs) for row in confirm_some(table, part, read_texts)]
    later = pl.DataFrame(rows, schema=LINK_TYPES, orient="row")
    return pl.concat([later, mirror_links(later)])


def mirror_links(links: pl.DataFrame) -> pl.DataFrame:
    """Links from the side of the other document."""
    swapped = {"doc_id": "other_id", "other_id": "doc_id"}
    for name in ENDS:
        swapped |= {f"own_{name}": f"other_{name}", f"other_{name}": f"own_{name}"}
    return links.rename(swapped).with_columns(~pl.col("is_later")).select(list(LINK_TYPES))


def split_pairs(pairs: Pairs) -> Iterator[Pairs]:
    """Pairs in parts that have about TEXTS documents each."""
    start = 0
    while start < len(pairs.later):
        end = min(start + TEXTS, len(pairs.later))
        while end < len(pairs.later) and pairs.later[end] == pairs.later[end - 1]:
            end += 1
        yield Pairs(pairs.later[start:end], pairs.earlier[start:end], pairs.start, pairs.end)
        start = end


def confirm_some(table: SketchTable, pairs: Pairs, read_texts: ReadTexts) -> Iterator[tuple[Any, ...]]:
    """The links among pairs, from the side of the later document, in the order of LINK_TYPES."""
    places = np.unique(np.concatenate([pairs.later, pairs.earlier]))
    known = table.take(META, pairs.start, pairs.end, places)
    wanted = dict(known.group_by("partition").agg("doc_id").iter_rows())
    texts = read_texts(wanted)
    pairs_of_texts = TextPairs(read_runs([texts[doc_id] for doc_id in known["doc_id"]]))
    rows = known.rows(named=True)
    lefts, rights = (np.searchsorted(places, side).tolist() for side in (pairs.later, pairs.earlier))
    for later, earlier, overlap in zip(lefts, rights, pairs_of_texts.measure(lefts, rights), strict=True):
        relation = relate(overlap, make_article_keys(rows[later]), make_article_keys(rows[earlier]))
        if relation:
            ends = (*describe_end(rows[later], overlap.left), *describe_end(rows[earlier], overlap.right))
            yield (rows[later]["doc_id"], rows[earlier]["doc_id"], True, *relation, overlap.runs, *ends)


def make_article_keys(row: Mapping[str, Any]) -> ArticleKeys:
    """What links need of a sketch."""
    return ArticleKeys(row["publisher"], row["url"], row["record_id"])


def describe_end(row: Mapping[str, Any], side: Side) -> tuple[int, date, int, int, int]:
    """What a link says of one of its documents."""
    return row["at"], row["logical_date"], side.runs, side.start, side.start + side.longest
