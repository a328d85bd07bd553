"""Which copy of a document stays: inside a batch the smallest uri, between batches the earliest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from builders.staged_shards import Doc, settle_staged, stage_shard

from tasks.publishing.claims import CLAIM, read_claimed
from tasks.staging.duplicates import plan_ownership, split_duplicates

DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)]


def test_inside_a_shard_the_smallest_uri_stays() -> None:
    documents = pl.DataFrame({"doc_id": ["x", "y", "x"], "uri": ["b", "c", "a"], "logical_date": [DAYS[0]] * 3})
    originals, duplicates = split_duplicates(documents)
    assert originals.select("doc_id", "uri").rows() == [("x", "a"), ("y", "c")]
    assert duplicates.select("uri", "doc_id").rows() == [("b", "x")]


def test_inside_a_batch_the_smallest_uri_stays(tmp_path: Path) -> None:
    first = stage_shard(tmp_path / "0", 0, "s", DAYS[0], [Doc(1, "c"), Doc(1, "d"), Doc(2, "e")])
    second = stage_shard(tmp_path / "1", 1, "s", DAYS[0], [Doc(1, "a"), Doc(2, "f"), Doc(3, "b")])
    folders, repeats = settle_staged([first, second])
    assert [len(part.excluded_ids) for part in folders] == [1, 1]
    # `d` repeats `c` in its shard; `c` itself gives way to `a` of the other shard.
    assert repeats.select("uri", "reason").sort("uri").rows() == [(uri, "same_batch") for uri in "cdf"]
    assert repeats["logical_date"].unique().to_list() == [DAYS[0]]
    assert settle_staged([second, first])[1].sort("uri").equals(repeats.sort("uri"))
    claimed = read_claimed(folders, DAYS[0])
    assert set(claimed["uri"]) == {"a", "b", "e"}
    assert set(repeats["doc_id"]) < set(claimed["doc_id"])


def claims(*rows: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"logical_date": DAYS[day], "doc_id": doc, "uri": f"{day}{doc}", "partition": "2026-10"} for day, doc in rows],
        schema=CLAIM,
    )


# The batch is that of DAYS[1]; 0 is earlier, 2 is later.
CASES = [
    ("nothing is contested", [(1, "x")], [(1, "x")], [], ([], [], [])),
    ("an earlier batch has it", [], [(1, "x")], [(0, "x")], (["x"], [], [])),
    ("a later batch had it", [], [(1, "x")], [(2, "x")], ([], ["x"], [])),
    ("it goes, a later batch has it", [(1, "x")], [], [(2, "x")], ([], [], ["x"])),
    ("it stays, a later batch has it", [(1, "x")], [(1, "x")], [(2, "x")], ([], [], [])),
    ("it goes, an earlier batch has it", [(1, "x")], [], [(0, "x"), (2, "x")], ([], [], [])),
    ("between two", [], [(1, "x")], [(0, "x"), (2, "x")], (["x"], [], [])),
]


@pytest.mark.parametrize(
    ("old", "new", "rivals", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_ownership_changes(
    old: list[tuple[int, str]],
    new: list[tuple[int, str]],
    rivals: list[tuple[int, str]],
    wanted: tuple[list[str], list[str], list[str]],
) -> None:
    changes = plan_ownership(DAYS[1], claims(*old), claims(*new), claims(*rivals))
    assert (list(changes.hidden), list(changes.taken["doc_id"]), list(changes.returned["doc_id"])) == wanted
