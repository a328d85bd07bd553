"""The headline of a page: among the lines above the article, the one that speaks of what the article speaks of.

Links to other stories look just like it. What tells them apart is that the article uses the headline's words.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.pages.spans import Bools, Ints, look, page_starts

REACH = 40  # lines above the article that are looked at
OPENING = 25  # lines of the article, from its first on, whose words count
BELOW = 2  # and below its first line: a standfirst may stand above the headline
WIDTHS = (12, 250)
WORD = r"[^\W\d_]{4,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}"
OWN = ("width", "stop", "prose", "quote", "commas", "words", "bars", "rule", "cut", "role", "copies", "from_top")


def find_candidates(features: dict[str, Ints], kept: Bools, begin: Ints) -> tuple[Bools, Ints]:
    """Which lines may be the headline, and each line's distance to the first kept prose (negative above it).

    Pages without kept prose have no candidate.
    """
    at = np.arange(len(kept))
    none = len(kept) + 2 * REACH
    starts = page_starts(begin)
    first = np.minimum.reduceat(np.where(kept & (features["prose"] > 0), at, none), starts)
    distance = at - first[np.cumsum(np.isin(at, starts)) - 1]
    low, high = WIDTHS
    near = (distance >= -REACH) & (distance <= BELOW)
    return near & (features["width"] >= low) & (features["width"] <= high), distance


def describe_candidates(
    lines: pl.DataFrame,
    features: dict[str, Ints],
    score: Ints,
    kept: Bools,
    candidates: Bools,
    distance: Ints,
    begin: Ints,
    end: Ints,
) -> dict[str, Ints]:
    """Features of the candidates alone: their own form, where they stand, and how far the article uses their words."""
    chosen = {name: features[name] for name in OWN}
    chosen |= {
        "distance": distance,
        "score": score,
        "score_up": look(score, -1, begin, end),
        "score_down": look(score, 1, begin, end),
    }
    chosen |= {
        f"{side}_{kind}": features[f"{side}_{kind}"]
        for side in ("since", "until")
        for kind in ("rule", "timestamp", "prose")
    }
    picked = {name: values[candidates] for name, values in chosen.items()}
    opening = kept & (features["prose"] > 0) & (distance >= 0) & (distance < OPENING)
    return {**picked, **share_words(lines, opening, candidates)}


def share_words(lines: pl.DataFrame, prose: Bools, candidates: Bools) -> dict[str, Ints]:
    """For each candidate: how many of its longer words other lines of the article use, and what share (percent, -1: no words)."""
    marked = lines.select("doc", "text", prose=prose, candidate=candidates).with_row_index("at")
    words = (
        marked.filter(pl.col("prose") | pl.col("candidate"))
        .with_columns(word=pl.col("text").str.to_lowercase().str.extract_all(WORD).list.unique())
        .select("at", "doc", "prose", "candidate", "word")
        .explode("word", empty_as_null=True)
        .filter(pl.col("word").is_not_null())
    )
    used = words.filter("prose").group_by("doc", "word").agg(lines=pl.len())
    shared = (
        words.filter("candidate")
        .join(used, on=["doc", "word"], how="left")
        .group_by("at")
        .agg(words=pl.len(), shared=(pl.col("lines").fill_null(0) > pl.col("prose").cast(pl.UInt32)).sum())
    )
    table = marked.filter("candidate").select("at").join(shared, on="at", how="left", maintain_order="left")
    count = table["words"].fill_null(0).cast(pl.Int64).to_numpy()
    hits = table["shared"].fill_null(0).cast(pl.Int64).to_numpy()
    return {
        "shared_words": np.minimum(hits, 20),
        "shared_share": np.where(count > 0, 100 * hits // np.maximum(count, 1), -1),
    }


def pick_best(score: Ints, candidates: Bools, begin: Ints, least: int) -> Bools:
    """The candidate with the highest score on each page, the first of equal ones, if it reaches `least`.

    `score`: one number a candidate.
    """
    lowest = np.iinfo(np.int64).min
    full = np.full(len(candidates), lowest)
    full[candidates] = score
    starts = page_starts(begin)
    at = np.arange(len(full))
    page = np.cumsum(np.isin(at, starts)) - 1
    best = np.maximum.reduceat(full, starts)
    first = np.minimum.reduceat(np.where(full == best[page], at, len(full)), starts)
    return np.asarray((at == first[page]) & candidates & (full >= least))
