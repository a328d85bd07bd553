"""Names out of bylines."""

from __future__ import annotations

import pytest

from tasks.facts.bylines import split_byline

NAMES = [
    ("Mara Quist", ["Mara Quist"]),
    ("Mara Quist and Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara Quist, Ana Ruiz and Tom Ehlers", ["Mara Quist", "Ana Ruiz", "Tom Ehlers"]),
    ("Mara Quist und Ana Ruiz", ["Mara Quist", "Ana Ruiz"]),
    ("Mara  Quist, Mara Quist", ["Mara Quist"]),
    ("Mara Quist, Science Editor", ["Mara Quist"]),
    ("Piers Hallam, Courier Staff Writer", ["Piers Hallam"]),
    ("Anders Andersen", ["Anders Andersen"]),
    ("水無瀬ゆかり", ["水無瀬ゆかり"]),
    ("", []),
]


@pytest.mark.parametrize(("byline", "names"), NAMES, ids=[row[0] or "nothing" for row in NAMES])
def test_names(byline: str, names: list[str]) -> None:
    assert split_byline(byline) == names
