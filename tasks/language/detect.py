"""The language of each text: the evidence of its n-grams summed, the best language and how likely it is right.

langdetect draws n-grams at random until one language has all the probability: it is slow, needs a seed and answers 0.99999
even when it is wrong. Here all n-grams of an excerpt are summed at once. Only a text whose excerpt leaves doubt is read up to
langdetect's limit of 10,000 characters.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.language.ngrams import Ngrams, read_ngrams
from tasks.language.profiles import PIECE, SCALE, LanguageModel, load_language_model

UNDETERMINED = "und"
READ_CHARS = 10_000  # langdetect reads no further
EXCERPT_PARTS, PART_CHARS = 5, 200
SURE = 0.9  # below it the whole text is read
BATCH = 128  # texts at once: few enough that their arrays stay in the processor's cache

FEWEST_LETTERS = 8
FEWEST_OWN_LETTERS = 4
LONG_LETTERS = 200
LEAST_SCORE = 0.05  # `und` below. A low score is often right for a short text of names
LEAST_SCORE_LONG = 0.5  # an article still in doubt is mixed, or in none of the 55 languages
# The best language of each text, the probability that it is right, and whether that is enough.
GUESSES = pl.Schema({"best": pl.String(), "score": pl.Float64(), "is_known": pl.Boolean()})
CONSTANT, PER_MARGIN, PER_STRANGENESS = -1.39, 1.47, -5.14
FAMILIAR = 0.95  # a text at least so familiar is not strange
MOST_STRANGE, MOST_LETTERS = 0.5, 400

# The only languages of their scripts (Chinese counted as one): text in them need not be familiar.
OWN_SCRIPT = ("bn", "el", "gu", "he", "ja", "kn", "ko", "ml", "pa", "ta", "te", "th", "zh-cn", "zh-tw")
LEAST_OWN = 0.3  # below: some letters of this script in a text of another


def detect_languages(text: pl.Series) -> pl.DataFrame:
    """Language of each text of a string series, in its order.

    Returns `language` (langdetect's codes: ISO 639-1, zh-cn and zh-tw; `und` when it is unclear or the text is null) and
    `language_score` (0 to 1: how often an answer like this one is right; 0 for `und`). An answer does not depend on the other
    texts.
    """
    model = load_language_model()
    texts = [value[:READ_CHARS] for value in text.cast(pl.String).fill_null("").to_list()]
    guesses = guess_batches([excerpt(value) for value in texts], model)
    is_cut = pl.Series([len(value) > EXCERPT_PARTS * PART_CHARS for value in texts], dtype=pl.Boolean)
    doubtful = (is_cut & (guesses["score"] < SURE)).arg_true()
    again = guess_batches([texts[at] for at in doubtful], model)
    guesses = guesses.with_columns(guesses[name].scatter(doubtful, again[name]) for name in guesses.columns)
    return guesses.select(
        language=pl.when("is_known").then("best").otherwise(pl.lit(UNDETERMINED)),
        language_score=pl.when("is_known").then("score").otherwise(0.0),
    )


def excerpt(text: str) -> str:
    """A short text whole; of a longer one equal parts, spread evenly from beginning to end."""
    if len(text) <= EXCERPT_PARTS * PART_CHARS:
        return text
    step = (len(text) - PART_CHARS) // (EXCERPT_PARTS - 1)
    return "\n".join([text[at * step : at * step + PART_CHARS] for at in range(EXCERPT_PARTS)])


def guess_batches(texts: Sequence[str], model: LanguageModel) -> pl.DataFrame:
    """The guesses for all texts, BATCH of them at a time, as GUESSES says."""
    batches = (guess_languages(texts[at : at + BATCH], model) for at in range(0, len(texts), BATCH))
    return pl.concat([GUESSES.to_frame(), *batches])


def guess_languages(texts: Sequence[str], model: LanguageModel) -> pl.DataFrame:
    """The guess for each of at least one text, as GUESSES says."""
    ngrams = read_ngrams(texts, model)
    evidence, agrees = reread_all_caps(texts, ngrams, sum_evidence(ngrams, model), model)
    # Korean and Japanese share characters with Chinese, but every article has letters of its own.
    evidence[ngrams.hangul == 0, model.languages.index("ko")] = 0
    evidence[ngrams.kana == 0, model.languages.index("ja")] = 0
    best = evidence.argmax(axis=1)
    second, top = np.partition(evidence, -2, axis=1)[:, -2:].T
    familiarity = top / np.maximum(ngrams.letters, 1) / model.usual[best]
    own = np.isin(np.array(model.languages)[best], OWN_SCRIPT)
    score = rate_guesses(top - second, familiarity, own, ngrams.letters)
    least = np.where(ngrams.letters < LONG_LETTERS, LEAST_SCORE, LEAST_SCORE_LONG)
    enough = ngrams.letters >= np.where(own, FEWEST_OWN_LETTERS, FEWEST_LETTERS)
    names = pl.Series(model.languages)[best]
    return pl.DataFrame({"best": names, "score": score, "is_known": agrees & enough & (score >= least)})


def reread_all_caps(
    texts: Sequence[str], ngrams: Ngrams, evidence: NDArray[np.float64], model: LanguageModel
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Reads texts in capitals again in lower case: the mean evidence of both readings, and whether they agree.

    langdetect finds "PRIME MINISTER RESIGNS AFTER VOTE" German at 0.99999. With initial capitals it looks German, in lower
    case Danish: its language cannot be determined. For most headlines in capitals both readings agree.
    """
    agrees = np.ones(len(texts), dtype=np.bool_)
    capitals = np.flatnonzero(ngrams.is_all_caps)
    if len(capitals):
        lower = sum_evidence(read_ngrams([texts[at].lower() for at in capitals.tolist()], model), model)
        agrees[capitals] = lower.argmax(axis=1) == evidence[capitals].argmax(axis=1)
        evidence[capitals] = (evidence[capitals] + lower) / 2
    return evidence, agrees


def sum_evidence(ngrams: Ngrams, model: LanguageModel) -> NDArray[np.float64]:
    """Log-likelihood of each text in each language, in nats, up to a constant of the text: (texts, languages).

    Evidence is whole numbers, and PIECE rows of it stay below 2**24, so that float32 sums them exactly, whatever texts are
    summed together.
    """
    sums = np.zeros((len(ngrams.bounds) - 1, len(model.languages)))
    ones = np.ones(PIECE, dtype=np.float32)
    for text, (start, end) in enumerate(zip(ngrams.bounds[:-1].tolist(), ngrams.bounds[1:].tolist(), strict=True)):
        for at in range(start, end, PIECE):
            rows = ngrams.rows[at : min(at + PIECE, end)]
            sums[text] += ones[: len(rows)] @ model.evidence.take(rows, axis=0)
    return sums / SCALE


def rate_guesses(
    margin: NDArray[np.float64], familiarity: NDArray[np.float64], own: NDArray[np.bool_], letters: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The probability that each guess is right.

    The probabilities of naive Bayes do not show that: n-grams overlap, so a few dozen letters reach 0.99999 for any answer. A
    logistic regression of two figures does; docs/language.md describes its fit. `margin`, in nats: how much better the best
    language explains the text than the second. `familiarity`: the evidence per letter relative to that of the profile's own
    n-grams, 0.9 to 1.1 for text in the language, 0.8 for Zulu taken for Swahili. `own`: it is the only one of its script.
    """
    shortfall = np.clip(FAMILIAR - familiarity, 0, MOST_STRANGE)
    strange = np.where(own, np.where(familiarity < LEAST_OWN, MOST_STRANGE, 0.0), shortfall)
    weight = np.sqrt(np.minimum(letters, MOST_LETTERS))
    logit = CONSTANT + PER_MARGIN * np.log1p(margin) + PER_STRANGENESS * strange * weight
    rating: NDArray[np.float64] = np.round(1 / (1 + np.exp(-logit)), 4)  # the last bits differ between processors
    return rating
