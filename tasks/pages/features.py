"""What the page model knows of a line: its own form, its neighbours', and where it stands in its page.

Words count only as far as rules and roles match them, and the page's main prose uses them too. All features are whole
numbers, so that a page has the same ones alone and among others.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.lines import mark_where
from tasks.pages.shared_words import count_shared_words, list_longer_words
from tasks.pages.spans import (
    Bounds,
    Ints,
    count_since,
    count_until,
    find_best_span,
    find_bounds,
    read_neighbour,
    sum_between,
)

WIDTH_CAP = 400  # a wider line says no more than this one does
WINDOWS = (2, 4, 8, 16)
# Short lines with a year, a clock time or an age stand above comments, teasers and articles.
DATED = r"\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d\b|(?i:\bago\b|\bvor \d|\bhace \d|\bil y a \d)"
DATED_WIDTH = 70
DATES_WINDOW = 16  # lines above and below in which they are counted
ROLE_NUMBERS = {"caption": 1, "credit": 2, "byline": 3, "timestamp": 4, "bio": 5, "contributors": 6}
# The main span of a page is the one whose prose outweighs most what stands between it. For each kind of span: what a line
# that is no prose costs, and the percentage of their width that prose without a final stop, and short sentences, count.
SPANS = {
    "loose": (20, 100, 100),
    "run": (60, 100, 50),
    "firm": (80, 33, 50),
    "firmer": (110, 33, 50),
    "tight": (180, 100, 0),
}


class PageLines(NamedTuple):
    """The lines of some pages (at least one line): annotated, their features by name, and the bounds of their pages."""

    lines: pl.DataFrame
    features: dict[str, Ints]
    bounds: Bounds


def make_features(lines: pl.DataFrame) -> PageLines:
    """All features of the lines of pages; `lines` as `assign_roles` gives them. The lines get their `words`."""
    lines = lines.with_columns(words=list_longer_words(lines["text"]))
    own = measure_features(lines)
    bounds = find_bounds(lines["doc"].to_numpy())
    around = describe_neighbours(own, bounds) | measure_distances(own, bounds) | describe_spans(own, bounds)
    main = (around["firm_in"] > 0) & (own["prose"] > 0)
    return PageLines(lines, own | around | count_shared_words(lines, main, np.full(len(main), True)), bounds)


def measure_features(lines: pl.DataFrame) -> dict[str, Ints]:
    """The features that a line shows by itself."""
    text = pl.col("text")
    first = text.str.head(1)
    goes_on = pl.col("family") == "story-continues"  # such a line stands inside the story: no sign of furniture
    # The engine is slow at the bounds of words.
    may_be_dated = mark_where(lines, pl.col("width") < DATED_WIDTH, text.str.contains(DATED.replace(r"\b", "")))
    own = lines.select(
        width=pl.col("width").clip(0, 2 * WIDTH_CAP),
        stop=pl.col("ends_sentence"),
        prose=pl.col("is_paragraph"),
        quote=first.is_in(list("\"'“”„«»‘’「『–—")),
        bullet=first.is_in(list("-•*·►▶›»→#@|+/([")),
        commas=text.str.count_matches(r"[,،、，;]").clip(0, 12),
        words=text.str.count_matches(" ", literal=True).clip(0, 60),
        bars=text.str.contains(r"[|©›@{}<>=]|https?:|www\."),
        rule=pl.col("rule").is_not_null() & ~goes_on.fill_null(False),
        cut=((pl.col("action") == "remove") & ~goes_on).fill_null(False),
        list=(pl.col("takes") == "list").fill_null(False),
        comment=(pl.col("family") == "comments").fill_null(False),
        role=pl.col("role_hit").replace_strict(ROLE_NUMBERS, default=0),
        copies=pl.len().over("doc", "text").clip(1, 4),
        dated=mark_where(lines, may_be_dated, text.str.contains(DATED)),
    )
    return {name: own[name].cast(pl.Int64).to_numpy() for name in own.columns}


def describe_neighbours(own: dict[str, Ints], bounds: Bounds) -> dict[str, Ints]:
    """What stands above and below each line, and how far down its page it stands."""
    at = np.arange(len(bounds.begin))
    width = np.minimum(own["width"], WIDTH_CAP)
    size = bounds.end - bounds.begin
    from_top = at - bounds.begin
    seen = {"from_top": from_top, "from_end": bounds.end - 1 - at, "size": size, "place": 1000 * from_top // size}
    for name, step in (("width", 1), ("width", 2), ("commas", 1)):
        seen[f"{name}_up{step}"] = read_neighbour(own[name], -step, bounds)
        seen[f"{name}_down{step}"] = read_neighbour(own[name], step, bounds)
    for window in WINDOWS:
        low, high = np.maximum(bounds.begin, at - window), np.minimum(bounds.end, at + window + 1)
        seen[f"width_above{window}"] = sum_between(width, low, at) // window
        seen[f"width_below{window}"] = sum_between(width, at + 1, high) // window
    low, high = np.maximum(bounds.begin, at - DATES_WINDOW), np.minimum(bounds.end, at + DATES_WINDOW + 1)
    seen |= {"dates_above": sum_between(own["dated"], low, at), "dates_near": sum_between(own["dated"], low, high)}
    return seen


def measure_distances(own: dict[str, Ints], bounds: Bounds) -> dict[str, Ints]:
    """How many lines lie between each line and the nearest of each kind that separates an article from what surrounds it."""
    prose = own["prose"] > 0
    kinds = {
        "rule": own["rule"] > 0,
        "list": own["list"] > 0,
        "comment": own["comment"] > 0,
        "dated": own["dated"] > 0,
        "timestamp": own["role"] == ROLE_NUMBERS["timestamp"],
        "prose": prose,
        "sentence": prose & (own["stop"] > 0),
    }
    since = {f"since_{kind}": count_since(marked, bounds) for kind, marked in kinds.items()}
    return since | {f"until_{kind}": count_until(marked, bounds) for kind, marked in kinds.items()}


def describe_spans(own: dict[str, Ints], bounds: Bounds) -> dict[str, Ints]:
    """Where each line stands relative to the main spans of its page, and how much of the page's prose they hold."""
    at = np.arange(len(bounds.begin))
    prose = own["prose"]
    chars = np.minimum(own["width"], WIDTH_CAP) * prose
    whole = np.maximum(sum_between(chars, *bounds), 1)
    seen = {
        "prose_before": 1000 * sum_between(chars, bounds.begin, at) // whole,
        "prose_after": 1000 * sum_between(chars, at + 1, bounds.end) // whole,
        "prose_page": whole,
    }
    for name, costs in SPANS.items():
        first, behind, peak = find_best_span(measure_gains(own, *costs), bounds)
        held = sum_between(chars, first, behind)
        seen |= {
            f"{name}_in": ((at >= first) & (at < behind)).astype(np.int64),
            f"{name}_from": at - first,
            f"{name}_to": behind - 1 - at,
            f"{name}_size": behind - first,
            f"{name}_peak": peak,
            f"{name}_share": 1000 * held // whole,
            f"{name}_mean": held // np.maximum(sum_between(prose, first, behind), 1),
        }
    return seen


def measure_gains(own: dict[str, Ints], cost: int, unstopped: int, sentence: int) -> Ints:
    """What each line adds to a span, or costs it; a line that a rule matches costs twice. Arguments: see SPANS."""
    width = np.minimum(own["width"], WIDTH_CAP)
    prose, stop = own["prose"] > 0, own["stop"] > 0
    percent = np.where(prose, np.where(stop, 100, unstopped), np.where(stop, sentence, 0))
    gain = width * percent // 100
    return np.where(gain > 0, gain, np.where(own["rule"] > 0, -2 * cost, -cost))
