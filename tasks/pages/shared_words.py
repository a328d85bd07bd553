"""How far lines use the words of other lines of their page: an article says its words again, what surrounds it has its own."""

import numpy as np
import polars as pl

from tasks.pages.spans import Bools, Ints

# A word of four letters or more; two syllables of Korean or Japanese ones; a Chinese character.
DENSE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
WORD = rf"\p{{Han}}|\p{{Katakana}}{{2}}|\p{{Hangul}}{{2}}|[\w--[\d_{DENSE}]]{{4,}}"


def list_longer_words(texts: pl.Series) -> pl.Series:
    """The longer words of each text, each once."""
    return texts.str.to_lowercase().str.extract_all(WORD).list.unique()


def count_shared_words(lines: pl.DataFrame, others: Bools, chosen: Bools) -> dict[str, Ints]:
    """For each of the `chosen` lines: how many of its longer words other lines among `others` use. `lines`: doc, words.

    shared_words: their number, at most 20; shared_share: the percentage of the line's longer words, -1 where it has none.
    """
    marked = lines.select("doc", "words", is_other=others, is_chosen=chosen).with_row_index("at")
    words = marked.filter(pl.col("is_other") | pl.col("is_chosen")).explode("words").drop_nulls("words")
    is_shared = pl.col("is_other").sum().over("doc", "words") > pl.col("is_other").cast(pl.UInt32)
    counted = words.with_columns(is_shared=is_shared).filter("is_chosen").group_by("at")
    shared = counted.agg(words=pl.len(), shared=pl.col("is_shared").sum())
    table = marked.filter("is_chosen").select("at").join(shared, on="at", how="left", maintain_order="left")
    count, hits = (table[name].fill_null(0).cast(pl.Int64).to_numpy() for name in ("words", "shared"))
    return {
        "shared_words": np.minimum(hits, 20),
        "shared_share": np.where(count > 0, 100 * hits // np.maximum(count, 1), -1),
    }
