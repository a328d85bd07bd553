"""The language of each text, and the languages of its parts.

langdetect draws n-grams at random until one language has all the probability: it is slow, needs a seed and answers 0.99999
even when it is wrong. Here all n-grams of an excerpt are summed at once. Only a text whose excerpt leaves doubt is read up to
langdetect's limit of 10,000 characters, and by parts where it may be in two languages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from itertools import islice

import numpy as np
import polars as pl
import pyarrow as pa

from tasks.language.evidence import SURE, guess_by_langdetect, guess_texts, replace_rows
from tasks.language.parts import Guess, Mixture, divide_text, mix_languages
from tasks.language.profiles import LanguageModel, load_language_model

UNDETERMINED = "und"
READ_CHARS = 10_000  # langdetect reads no further
EXCERPT_PARTS, PART_CHARS = 5, 200
LANGUAGES = pl.Schema(
    {
        "language": pl.String(),
        "language_score": pl.Float64(),
        "languages": pl.List(pl.Struct({"language": pl.String(), "share": pl.Float64()})),
    }
)
Guesser = Callable[[Sequence[str], LanguageModel], pl.DataFrame]
GUESS_FIELDS = [field.name for field in fields(Guess)]


def detect_languages(text: pl.Series) -> pl.DataFrame:
    """Language of each text of a string series, in its order.

    Returns `language` (langdetect's codes: ISO 639-1, zh-cn and zh-tw; `und` when it is unclear or the text is null),
    `language_score` (0 to 1: how often an answer like this one is right; 0 for `und`) and `languages` (list of language and
    share, the largest share first; empty for `und`). An answer does not depend on the other texts.
    """
    model = load_language_model()
    texts = [value[:READ_CHARS] for value in text.cast(pl.String).fill_null("").to_list()]
    excerpts = list(map(excerpt, texts))
    guesses = guess_texts(excerpts, model)
    is_cut = pl.Series([len(value) > EXCERPT_PARTS * PART_CHARS for value in texts], dtype=pl.Boolean)
    doubtful = (is_cut & (guesses["score"] < SURE)).arg_true()
    guesses = replace_rows(guesses, doubtful, guess_texts([texts[at] for at in doubtful], model))
    unclear = guesses.with_row_index("at").filter(~pl.col("is_clear"))
    # Cheap, to spare most of them the reading of all their parts.
    likely = mix_texts(unclear.filter("is_known"), excerpts, model, guess_by_langdetect)
    strange = unclear.filter(~pl.col("is_known") | pl.col("at").is_in(list(likely)))
    mixed = mix_texts(strange, texts, model, guess_texts)
    at = list(mixed)
    guesses = replace_rows(
        guesses.select(language="best", language_score="score", is_known="is_known"),
        pl.Series(at, dtype=pl.UInt32),
        pl.DataFrame(
            [(mixture.shares[0][0], mixture.score, True) for mixture in mixed.values()],
            {"language": pl.String, "language_score": pl.Float64, "is_known": pl.Boolean},
            orient="row",
        ),
    )
    is_known = pl.col("is_known")
    return guesses.select(
        language=pl.when(is_known).then("language").otherwise(pl.lit(UNDETERMINED)),
        language_score=pl.when(is_known).then("language_score").otherwise(0.0),
        languages=list_shares(guesses, mixed),
    )


def list_shares(known: pl.DataFrame, mixed: Mapping[int, Mixture]) -> pl.Series:
    """The languages of each text with their shares: of those in `mixed` as given there, of the others one or none."""
    plain = known.with_row_index("at").filter("is_known", ~pl.col("at").is_in(list(mixed)))
    shares = [(at, name, share) for at, mixture in mixed.items() for name, share in mixture.shares]
    schema = {"at": pl.UInt32, "language": pl.String, "share": pl.Float64}
    rows = pl.concat([plain.select("at", "language", share=pl.lit(1.0)), pl.DataFrame(shares, schema, orient="row")])
    rows = rows.sort("at", maintain_order=True)
    ends = np.cumsum(np.bincount(rows["at"].to_numpy(), minlength=len(known)))
    structs = rows.select(pl.struct("language", "share")).to_series()
    lists = pa.LargeListArray.from_arrays(pa.array([0, *ends], pa.int64()), structs.to_arrow())
    return pl.Series(pl.from_arrow(lists))


def mix_texts(wholes: pl.DataFrame, texts: Sequence[str], model: LanguageModel, guess: Guesser) -> dict[int, Mixture]:
    """The mixture of those texts whose parts are in other languages than the whole, by their places in `texts`.

    `wholes`: the guesses for the texts to look at, with their places, at.
    """
    divided = [divide_text(texts[at]) for at in wholes["at"]]
    if not divided:
        return {}
    guesses = guess([part for parts in divided for part in parts], model).select(GUESS_FIELDS).iter_rows()
    mixtures = {}
    for (at, *whole), parts in zip(wholes.select("at", *GUESS_FIELDS).iter_rows(), divided, strict=True):
        if mixture := mix_languages(Guess(*whole), [Guess(*row) for row in islice(guesses, len(parts))]):
            mixtures[at] = mixture
    return mixtures


def excerpt(text: str) -> str:
    """A short text whole; of a longer one equal parts, spread evenly from beginning to end."""
    if len(text) <= EXCERPT_PARTS * PART_CHARS:
        return text
    step = (len(text) - PART_CHARS) // (EXCERPT_PARTS - 1)
    return "\n".join([text[at * step : at * step + PART_CHARS] for at in range(EXCERPT_PARTS)])
