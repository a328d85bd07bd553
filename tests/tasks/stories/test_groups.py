"""From links to stories: who is first, who repeats whom, and what joins no story."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tasks.stories.groups import Link, StoryPlace, make_story_rows
from tasks.stories.links import COPY, PART, QUOTE, REVISION, SAME, WIRE

DAY = date(2026, 10, 5)


def link(
    later: str,
    earlier: str,
    runs: int = 100,
    sizes: tuple[int, int] = (100, 100),
    how: tuple[str, str] = (SAME, COPY),
    at: int = 0,
) -> Link:
    """Documents are in the order of their names. `at`: where the passage begins in both."""
    places = [StoryPlace(ord(name[0]), DAY, name) for name in (later, earlier)]
    return Link(*places, *how, runs, *sizes, (at, at + 40), (at, at + 40))


def tell(*links: Link) -> dict[str, tuple[Any, ...]]:
    ids = {doc_id for each in links for doc_id in each.ids}
    rows = list(make_story_rows(links, ids))
    mixed = random.Random(1).sample(links, len(links))
    assert sorted(make_story_rows(mixed, ids), key=lambda row: row["doc_id"]) == sorted(
        rows, key=lambda row: row["doc_id"]
    )
    return {row["doc_id"]: (row["story_id"], row["kind"], row["of_doc_id"]) for row in rows}


def test_a_chain_is_one_story() -> None:
    assert tell(link("b", "a"), link("c", "b")) == {
        "a": ("a", "first", None),
        "b": ("a", "copy", "a"),
        "c": ("a", "copy", "b"),
    }


def test_the_first_of_those_that_it_has_nearly_as_much_of_is_named() -> None:
    wire = (SAME, WIRE)
    rows = tell(link("b", "a", 60, (60, 100), wire), link("c", "a", 98), link("c", "b", 60, (100, 60), wire))
    assert rows["c"] == ("a", "copy", "a")


def test_revisions_follow_each_other() -> None:
    revision = (SAME, REVISION)
    links = (link("b", "a", how=revision), link("c", "a", how=revision), link("c", "b", how=revision), link("d", "a"))
    assert tell(*links)["c"] == ("a", "revision", "b")
    latest = {row["doc_id"]: row["is_latest"] for row in make_story_rows(links, set("abcd"))}
    assert latest == {"a": False, "b": False, "c": True, "d": True}


def test_an_excerpt_has_a_story_of_its_own() -> None:
    rows = tell(
        link("b", "a"), link("e", "a", 30, (200, 100), (QUOTE, WIRE)), link("e", "b", 30, (200, 100), (QUOTE, WIRE))
    )
    assert rows["e"] == ("e", "excerpt", "a")
    assert tell(link("e", "a", 30, (200, 100), (QUOTE, WIRE)))["a"] == ("a", "first", None)


def test_a_late_copy_quotes_no_excerpt_of_its_story() -> None:
    quote = (QUOTE, WIRE)
    links = (link("c", "a"), link("b", "a", 30, (200, 100), quote), link("c", "b", 30, (100, 200), quote))
    quoted = {row["doc_id"]: [each["doc_id"] for each in row["quotes"]] for row in make_story_rows(links, set("abc"))}
    assert quoted == {"a": [], "b": ["a"], "c": []}


def test_a_roundup_joins_no_stories() -> None:
    pieces = [
        link("r", "a", 55, (100, 90), (SAME, WIRE), at=0),
        link("r", "b", 40, (100, 200), (QUOTE, WIRE), at=50),
        link("r", "c", 40, (100, 200), (QUOTE, WIRE), at=100),
    ]
    assert tell(*pieces)["r"] == ("r", "excerpt", "a")
    assert tell(*pieces[:2])["r"] == ("a", "wire", "a")


def test_a_standing_paragraph_is_quoted_by_nobody() -> None:
    standing = [link(later, earlier, 36, (200, 200), (QUOTE, WIRE), at=10) for later, earlier in ("ba", "ca", "cb")]
    assert tell(*standing) == {}
    assert set(tell(*standing[:1])) == {"a", "b"}


def test_a_short_text_that_a_longer_one_holds() -> None:
    part = (PART, WIRE)
    assert tell(link("b", "a", 90, (300, 100), part))["b"] == ("a", "wire", "a")
    # Of a cut copy it may hold most: not of the story.
    whole, cut = link("e", "a", 60, (300, 130), (QUOTE, WIRE)), link("e", "b", 58, (300, 70), part)
    assert tell(link("b", "a", 70, (70, 130)), whole, cut)["e"] == ("e", "excerpt", "a")


def test_without_an_earlier_document_a_later_one_is_named() -> None:
    rows = tell(link("c", "a"), link("c", "b"))
    assert rows["b"] == ("a", "copy", "c")
