"""Stories in a lake: the same rows in any order of batches, after documents have left, and for every kind of store."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders.staged_shards import Doc, publish_docs, stage_batch
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, PublishPolicy, open_lake
from tasks.publishing import older_copies
from tasks.publishing.older_copies import link_older
from tasks.publishing.publish import publish, roll_back, show_next
from tasks.publishing.stories import NextVersion
from tasks.stores import disk_store
from tasks.stores.errors import Overtaken
from tasks.stores.manifest import Manifest

START = datetime(2026, 9, 29, 8, tzinfo=UTC)
STORY = tuple(range(10, 16))
OTHER = tuple(range(30, 36))


def make_doc(name: str, hours: int, *paragraphs: int, publisher: str = "") -> Doc:
    """A document of these paragraphs, so many hours after START, of a publisher of its own if none is named."""
    text = sum(ord(letter) * 31**at for at, letter in enumerate(name)) % 10**6
    return Doc(text, name, START + timedelta(hours=hours), paragraphs=paragraphs, publisher=publisher or name)


FIRST = make_doc("first", 0, *STORY)
COPY = make_doc("copy", 5, *STORY)
CUT = make_doc("cut", 30, *STORY[:4])
LOCAL = make_doc("local", 40, *STORY, 90, 91)
REVISION = make_doc("revision", 50, 80, *STORY, publisher="first")
REVISION = replace(REVISION, paragraphs=(*STORY[:1], 80, *STORY[1:]))
SECOND = make_doc("second", 20, *OTHER)
EXCERPT = make_doc("excerpt", 60, 70, 71, 72, 73, *STORY[1:3], 74)
ROUNDUP = make_doc("roundup", 70, *STORY[:2], *OTHER[:2], 50, 51)
ALONE = make_doc("alone", 10, 60, 61, 62)
DOCS = (FIRST, COPY, CUT, LOCAL, REVISION, SECOND, EXCERPT, ROUNDUP, ALONE)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here dies, so nothing is flushed."""
    monkeypatch.setattr(disk_store, "flush", lambda path: None)
    monkeypatch.setattr("os.fsync", lambda handle: None)


def read_stories(lake: Lake, docs: Iterable[Doc] = DOCS) -> dict[str, dict[str, Any]]:
    """The rows of `stories` by the name of their document, with names in place of doc_ids."""
    import polars as pl

    documents = pl.read_parquet(f"{lake.name}/documents/**/*.parquet", hive_partitioning=False)
    names = dict(documents.select("doc_id", "uri").iter_rows())
    rows = pl.read_parquet(f"{lake.name}/stories/**/*.parquet", hive_partitioning=False)
    return {
        names[row["doc_id"]]: row
        | {"story": names[row["story_id"]], "of": names.get(row["of_doc_id"])}
        | {"quoted": sorted(names[quote["doc_id"]] for quote in row["quotes"])}
        for row in rows.iter_rows(named=True)
    }


def put(lake: Lake, staging: Path, docs: Iterable[Doc], day: int = 0, source: str = "s") -> None:
    """Publishes a batch of a day of October."""
    publish_docs(lake, staging, tuple(docs), day=date(2026, 10, 1) + timedelta(day), source=source)


def test_what_each_document_is(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    put(lake, tmp_path / "staging", DOCS)
    rows = read_stories(lake)
    told = {name: (row["story"], row["kind"], row["of"], row["is_latest"]) for name, row in rows.items()}
    assert told == {
        "first": ("first", "first", None, False),
        "copy": ("first", "copy", "first", True),
        "cut": ("first", "wire", "first", True),
        "local": ("first", "wire", "first", True),
        "revision": ("first", "revision", "first", True),
        "second": ("second", "first", None, True),
        "excerpt": ("excerpt", "excerpt", "first", True),
        "roundup": ("roundup", "excerpt", "first", True),
    }
    assert rows["roundup"]["quoted"] == ["copy", "cut", "first", "local", "revision", "second"]
    assert rows["copy"]["share"] == pytest.approx(1, abs=0.05)
    assert rows["cut"]["share_of_this"] > 0.9 > 0.7 > rows["cut"]["share_of_other"]
    assert check_lake(lake) == []


def test_a_document_that_leaves_the_lake_leaves_its_story(tmp_path: Path) -> None:
    lake, staging = open_lake(tmp_path / "lake"), tmp_path / "staging"
    put(lake, staging, [FIRST])
    put(lake, staging, [COPY, CUT], day=1)
    put(lake, staging, [ALONE])
    rows = read_stories(lake)
    assert {name: (row["story"], row["kind"], row["of"]) for name, row in rows.items()} == {
        "copy": ("copy", "first", None),
        "cut": ("copy", "wire", "copy"),
    }
    put(lake, staging, [COPY], day=1)
    assert read_stories(lake) == {}
    assert roll_back(lake, 2) == 5
    assert {row["story"] for row in read_stories(lake).values()} == {"first"}


def test_copies_are_found_within_the_window(tmp_path: Path) -> None:
    lake, staging = open_lake(tmp_path / "lake"), tmp_path / "staging"
    late = make_doc("late", 24 * 30, *STORY)
    later = make_doc("later", 24 * 30 + 1, *STORY)
    put(lake, staging, [FIRST])
    put(lake, staging, [later], day=40)
    assert read_stories(lake) == {}
    put(lake, staging, [late], day=41)
    assert {name: row["of"] for name, row in read_stories(lake).items()} == {
        "first": None,
        "late": "first",
        "later": "late",
    }


def test_another_window_links_again(tmp_path: Path) -> None:
    narrow, wide, staging = open_lake(tmp_path / "narrow"), open_lake(tmp_path / "wide"), tmp_path / "staging"
    later = make_doc("later", 24 * 40, *STORY)
    for lake, windows in ((narrow, (30, 60)), (wide, (60,))):
        for days in windows:
            for day, docs in ((0, [FIRST, CUT]), (41, [later])):
                batch = stage_batch(staging, docs, day=date(2026, 10, 1) + timedelta(day))
                publish(replace(lake, policy=PublishPolicy(story_days=days)), batch)
    assert narrow.manifest().tables == wide.manifest().tables
    assert read_stories(wide)["later"]["of"] == "first"


BATCHES = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sets(st.sampled_from(DOCS), max_size=6)),
    min_size=1,
    max_size=7,
)


@pytest.mark.slow
@settings(max_examples=15)
@given(batches=BATCHES, by=st.sampled_from(["month", "day"]), seed=st.integers(0, 9))
def test_the_order_of_batches_changes_nothing(batches: list[tuple[str, int, set[Doc]]], by: str, seed: int) -> None:
    last = {(source, day): docs for source, day, docs in batches}
    with tempfile.TemporaryDirectory() as root:
        lakes = [open_lake(Path(root) / name) for name in ("mixed", "straight", "shuffled")]
        orders: list[list[tuple[tuple[str, int], set[Doc]]]] = [
            [((source, day), docs) for source, day, docs in batches],
            sorted(last.items(), key=lambda item: item[0]),
            random.Random(seed).sample(sorted(last.items(), key=lambda item: item[0]), len(last)),
        ]
        for lake, order in zip(lakes, orders, strict=True):
            for (source, day), docs in order:
                ordered = sorted(docs, key=lambda doc: doc.name)
                publish_docs(
                    lake, Path(root) / "staging", ordered, source=source, day=date(2026, 10, 1 + day), partition=by
                )
        tables = [lake.manifest().tables for lake in lakes]
        assert tables[0] == tables[1] == tables[2]
        assert [fault for lake in lakes for fault in check_lake(lake)] == []


def test_a_lake_of_a_release_without_stories(tmp_path: Path) -> None:
    lake, whole, staging = open_lake(tmp_path / "lake"), open_lake(tmp_path / "whole"), tmp_path / "staging"
    for target in (lake, whole):
        put(target, staging, [FIRST, CUT, SECOND])
        put(target, staging, [COPY], day=1)
    made = lake.manifest()
    names = made.tables.keys() - {"stories", "sketches", "links"}
    older = ({name: held[name] for name in held if name in names} for held in (made.tables, made.rows, made.changed))
    lake.store.store_manifest(replace(made, **dict(zip(("tables", "rows", "changed"), older, strict=True))))
    for target in (lake, whole):
        put(target, staging, [EXCERPT], day=2)
    assert lake.manifest().tables == whole.manifest().tables
    assert read_stories(lake)["copy"]["of"] == "first"


def test_older_copies_are_found_over_the_whole_lake(tmp_path: Path) -> None:
    lake, staging = open_lake(tmp_path / "lake"), tmp_path / "staging"
    old = make_doc("old", -24 * 90, *STORY)
    put(lake, staging, [FIRST])
    put(lake, staging, [old], day=1)
    assert link_older(lake, 60) == lake.version() == 2
    assert link_older(lake, 100) == 3
    put(lake, staging, [COPY], day=2)
    assert {name: row["of"] for name, row in read_stories(lake).items()} == {
        "old": None,
        "first": "old",
        "copy": "first",
    }
    assert check_lake(lake) == []
    assert link_older(lake, 100) == 5
    assert read_stories(lake)["copy"]["of"] == "old"
    put(lake, staging, [ALONE], day=1)
    assert {row["story"] for row in read_stories(lake).values()} == {"first"}
    assert link_older(lake, 60) == 6


def test_looking_for_older_copies_begins_again_when_another_publishes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, staging = open_lake(tmp_path / "lake"), tmp_path / "staging"
    put(lake, staging, [make_doc("old", -24 * 90, *STORY)])
    put(lake, staging, [FIRST], day=1)
    tried: list[int] = []

    def show_late(version: NextVersion, *rest: Any) -> Manifest | None:
        tried.append(version.old.version)
        if len(tried) == 1:
            raise Overtaken(lake.name)
        return show_next(version, *rest)

    monkeypatch.setattr(older_copies, "show_next", show_late)
    assert link_older(lake, 100) == 3
    assert tried == [2, 2]


@pytest.mark.slow
def test_a_lake_in_a_bucket_has_the_same_stories(object_store: str, tmp_path: Path) -> None:
    here, there = (
        open_lake(tmp_path / "lake"),
        open_lake(f"{object_store}/{tmp_path.name}/lake", work=tmp_path / "work"),
    )
    batches = [(1, [COPY, CUT, EXCERPT]), (0, [FIRST, SECOND, ALONE]), (2, [LOCAL, ROUNDUP]), (1, [CUT, REVISION])]
    for lake in (here, there):
        for day, docs in batches:
            put(lake, tmp_path / "staging", docs, day=day)
    assert here.manifest().tables == there.manifest().tables
    assert there.manifest().rows["stories"] == 6
    assert check_lake(there) == []
