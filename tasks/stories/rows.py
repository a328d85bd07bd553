"""What rows of `stories` must say together, whatever the documents are."""

from collections.abc import Iterator

import polars as pl

from tasks.stories.groups import EXCERPT, FIRST


def find_odd_rows(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """What is wrong with the rows of some whole stories, each with a doc_id."""
    heads = rows.filter(pl.col("kind").is_in([FIRST, EXCERPT]))
    inside = rows.select("story_id", of_doc_id="doc_id")
    repeats = rows.filter(pl.col("kind") != EXCERPT).drop_nulls("of_doc_id")
    for what, odd in (
        ("a document is in two stories", rows.filter(rows["doc_id"].is_duplicated())),
        ("a story is not named after its first document", heads.filter(pl.col("doc_id") != pl.col("story_id"))),
        ("a story is without its first document", rows.join(heads, on="story_id", how="anti")),
        ("a document repeats one of another story", repeats.join(inside, on=["story_id", "of_doc_id"], how="anti")),
    ):
        for doc_id in odd["doc_id"].unique().sort():
            yield what, doc_id
