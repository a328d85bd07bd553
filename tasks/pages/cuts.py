"""Which lines of a whole-page dump are not part of its article: the page model's cuts, each with its rule and its score.

Documents that are no pages are left as they are. On a page where the model finds no article, nothing is cut.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.pages.features import PageLines, make_features
from tasks.pages.headline import find_headline
from tasks.pages.page_detection import detect_pages
from tasks.pages.page_evidence import cut_comments, cut_copies, cut_menu_rows, keep_listed, keep_marked
from tasks.pages.spans import Bools, Ints, count_since, count_until, sum_between
from tasks.pages.standfirst import choose_standfirst
from tasks.pages.weights import UNIT, PageModel, add_scores, load_model

LEAST_WIDTH = 200  # with less prose than this left, in Latin characters, the model has found no article
FURNITURE_ABOVE, FURNITURE_BELOW = 6, 3  # captions, bylines, bios at most so many lines away belong to the article


def mark_page_cuts(lines: pl.DataFrame, model: PageModel | None = None) -> pl.DataFrame:
    """Adds the page model's decisions to `lines`, which are as `assign_roles` gives them.

    page_cut (bool), page_rule (`page.outside`: above or below the article; `page.line`: within it; null where not cut),
    page_score (probability of boilerplate, 3 decimals; null in documents that are no pages), page_headline and
    page_standfirst (bool, at most one line per document, never cut). Same rows, same order. `model`: other weights than the
    shipped ones.
    """
    is_page = detect_pages(lines)
    at = is_page.arg_true()
    values: tuple[npt.NDArray[np.generic], ...] = (np.zeros(0),) * 5
    if len(at):
        values = decide_page_lines(lines[at], model or load_model())
    flags = ("page_cut", "_outside", "page_headline", "page_standfirst")
    columns = dict.fromkeys(flags, pl.Boolean) | {"page_score": pl.Float64}
    marked = lines.with_columns(
        pl.repeat(None, lines.height, dtype=kind, eager=True).scatter(at, pl.Series(found, dtype=kind)).alias(name)
        for (name, kind), found in zip(columns.items(), values, strict=True)
    )
    rule = pl.when("_outside").then(pl.lit("page.outside")).otherwise(pl.lit("page.line"))
    return (
        marked.with_columns(pl.col("page_cut", "page_headline", "page_standfirst").fill_null(False))
        .with_columns(page_rule=pl.when("page_cut").then(rule))
        .drop("_outside")
    )


def list_heads(marked: pl.DataFrame) -> pl.DataFrame:
    """The headlines and standfirsts of pages: doc, line, role. `marked` as `mark_page_cuts` gives it."""
    role = pl.when("page_headline").then(pl.lit("headline")).when("page_standfirst").then(pl.lit("standfirst"))
    return marked.select("doc", "line", role=role).drop_nulls("role")


def decide_page_lines(lines: pl.DataFrame, model: PageModel) -> tuple[npt.NDArray[np.generic], ...]:
    """For each line of pages (at least one): whether it is cut, outside the article, headline, standfirst; and page_score."""
    page = make_features(lines)
    score = add_scores(model.boilerplate, page.features)
    kept = choose_lines(page, score)
    headline = find_headline(page, score, kept, model.headline)
    standfirst = choose_standfirst(page, headline, kept, model.standfirst)
    kept = keep_marked(page, keep_listed(page, kept | standfirst))
    above, below = count_until(kept, page.bounds), count_since(kept, page.bounds)
    cut = ~kept & ~headline & ~find_furniture(lines["role"], above, below)
    # Only a page with an article in it is cut at all.
    cut &= sum_between(kept.astype(np.int64), *page.bounds) > 0
    return cut, (above < 0) | (below < 0), headline, standfirst, np.round(1 / (1 + np.exp(-score / UNIT)), 3)


def choose_lines(page: PageLines, score: Ints) -> Bools:
    """The lines that the score takes for the article's, without menus, readers' comments and copies."""
    return cut_copies(page, score, cut_comments(page, cut_menu_rows(page, keep_article(page, score))))


def keep_article(page: PageLines, score: Ints) -> Bools:
    """The lines that more likely than not are the article's; where too little prose is left, the page's main span instead."""
    features = page.features
    kept = score < 0
    width = features["width"] * features["prose"]
    is_enough = sum_between(width * kept, *page.bounds) >= LEAST_WIDTH
    is_bare_rule = (features["rule"] > 0) & (features["prose"] == 0)
    in_span = (features["firm_in"] > 0) & (features["firm_peak"] >= LEAST_WIDTH) & ~is_bare_rule
    return np.where(is_enough, kept, in_span)


def find_furniture(role: pl.Series, above: Ints, below: Ints) -> Bools:
    """Lines with a role that belong to the article by where they stand: in it, shortly above or shortly below.

    `above`, `below`: lines until the next kept line and since the last one, -1 where there is none.
    """
    within = (above >= 0) & (below >= 0)
    before = (above >= 0) & (above <= FURNITURE_ABOVE)
    behind = (below >= 0) & (below <= FURNITURE_BELOW)
    places = {
        ("caption", "credit"): within | before,
        ("byline", "timestamp"): before & ~within,
        ("bio", "contributors"): within | before | behind,
    }
    found = np.zeros(len(role), dtype=np.bool_)
    for roles, place in places.items():
        found |= role.is_in(roles).fill_null(False).to_numpy() & place
    return found
