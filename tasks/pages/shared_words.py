"""How far lines use the words of other lines of their page: an article says its words again, what surrounds it has its own."""

import numpy as np
import polars as pl

from tasks.pages.spans import Bools, Ints

# A word of four letters or more; two syllables of Korean or Japanese ones; a Chinese character.
DENSE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
WORD = rf"\p{{Han}}|\p{{Katakana}}{{2}}|\p{{Hangul}}{{2}}|[\w--[\d_{DENSE}]]{{4,}}"


def count_shared_words(lines: pl.DataFrame, others: Bools, chosen: Bools) -> dict[str, Ints]:
    """For each of the `chosen` lines: how many of its longer words other lines among `others` use.

    shared_words: their number, at most 20; shared_share: the percentage of the line's longer words, -1 where it has none.
    """
    marked = lines.select("doc", "text", is_other=others, is_chosen=chosen).with_row_index("at")
    words = (
        marked.filter(pl.col("is_other") | pl.col("is_chosen"))
        .with_columns(word=pl.col("text").str.to_lowercase().str.extract_all(WORD).list.unique())
        .explode("word", empty_as_null=True)
        .filter(pl.col("word").is_not_null())
    )
    used = words.filter("is_other").group_by("doc", "word").agg(lines=pl.len())
    is_shared = pl.col("lines").fill_null(0) > pl.col("is_other").cast(pl.UInt32)
    shared = (
        words.filter("is_chosen")
        .join(used, on=["doc", "word"], how="left")
        .group_by("at")
        .agg(words=pl.len(), shared=is_shared.sum())
    )
    table = marked.filter("is_chosen").select("at").join(shared, on="at", how="left", maintain_order="left")
    count, hits = (table[name].fill_null(0).cast(pl.Int64).to_numpy() for name in ("words", "shared"))
    return {
        "shared_words": np.minimum(hits, 20),
        "shared_share": np.where(count > 0, 100 * hits // np.maximum(count, 1), -1),
    }
