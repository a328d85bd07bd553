"""Rows that follow from few links are those that follow from all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.stories.confirm import LINK_TYPES, mirror_links
from tasks.stories.groups import make_story_rows
from tasks.stories.links import COPY, PART, QUOTE, REVISION, SAME, WIRE
from tasks.stories.neighbours import LinkGraph, find_dependents

DAY = date(2026, 10, 5)
DOCUMENTS = 24
LINKS = st.dictionaries(
    st.tuples(st.integers(0, DOCUMENTS - 1), st.integers(1, 6)),
    st.tuples(
        st.sampled_from([(SAME, COPY), (SAME, REVISION), (PART, WIRE), (QUOTE, WIRE), (QUOTE, WIRE)]),
        st.integers(20, 100),
        st.sampled_from([0, 20, 60]),
    ),
    max_size=30,
)


def make_links(drawn: Mapping[tuple[int, int], Any]) -> pl.DataFrame:
    """Links of documents that are numbered in order of time, from both sides."""
    rows = []
    for (earlier, step), ((link, kind), runs, start) in drawn.items():
        later = earlier + step
        ends = [(at, DAY, 100 + 37 * at % 200, start, start + 40) for at in (later, earlier)]
        rows.append((f"{later:02d}", f"{earlier:02d}", True, link, kind, runs, *ends[0], *ends[1]))
    later_side = pl.DataFrame(rows, schema=LINK_TYPES, orient="row")
    return pl.concat([later_side, mirror_links(later_side)])


def tell(links: pl.DataFrame, changed: set[str]) -> tuple[set[str], dict[str, Any]]:
    graph = LinkGraph(lambda times: links.filter(pl.col("doc_id").is_in(list(times))))
    graph.times |= {doc_id: int(doc_id) for doc_id in changed}
    dependents, found = find_dependents(graph, changed)
    return dependents, {row["doc_id"]: row for row in make_story_rows(found, dependents)}


@settings(max_examples=300)
@given(drawn=LINKS, data=st.data())
@pytest.mark.slow
def test_after_a_change_the_other_rows_stay_as_they_are(drawn: dict[tuple[int, int], Any], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(drawn)), max_size=3)) if drawn else set()
    before, after = make_links(drawn), make_links({key: value for key, value in drawn.items() if key not in gone})
    every = {f"{at:02d}" for at in range(DOCUMENTS + 7)}
    whole = tell(after, every)[1]
    changed = {f"{earlier + step:02d}" for earlier, step in gone} | {f"{earlier:02d}" for earlier, _ in gone}
    dependents, fresh = tell(after, changed)
    kept = {doc_id: row for doc_id, row in tell(before, every)[1].items() if doc_id not in dependents}
    assert kept | fresh == whole
