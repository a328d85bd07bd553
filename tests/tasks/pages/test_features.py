"""The features of lines that the page model scores. The published weights belong to exactly these."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from tasks.pages.features import make_features

# text, is_paragraph, rule, family, action, takes, role_hit
ROWS = [
    ("Home", False, "navigation.en.word", "navigation", "remove", "line", None),
    ("- Town, sea; sky | www.example.org", False, None, None, None, None, None),
    ("“Last ferry leaves”", False, None, None, None, None, None),
    ("By Mara Quist", False, None, None, None, None, "byline"),
    ("5 May 2026", False, None, None, None, None, "timestamp"),
    ("A long first paragraph. " * 20, True, None, None, None, None, None),
    ("A short sentence.", False, None, None, None, None, None),
    ("Story continues below", False, "story-continues.en", "story-continues", "remove", "line", None),
    ("A second paragraph without a stop " * 5, True, None, None, None, None, None),
    ("Most Popular", False, "most-popular.en", "most-popular", "remove", "list", None),
    ("Home", False, "navigation.en.word", "navigation", "remove", "line", None),
    ("12 comments", False, "comments.en", "comments", "flag", "line", None),
    ("Share", False, "share.en", "share", "remove", "line", None),
]


def make_lines(copies: int = 1) -> pl.DataFrame:
    """The rows as annotated lines, in so many documents."""
    names = ("text", "is_paragraph", "rule", "family", "action", "takes", "role_hit")
    lines = pl.DataFrame(ROWS, schema=names, orient="row").with_columns(
        width=pl.col("text").str.strip_chars().str.len_chars(), ends_sentence=pl.col("text").str.contains(r"\. ?$")
    )
    return pl.concat([lines.select(pl.lit(doc, dtype=pl.UInt32).alias("doc"), pl.all()) for doc in range(copies)])


def test_features_are_those_that_the_weights_were_trained_on() -> None:
    features = make_features(make_lines(2)).features
    digest = hashlib.sha256()
    for name in sorted(features):
        digest.update(name.encode() + features[name].astype("<i8").tobytes())
    assert len(features) == 89
    # Another digest: train the page model again, or keep the features.
    assert digest.hexdigest()[:16] == "f527eb0add809ca4"


def test_a_line_shows_its_form_and_what_matched_it() -> None:
    features = make_features(make_lines()).features
    assert features["quote"].nonzero()[0].tolist() == [2]
    assert features["bullet"].nonzero()[0].tolist() == [1]
    assert features["bars"].nonzero()[0].tolist() == [1]
    assert features["commas"].tolist()[1] == 2
    assert features["copies"].nonzero()[0].tolist() == list(range(len(ROWS)))
    assert features["copies"].tolist()[0] == 2
    assert features["rule"].nonzero()[0].tolist() == [0, 9, 10, 11, 12]
    assert features["cut"].nonzero()[0].tolist() == [0, 9, 10, 12]
    assert features["role"].tolist()[3:5] == [3, 4]
    assert features["dated"].nonzero()[0].tolist() == [4]  # 5 May 2026


def test_a_line_that_shares_words_with_the_main_prose_shows_it() -> None:
    features = make_features(make_lines()).features
    # The second paragraph shares that word with the first, which is the main prose.
    assert features["shared_words"].tolist()[5:9] == [0, 0, 0, 1]


def test_pages_do_not_reach_into_each_other() -> None:
    one, two = make_features(make_lines(1)).features, make_features(make_lines(2)).features
    for name, values in one.items():
        assert np.array_equal(two[name], np.concatenate([values, values])), name
