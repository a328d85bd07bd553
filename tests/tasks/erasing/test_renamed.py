"""An erasure after a renaming reaches the versions from before it, and a renaming after an erasure brings nothing back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders.erasures import DAYS, Article, deliver, find_texts
from builders.lakes import make_lake

from tasks.checking.check import check_lake
from tasks.erasing.erase import erase
from tasks.erasing.targets import Keys, Request, resolve_keys
from tasks.errors import RequestError
from tasks.lakes.lake import Lake, open_lake, scan_table
from tasks.publishing.source_removal import remove_batches
from tasks.publishing.source_renaming import rename_batches

pytestmark = pytest.mark.slow

GONE, STAYS = Article(1), Article(2)


def put(root: Path, name: str, day: date, articles: Sequence[Article]) -> Any:
    path = deliver(root, "in", day, articles).relative_to(root)
    return make_lake(root, str(path), root / "l" / "lake", name=name, day=day)


def remove(lake: Lake, **keys: tuple[str, ...]) -> None:
    ids, records = resolve_keys(lake, Keys(**keys))
    asked = datetime(2026, 11, 30, 12, tzinfo=UTC)
    erase(lake, Request(tuple(ids), tuple(records), "withdrawn", "the desk", asked))


def find_ids(lake: Lake) -> dict[str, str]:
    """doc_id of each document by the first words of its text."""
    rows = scan_table(lake, lake.manifest(), "documents").select("text", "doc_id").collect()
    return {text[:40]: doc_id for text, doc_id in rows.iter_rows()}


@pytest.mark.parametrize("by", ["new id", "old id", "source"])
def test_an_erasure_reaches_versions_with_the_old_name(tmp_path: Path, by: str) -> None:
    put(tmp_path, "wire", DAYS[0], [GONE, STAYS])
    lake = open_lake(tmp_path / "l" / "lake")
    old = find_ids(lake)[GONE.text[:40]]
    rename_batches(lake, "wire", "agency")
    rename_batches(lake, "agency", "courier")
    new = find_ids(lake)[GONE.text[:40]]
    assert old != new
    keys = {"new id": {"names": (new,)}, "old id": {"names": (old,)}, "source": {"sources": ("courier",)}}[by]
    remove(lake, **keys)
    assert not find_texts(tmp_path / "l", [GONE.text])
    assert bool(find_texts(tmp_path / "l", [STAYS.text])) == (by != "source")
    assert check_lake(lake, tmp_path / "l") == []
    # Under neither name does a run bring it back.
    for number, name in enumerate(("courier", "wire"), 1):
        put(tmp_path, name, DAYS[number], [GONE, Article(10 + number)])
        assert GONE.text[:40] not in find_ids(lake)


def test_what_was_erased_stays_out_under_the_new_name_and_after_a_removal(tmp_path: Path) -> None:
    put(tmp_path, "wire", DAYS[0], [GONE, STAYS])
    lake = open_lake(tmp_path / "l" / "lake")
    remove(lake, names=(find_ids(lake)[GONE.text[:40]],))
    rename_batches(lake, "wire", "courier")
    assert check_lake(lake, tmp_path / "l") == []
    assert put(tmp_path, "courier", DAYS[0], [GONE, STAYS]).state == "unchanged"
    remove_batches(lake, "courier")
    assert check_lake(lake, tmp_path / "l") == []
    assert put(tmp_path, "courier", DAYS[0], [GONE, STAYS]).receipt["erased"] == 1
    assert find_ids(lake).keys() == {STAYS.text[:40]}
    put(tmp_path, "other", DAYS[1], [GONE, Article(3)])
    with pytest.raises(RequestError, match="erase it there first"):
        rename_batches(lake, "other", "courier")
