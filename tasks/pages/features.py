"""What the page model knows of a line: its own form, its neighbours' and where it stands to the page's main run.

No words: what a line says has been read by the rules and roles; here only that they matched counts. All features are
whole numbers, so that a page gives the same ones alone and among others.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.pages.spans import Ints, count_since, count_until, find_bounds, look, main_run, sum_between

WIDTH_CAP = 400  # longer lines say no more than this one does
WINDOWS = (2, 4, 8, 16)
ROLES = ("caption", "credit", "byline", "timestamp", "bio", "contributors")
# A main run is the span whose prose outweighs what stands between it most. For each kind: what a line that is no prose
# costs, and how many hundredths of its width prose without a final stop, and a short sentence, bring in.
RUNS = {
    "loose": (20, 100, 100),
    "run": (60, 100, 50),
    "firm": (80, 33, 50),
    "firmer": (110, 33, 50),
    "tight": (180, 100, 0),
}


def make_features(lines: pl.DataFrame) -> dict[str, Ints]:
    """All features of the lines of some pages (at least one line): a name for each, one whole number a line."""
    own = read_lines(lines)
    begin, end = find_bounds(lines["doc"].to_numpy())
    return {**own, **see_neighbours(own, begin, end), **see_marks(own, begin, end), **see_runs(own, begin, end)}


def read_lines(lines: pl.DataFrame) -> dict[str, Ints]:
    """The features that a line shows by itself; `lines` as `annotate` gives them."""
    text = pl.col("text")
    first = text.str.head(1)
    own = lines.select(
        width=pl.col("width").clip(0, 2 * WIDTH_CAP),
        stop=pl.col("ends_sentence"),
        prose=pl.col("is_paragraph"),
        quote=first.is_in(list("\"'“”„«»‘’「『–—")),
        bullet=first.is_in(list("-•*·►▶›»→#@|+/([")),
        commas=text.str.count_matches(r"[,،、，;]").clip(0, 12),
        words=text.str.count_matches(" ", literal=True).clip(0, 60),
        bars=text.str.contains(r"[|©›@{}<>=]|https?:|www\."),
        # What says that the story goes on stands inside it: no sign of furniture.
        rule=pl.col("rule").is_not_null() & (pl.col("family") != "story-continues").fill_null(True),
        cut=((pl.col("action") == "remove") & (pl.col("family") != "story-continues")).fill_null(False),
        list=(pl.col("takes") == "list").fill_null(False),
        comment=(pl.col("family") == "comments").fill_null(False),
        role=pl.col("role_hit").replace_strict(ROLES, range(1, len(ROLES) + 1), default=0),
        copies=pl.len().over("doc", "text").clip(1, 4),
    )
    return {name: own[name].cast(pl.Int64).to_numpy() for name in own.columns}


def see_neighbours(own: dict[str, Ints], begin: Ints, end: Ints) -> dict[str, Ints]:
    """What stands above and below each line, and how far down its page it stands."""
    at = np.arange(len(begin))
    width = np.minimum(own["width"], WIDTH_CAP)
    size = end - begin
    seen = {"from_top": at - begin, "from_end": end - 1 - at, "size": size, "place": 1000 * (at - begin) // size}
    for name, steps in (("width", (1, 2)), ("commas", (1,))):
        for step in steps:
            seen[f"{name}_up{step}"] = look(own[name], -step, begin, end)
            seen[f"{name}_down{step}"] = look(own[name], step, begin, end)
    for window in WINDOWS:
        low, high = np.maximum(begin, at - window), np.minimum(end, at + window + 1)
        seen[f"width_above{window}"] = sum_between(width, low, at) // window
        seen[f"width_below{window}"] = sum_between(width, at + 1, high) // window
    return seen


def see_marks(own: dict[str, Ints], begin: Ints, end: Ints) -> dict[str, Ints]:
    """How many lines lie between each line and the nearest of each kind that parts an article from what surrounds it."""
    prose = own["prose"] > 0
    kinds = {
        "rule": own["rule"] > 0,
        "list": own["list"] > 0,
        "comment": own["comment"] > 0,
        "timestamp": own["role"] == ROLES.index("timestamp") + 1,
        "prose": prose,
        "sentence": prose & (own["stop"] > 0),
    }
    since = {f"since_{kind}": count_since(marked, begin) for kind, marked in kinds.items()}
    return {**since, **{f"until_{kind}": count_until(marked, end) for kind, marked in kinds.items()}}


def see_runs(own: dict[str, Ints], begin: Ints, end: Ints) -> dict[str, Ints]:
    """Where each line stands to the main runs of its page, and how much of the page's prose they hold."""
    at = np.arange(len(begin))
    width = np.minimum(own["width"], WIDTH_CAP)
    prose = own["prose"]
    chars = width * prose
    whole = np.maximum(sum_between(chars, begin, end), 1)
    seen = {
        "prose_before": 1000 * sum_between(chars, begin, at) // whole,
        "prose_after": 1000 * sum_between(chars, at + 1, end) // whole,
        "prose_page": whole,
    }
    for name, (cost, unstopped, sentence) in RUNS.items():
        first, behind, peak = main_run(weigh_lines(own, cost, unstopped, sentence), begin)
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


def weigh_lines(own: dict[str, Ints], cost: int, unstopped: int, sentence: int) -> Ints:
    """What each line brings a run in, or costs it; a line that a rule matches costs twice."""
    width = np.minimum(own["width"], WIDTH_CAP)
    prose, stop = own["prose"] > 0, own["stop"] > 0
    gain = np.where(
        prose & stop, width, np.where(prose, width * unstopped // 100, np.where(stop, width * sentence // 100, 0))
    )
    return np.where(gain > 0, gain, np.where(own["rule"] > 0, -2 * cost, -cost))
