"""The headline of a page: among the lines above the article, the one that says what the article says.

Links to other stories look just like it. The difference is that the article uses the headline's words.
"""

import numpy as np

from tasks.pages.features import PageLines
from tasks.pages.shared_words import count_shared_words
from tasks.pages.spans import Bools, Bounds, Ints, number_pages, read_neighbour
from tasks.pages.weights import UNIT, TreeEnsemble, add_scores

REACH = 40  # a headline stands at most this many lines above the article,
BELOW = 2  # or below its first line: a standfirst may stand above the headline
OPENING = 25  # the words of so many lines of the article count, from its first on
WIDTHS = (12, 250)
LEAST_SCORE = -2 * UNIT  # a line less likely than this is no headline
OWN = ("width", "stop", "prose", "quote", "commas", "words", "bars", "rule", "cut", "role", "copies", "from_top")
NEAR = tuple(f"{side}_{kind}" for side in ("since", "until") for kind in ("rule", "timestamp", "prose"))


def find_headline(page: PageLines, score: Ints, kept: Bools, ensemble: TreeEnsemble) -> Bools:
    """Whether each line is the headline of its page; at most one line per page. `score`, `kept`: see `keep_article`."""
    chosen, distance = find_candidates(page, kept)
    if not chosen.any():
        return chosen
    likely = add_scores(ensemble, describe_candidates(page, score, kept, chosen, distance))
    return pick_best(likely, chosen, page.bounds, LEAST_SCORE)


def find_candidates(page: PageLines, kept: Bools) -> tuple[Bools, Ints]:
    """Which lines may be the headline, and each line's distance to the first kept prose (negative above it)."""
    at = np.arange(len(kept))
    none = len(kept) + 2 * REACH  # pages without kept prose have no candidate
    starts, number = number_pages(page.bounds)
    first = np.minimum.reduceat(np.where(kept & (page.features["prose"] > 0), at, none), starts)
    distance = at - first[number]
    low, high = WIDTHS
    width = page.features["width"]
    return (distance >= -REACH) & (distance <= BELOW) & (width >= low) & (width <= high), distance


def describe_candidates(page: PageLines, score: Ints, kept: Bools, chosen: Bools, distance: Ints) -> dict[str, Ints]:
    """Features of the candidates alone: their own form, where they stand, and how far the article uses their words."""
    described = {name: page.features[name] for name in OWN}
    described |= {
        "distance": distance,
        "score": score,
        "score_up": read_neighbour(score, -1, page.bounds),
        "score_down": read_neighbour(score, 1, page.bounds),
    }
    described |= {name: page.features[name] for name in NEAR}
    opening = kept & (page.features["prose"] > 0) & (distance >= 0) & (distance < OPENING)
    own = {name: values[chosen] for name, values in described.items()}
    return own | count_shared_words(page.lines, opening, chosen)


def pick_best(score: Ints, chosen: Bools, bounds: Bounds, least: int) -> Bools:
    """The candidate with the highest `score` (one per candidate) on each page, the first of equals, if it reaches `least`."""
    full = np.full(len(chosen), np.iinfo(np.int64).min)
    full[chosen] = score
    starts, page = number_pages(bounds)
    at = np.arange(len(full))
    best = np.maximum.reduceat(full, starts)
    first = np.minimum.reduceat(np.where(full == best[page], at, len(full)), starts)
    return np.asarray((at == first[page]) & chosen & (full >= least))
