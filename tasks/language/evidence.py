"""The best language of each text by its evidence, and how likely it is right.

langdetect's profiles settle a text that is familiar in a language without a close neighbour. For the others the further
profiles are summed too, and words distinguish relatives.
"""

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.language.ngrams import Ngrams, read_ngrams
from tasks.language.profiles import PIECE, SCALE, LanguageModel
from tasks.language.relatives import NGRAM_SHARE, load_relatives, weigh_words

SURE = 0.9
SETTLED = 0.98  # by langdetect's profiles alone; below, Esperanto is called Spanish
BATCH = 128  # texts at once: few enough that their arrays stay in the processor's cache

FEWEST_LETTERS = 8
FEWEST_OWN_LETTERS = 4
LONG_LETTERS = 200
LEAST_SCORE = 0.05  # `und` below. A low score is often right for a short text of names
LEAST_SCORE_LONG = 0.5  # an article still in doubt is mixed, or in a language without a profile
GUESSES = pl.Schema(
    {
        "best": pl.String(),  # the best language
        "score": pl.Float64(),  # the probability that it is right
        "is_known": pl.Boolean(),  # that is enough
        "is_clear": pl.Boolean(),  # nothing speaks for another language, or for a second one
        "letters": pl.Int64(),  # of all scripts, a character of Chinese, Japanese or Korean counted as three
    }
)
CONSTANT, PER_MARGIN, PER_STRANGENESS = -1.39, 1.47, -5.14
FAMILIAR = 0.95  # a text at least so familiar is not strange
MOST_STRANGE, MOST_LETTERS = 0.5, 400
LEAST_LEAD = 0.64  # of the usual one. Of articles about 2 % are below, and all of those with 30 % in another language
MIXED = 0.15  # letters of the rarer script to those of the other

# The only languages of their scripts (Chinese counted as one): text in them need not be familiar.
OWN_SCRIPT = ("bn", "el", "gu", "he", "hy", "ja", "ka", "kn", "ko", "ml", "pa", "ta", "te", "th", "zh-cn", "zh-tw")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
LATIN_NAME = re.compile(r"\b[A-Z][A-Za-z'’-]*(?: (?=[A-Z]))?", re.ASCII)
LEAST_OWN = 0.3  # below: some letters of this script in a text of another
# Languages with a neighbour or a second profile among the further ones: langdetect's profiles alone do not settle a text in them.
UNSETTLED = ("bg", "ca", "cs", "da", "fa", "hr", "id", "mk", "no", "ru", "sk", "sl", "so", "sw", "tl", "tr", "uk", "ur")


def guess_texts(texts: Sequence[str], model: LanguageModel) -> pl.DataFrame:
    """The guess for each text, as GUESSES says: by langdetect's profiles, and by all where those do not settle it."""
    guesses = guess_by_langdetect(texts, model)
    is_settled = guesses["is_clear"] & (guesses["score"] >= SETTLED) & ~guesses["best"].is_in(UNSETTLED)
    rows = (~is_settled & (guesses["letters"] > 0)).arg_true()
    again = [drop_names(texts[at]) for at in rows]
    return (
        replace_rows(guesses, rows, guess_batches(again, model, (model.evidence, model.further))) if again else guesses
    )


def guess_by_langdetect(texts: Sequence[str], model: LanguageModel) -> pl.DataFrame:
    """The guess for each text by langdetect's profiles alone, as GUESSES says."""
    return guess_batches(texts, model, (model.evidence,))


def drop_names(text: str) -> str:
    """A text with Chinese, Japanese or Korean characters without capitalised Latin words: names of persons and firms.

    >>> drop_names("经理 Margaret Holloway 在 Larkhaven 说")
    '经理  在  说'
    """
    return LATIN_NAME.sub("", text) if CJK.search(text) else text


def replace_rows(rows: pl.DataFrame, at: pl.Series, new: pl.DataFrame) -> pl.DataFrame:
    """A frame with the rows at some places replaced."""
    return rows.with_columns(rows[name].scatter(at, new[name]) for name in rows.columns) if len(at) else rows


def guess_batches(texts: Sequence[str], model: LanguageModel, tables: Sequence[NDArray[np.float32]]) -> pl.DataFrame:
    """The guesses for all texts by some tables of the model, BATCH of them at a time, as GUESSES says."""
    batches = (guess_languages(texts[at : at + BATCH], model, tables) for at in range(0, len(texts), BATCH))
    return pl.concat([GUESSES.to_frame(), *batches])


def guess_languages(texts: Sequence[str], model: LanguageModel, tables: Sequence[NDArray[np.float32]]) -> pl.DataFrame:
    """The guess for each of at least one text by some tables of the model, as GUESSES says."""
    ngrams = read_ngrams(texts, model)
    evidence, agrees = reread_all_caps(texts, ngrams, model, tables)
    # Korean and Japanese share characters with Chinese, but every article has letters of its own.
    evidence[ngrams.hangul == 0, model.languages.index("ko")] = 0
    evidence[ngrams.kana == 0, model.languages.index("ja")] = 0
    languages = np.array(model.languages[: evidence.shape[1]])
    best = evidence.argmax(axis=1)
    familiarity = evidence[np.arange(len(texts)), best] / np.maximum(ngrams.letters, 1) / model.usual[best]
    if len(tables) > 1:
        add_words(texts, evidence, languages, best)
        best = evidence.argmax(axis=1)
    top = evidence[np.arange(len(texts)), best]
    second = np.where(languages == languages[best][:, None], -np.inf, evidence).max(axis=1)
    own = np.isin(languages, OWN_SCRIPT)[best]
    score = rate_guesses(top - second, familiarity, own, ngrams.letters)
    least = np.where(ngrams.letters < LONG_LETTERS, LEAST_SCORE, LEAST_SCORE_LONG)
    enough = ngrams.letters >= np.where(own, FEWEST_OWN_LETTERS, FEWEST_LETTERS)
    is_known = agrees & enough & (score >= least)
    fewer, more = np.minimum(ngrams.latin, ngrams.foreign), np.maximum(ngrams.latin, ngrams.foreign)
    behind = (top[:, None] - evidence) / model.leads[best, : evidence.shape[1]]
    lead = behind.min(axis=1, where=behind > 0, initial=np.inf) / np.maximum(ngrams.letters, 1)
    is_clear = np.where(own, familiarity >= LEAST_OWN, (familiarity >= FAMILIAR) & (lead >= LEAST_LEAD))
    return pl.DataFrame(
        {
            "best": languages[best],
            "score": score,
            "is_known": is_known,
            "is_clear": is_known & (score >= SURE) & is_clear & (fewer < MIXED * more),
            "letters": ngrams.latin + ngrams.foreign,
        },
        schema=GUESSES,
    )


def reread_all_caps(
    texts: Sequence[str], ngrams: Ngrams, model: LanguageModel, tables: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The evidence of each text in the columns of all tables: (texts, columns), and whether two readings of it agree.

    langdetect finds "PRIME MINISTER RESIGNS AFTER VOTE" German at 0.99999. With initial capitals it looks German, in lower
    case Danish: its language cannot be determined. A text in capitals is read both ways, and the evidence is the mean. For
    most headlines in capitals both readings agree.
    """
    evidence = np.hstack([sum_evidence(ngrams, table) for table in tables])
    agrees = np.ones(len(texts), dtype=np.bool_)
    capitals = np.flatnonzero(ngrams.is_all_caps)
    if len(capitals):
        again = read_ngrams([texts[at].lower() for at in capitals.tolist()], model)
        lower = np.hstack([sum_evidence(again, table) for table in tables])
        names = np.array(model.languages)
        agrees[capitals] = names[lower.argmax(axis=1)] == names[evidence[capitals].argmax(axis=1)]
        evidence[capitals] = (evidence[capitals] + lower) / 2
    return evidence, agrees


def sum_evidence(ngrams: Ngrams, table: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-likelihood of each text in each language of a table, in nats, up to a constant of the text: (texts, columns).

    Evidence is whole numbers, and PIECE rows of it stay below 2**24, so that float32 sums them exactly, whatever texts are
    summed together.
    """
    sums = np.zeros((len(ngrams.bounds) - 1, table.shape[1]))
    ones = np.ones(PIECE, dtype=np.float32)
    for text, (start, end) in enumerate(zip(ngrams.bounds[:-1].tolist(), ngrams.bounds[1:].tolist(), strict=True)):
        for at in range(start, end, PIECE):
            rows = ngrams.rows[at : min(at + PIECE, end)]
            sums[text] += ones[: len(rows)] @ table.take(rows, axis=0)
    return sums / SCALE


def add_words(
    texts: Sequence[str], evidence: NDArray[np.float64], languages: NDArray[np.str_], best: NDArray[np.int64]
) -> None:
    """Weighs, in `evidence`, the close relatives of each text's best language by words as well as n-grams."""
    for at, language in enumerate(languages[best].tolist()):
        if group := load_relatives().get(language):
            columns = [languages == name for name in group.languages]
            ngrams = [evidence[at, column].max() for column in columns]
            for column, own, words in zip(columns, ngrams, weigh_words(texts[at], group), strict=True):
                evidence[at, column] += (1 - NGRAM_SHARE) * (max(ngrams) - own) + words


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
