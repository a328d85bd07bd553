"""The files of a store that no manifest lists: what is damaged or missing is found, and what can be is written again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.staged_shards import Doc, stage_batch

from tasks.batch import Release
from tasks.checking.check import check_lake
from tasks.lakes.lake import Lake, open_lake
from tasks.lakes.releases import ReleaseError, change_releases, find_releases
from tasks.learned.versions import ROWS, LearnedError, find_learned, store_learned
from tasks.publishing.publish import publish
from tasks.publishing.repair import repair_lake
from tasks.report.record import RunRecord, open_pages, write_record, write_text
from tasks.stores.store_files import change_store_file

DAY = date(2026, 10, 5)
RELEASE = Release("d", "a.txt", ("x",), "checked against the printed page")


@pytest.fixture
def lake(any_lake: Lake, tmp_path: Path) -> Lake:
    """A batch that was published with learned lines and a release, with its page."""
    learned = store_learned(any_lake, ROWS.to_frame())
    change_releases(any_lake, "s", DAY, lambda _: [RELEASE])
    staged = stage_batch(tmp_path / "staging", [Doc(1)], day=DAY)
    settings = json.dumps({"learned": learned.version, "releases": [asdict(RELEASE)]})
    publish(any_lake, replace(staged, receipt={**staged.receipt, "settings": settings}))
    page = write_record(open_pages(any_lake), RunRecord("s", DAY, "published", ()))
    write_text(open_pages(any_lake), page, "<html>\n</html>\n")
    return any_lake


def delete(name: str) -> Callable[[Lake], None]:
    return write(name, None)


def write(name: str, content: bytes | None) -> Callable[[Lake], None]:
    def change(lake: Lake) -> None:
        for found in lake.files.list_names(name.partition("*")[0].rstrip("/")) if "*" in name else [name]:
            if "*" not in name or found.endswith(name.partition("*")[2]):
                change_store_file(lake.files, found, lambda _: content)

    return change


CASES = [
    ("learned lines damaged", write("learned/*.json", b"{}"), "learned lines cannot be used"),
    ("learned lines lost", delete("learned/*"), "learned lines cannot be used"),
    ("the latest learned lines lost", delete("learned/latest"), "learned lines cannot be used"),
    ("releases damaged", write(f"releases/s@{DAY}.json", b"{"), "a file in the store is damaged"),
    ("releases lost", delete(f"releases/s@{DAY}.json"), "a file in the store is missing"),
    ("failure damaged", write(f"failures/s@{DAY}.json", b"{"), "a file in the store is damaged"),
    ("record damaged", write(f"reports/s/{DAY}.json", b"{"), "a file in the store is damaged"),
    ("page in half", write(f"reports/s/{DAY}.html", b"<html>"), "a file in the store is damaged"),
    ("page lost", delete(f"reports/s/{DAY}.html"), "a file in the store is missing"),
]


@pytest.mark.parametrize(("damage", "what"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_damaged_or_missing_is_found(
    lake: Lake, tmp_path: Path, damage: Callable[[Lake], None], what: str
) -> None:
    assert check_lake(lake, tmp_path / "scratch") == []
    damage(lake)
    assert check_lake(lake) == []
    assert {found.what for found in check_lake(lake, tmp_path / "scratch")} == {what}


def test_lost_releases_are_refused_and_written_again_from_the_receipt(lake: Lake) -> None:
    receipt = lake.receipt("s", DAY)
    before = find_releases(lake, "s", DAY, receipt)
    delete(f"releases/s@{DAY}.json")(lake)
    with pytest.raises(ReleaseError, match="run `copydesk check --repair`, which writes it again"):
        find_releases(lake, "s", DAY, receipt)
    (line,) = repair_lake(lake)
    assert line.endswith("is written again from the receipt")
    assert find_releases(lake, "s", DAY, receipt) == before == (RELEASE,)


def test_releases_that_were_withdrawn_are_not_lost(lake: Lake) -> None:
    change_releases(lake, "s", DAY, lambda _: ())
    assert find_releases(lake, "s", DAY, lake.receipt("s", DAY)) == ()
    assert list(repair_lake(lake)) == []


def test_without_the_name_of_the_latest_no_batch_runs_without_learned_lines(lake: Lake) -> None:
    delete("learned/latest")(lake)
    with pytest.raises(
        LearnedError, match=r"latest is missing; run `copydesk learn`, or choose --learned [0-9a-f]{12}"
    ):
        find_learned(lake, "latest")


def test_an_earlier_version_that_is_damaged_is_found_by_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = open_lake(tmp_path / "lake")
    for text in (1, 2):
        publish(lake, stage_batch(tmp_path / "staging", [Doc(text)], day=DAY))
    path = lake.store.fetch(1, "documents", lake.manifest(1).tables["documents"][0])
    path.write_bytes(b"x" * path.stat().st_size)
    assert run_copydesk("check", "--lake", lake.name) == 0
    assert run_copydesk("check", "--all", "--lake", lake.name) == 1
    assert "a file is not what was published in an earlier version" in capsys.readouterr().out
