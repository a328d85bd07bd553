"""Who owns a document, whatever the order in which batches are run."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.staged_shards import Doc, publish_docs, read_visible, settle_staged, stage_shard
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.checking.check import check_lake
from tasks.lakes.lake import find_duplicates, find_owners, open_lake
from tasks.publishing.claims import read_claimed
from tasks.stores import disk_store

DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)]


def test_a_document_staged_twice_is_refused(tmp_path: Path) -> None:
    staged = [stage_shard(tmp_path / name, 0, "s", DAYS[0], [Doc(1, name)]) for name in "ab"]
    folders, _ = settle_staged(staged)
    with pytest.raises(ValueError, match="is staged in two shards"):
        read_claimed([replace(part, excluded_ids=frozenset()) for part in folders], DAYS[0])


DOCS = [
    Doc(text, f"{uri}-{text}", published)
    for text, uri, published in [(1, "a", None), (1, "b", None), (2, "a", None), (3, "a", None)]
]
CONTENTS = st.lists(st.sampled_from(DOCS), unique=True, max_size=4)


@pytest.mark.slow
@settings(max_examples=25)
@given(history=st.lists(st.tuples(st.sampled_from(DAYS), CONTENTS, st.integers(1, 2)), min_size=1, max_size=6))
def test_the_order_of_batches_changes_nothing(history: list[tuple[date, list[Doc], int]]) -> None:
    """Batches run in any order, again and again with other contents: the lake is that of the last contents in date order."""
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk_store, "flush", lambda path: None)
        patch.setattr("os.fsync", lambda handle: None)
        mixed, straight = open_lake(Path(root) / "mixed"), open_lake(Path(root) / "straight")
        for day, docs, shards in history:
            publish_docs(
                mixed, Path(root) / "staging", docs, day=day, shards=shards, stopped=["bad"] if len(docs) == 1 else []
            )
        for day, docs, shards in sorted(
            {day: (day, docs, shards) for day, docs, shards in history}.values(), key=lambda run: run[0]
        ):
            publish_docs(
                straight,
                Path(root) / "staging",
                docs,
                day=day,
                shards=shards,
                stopped=["bad"] if len(docs) == 1 else [],
            )
        assert read_visible(mixed) == read_visible(straight)
        assert mixed.manifest().tables == straight.manifest().tables
        assert check_lake(mixed) == []


def test_other_sources_do_not_matter(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake")
    publish_docs(lake, tmp_path / "staging", [Doc(1)], source="b", day=DAYS[0])
    publish_docs(lake, tmp_path / "staging", [Doc(1)], source="a", day=DAYS[1])
    assert [row["published"] for row in lake.receipts()] == [1, 1]


def test_a_document_goes_to_an_earlier_batch_and_comes_back(tmp_path: Path) -> None:
    lake, staging = open_lake(tmp_path / "lake"), tmp_path / "staging"
    publish_docs(lake, staging, [Doc(1, "late"), Doc(2, "other")], day=DAYS[2])
    alone = lake.receipt("s", DAYS[2])
    publish_docs(lake, staging, [Doc(1, "early")], day=DAYS[0])
    shared = lake.receipt("s", DAYS[2])
    assert shared is not None
    assert (shared["published"], shared["duplicates"]) == (1, 1)
    (repeat,) = find_duplicates(lake, "late")
    assert (repeat["logical_date"], repeat["reason"]) == (DAYS[2], "earlier_batch")
    ((day, uri),) = find_owners(lake, lake.manifest(), "s", [repeat["doc_id"]]).values()
    assert (day, uri) == (DAYS[0], "early")
    publish_docs(lake, staging, [Doc(9, "early")], day=DAYS[0])
    assert lake.receipt("s", DAYS[2]) == alone
    assert find_duplicates(lake, "late") == []
    assert check_lake(lake) == []
