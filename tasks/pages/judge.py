"""Which lines of a whole-page dump are not its article: the page model's cuts, each with its rule and its score.

Documents that are no pages are left as they are. On a page where the model finds no article, nothing is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.pages.features import ROLES, make_features
from tasks.pages.headline import describe_candidates, find_candidates, pick_best
from tasks.pages.page_detection import find_pages
from tasks.pages.spans import Bools, Ints, count_since, count_until, find_bounds, sum_between
from tasks.pages.weights import UNIT, PageModel, add_scores, load_model

LEAST_WIDTH = 200  # with less prose than this left, in Latin characters, the model has found no article
LEAST_HEADLINE = -2 * UNIT  # a headline less likely than this is none
FURNITURE_ABOVE, FURNITURE_BELOW = 6, 3  # captions, bylines, bios this near the article are the article's


@dataclass(frozen=True)
class Judgement:
    """What the model makes of the lines of some pages, a value a line: score in thousandths of a logit."""

    cut: Bools
    outside: Bools
    score: Ints
    headline: Bools


def judge_pages(lines: pl.DataFrame, model: PageModel | None = None) -> pl.DataFrame:
    """Adds the page model's decisions to `lines`, which are as `annotate` gives them.

    page_cut (bool), page_rule (`page.outside`: above or below the article; `page.line`: within it; null where not cut),
    page_score (probability of boilerplate, 3 decimals; null in documents that are no pages), page_headline (bool, at most
    one line a document, never cut). Same rows, same order. `model`: other weights than the shipped ones.
    """
    is_page = find_pages(lines)
    rows = lines.filter(is_page)
    found = judge_lines(rows, model or load_model()) if rows.height else None
    columns: dict[str, pl.Series] = {}
    for name, kind, values in (
        ("page_cut", pl.Boolean, found.cut if found else None),
        ("_outside", pl.Boolean, found.outside if found else None),
        ("page_headline", pl.Boolean, found.headline if found else None),
        ("page_score", pl.Float64, to_chance(found.score) if found else None),
    ):
        column = pl.Series(name, [None], dtype=kind).new_from_index(0, lines.height)
        columns[name] = column if values is None else column.scatter(is_page.arg_true(), pl.Series(values, dtype=kind))
    return (
        lines.with_columns(*columns.values())
        .with_columns(pl.col("page_cut", "page_headline").fill_null(False))
        .with_columns(
            page_rule=pl.when(pl.col("page_cut")).then(
                pl.when(pl.col("_outside")).then(pl.lit("page.outside")).otherwise(pl.lit("page.line"))
            )
        )
        .drop("_outside")
    )


def judge_lines(lines: pl.DataFrame, model: PageModel) -> Judgement:
    """The model's judgement on the lines of pages (at least one line)."""
    features = make_features(lines)
    begin, end = find_bounds(lines["doc"].to_numpy())
    score = add_scores(model.boilerplate, features)
    kept = keep_article(features, score, begin, end)
    headline = find_headline(lines, features, score, kept, begin, end, model)
    above, below = count_until(kept, end), count_since(kept, begin)
    role = lines["role"].replace_strict(ROLES, range(1, len(ROLES) + 1), default=0).cast(pl.Int64).to_numpy()
    cut = ~kept & ~headline & ~is_furniture(role, above, below)
    # Only a page with an article in it is cut at all.
    cut &= sum_between(kept.astype(np.int64), begin, end) > 0
    return Judgement(cut, (above < 0) | (below < 0), score, headline)


def keep_article(features: dict[str, Ints], score: Ints, begin: Ints, end: Ints) -> Bools:
    """The lines that more likely than not are the article's; where too little prose is left, the page's main run instead."""
    kept = score < 0
    width = features["width"] * features["prose"]
    enough = sum_between(width * kept, begin, end) >= LEAST_WIDTH
    bare_rule = (features["rule"] > 0) & (features["prose"] == 0)
    run = (features["firm_in"] > 0) & (features["firm_peak"] >= LEAST_WIDTH) & ~bare_rule
    return np.where(enough, kept, run)


def find_headline(
    lines: pl.DataFrame, features: dict[str, Ints], score: Ints, kept: Bools, begin: Ints, end: Ints, model: PageModel
) -> Bools:
    """The headline of each page, or none."""
    candidates, distance = find_candidates(features, kept, begin)
    if not candidates.any():
        return candidates
    described = describe_candidates(lines, features, score, kept, candidates, distance, begin, end)
    likely = add_scores(model.headline, described)
    return pick_best(likely, candidates, begin, LEAST_HEADLINE)


def is_furniture(role: Ints, above: Ints, below: Ints) -> Bools:
    """Lines with a role that belong to the article by where they stand: in it, shortly above or shortly below.

    `above`, `below`: lines until the next kept line and since the last one, -1 where there is none.
    """
    within = (above >= 0) & (below >= 0)
    before = (above >= 0) & (above <= FURNITURE_ABOVE)
    behind = (below >= 0) & (below <= FURNITURE_BELOW)
    caption = np.isin(role, [ROLES.index("caption") + 1, ROLES.index("credit") + 1])
    head = np.isin(role, [ROLES.index("byline") + 1, ROLES.index("timestamp") + 1])
    tail = np.isin(role, [ROLES.index("bio") + 1, ROLES.index("contributors") + 1])
    return np.asarray((caption & (within | before)) | (head & before & ~within) | (tail & (within | before | behind)))


def to_chance(score: Ints) -> npt.NDArray[np.float64]:
    """The probability of boilerplate, to 3 decimals."""
    return np.asarray(np.round(1 / (1 + np.exp(-score / UNIT)), 3))
