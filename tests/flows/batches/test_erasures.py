"""Erasures beside runs and beside each other."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders.erasures import DAYS, Article, deliver, find_texts
from builders.lakes import make_lake

from flows.batches import ingest as ingesting
from tasks.checking.check import check_lake
from tasks.erasing.erase import erase
from tasks.erasing.targets import Keys, Request, resolve_keys
from tasks.lakes.lake import Lake, open_lake
from tasks.publishing.publish import publish

pytestmark = pytest.mark.slow

URL = "https://courier.example/{}.html"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two batches of eight articles each."""
    for at, day in enumerate(DAYS[:2]):
        path = deliver(tmp_path, "wire", day, [Article(10 * at + number) for number in range(8)])
        make_lake(tmp_path, str(path.relative_to(tmp_path)), tmp_path / "l" / "lake", name="wire", day=day)
    return open_lake(tmp_path / "l" / "lake")


def remove(lake: Lake, number: int) -> None:
    ids, records = resolve_keys(lake, Keys((URL.format(number),)))
    erase(lake, Request(tuple(ids), tuple(records), "withdrawn", None, datetime(2026, 11, 30, tzinfo=UTC)))


def test_a_batch_that_was_judged_before_an_erasure_is_judged_again(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is erased when the batch, built and judged, is about to be published; its page is written afterwards."""
    waiting = [3]

    def publish_late(*arguments: Any) -> Any:
        if waiting:
            remove(lake, waiting.pop())
        return publish(*arguments)

    monkeypatch.setattr(ingesting, "publish", publish_late)
    path = f"in/wire/{DAYS[0]}.jsonl"
    result = make_lake(tmp_path, path, tmp_path / "l" / "lake", name="wire", day=DAYS[0], is_forced=True, report=True)
    assert (result.receipt["published"], result.receipt["erased"]) == (7, 1)
    assert check_lake(lake) == []
    assert find_texts(tmp_path / "l", [Article(3).text]) == {}


def test_two_erasures_and_a_backfill_at_once(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "wire"\npath = "in/wire/{date}.jsonl"\n')
    environment = os.environ | {"COPYDESK_LAKE": "l/lake", "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [
        ("ingest", "wire", "--date", str(DAYS[0]), "--force"),
        ("erase", URL.format(3), "--why", "withdrawn"),
        ("erase", URL.format(4), "--why", "withdrawn"),
        ("backfill", "--from", str(DAYS[0]), "--to", str(DAYS[1]), "--on-existing", "replace"),
    ]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in words
    ]
    ended = [(one.communicate(timeout=300)[0], one.returncode) for one in started]
    assert [code for _, code in ended] == [0] * len(words), ended
    (tmp_path / "scratch").mkdir()
    assert check_lake(lake, tmp_path / "scratch") == []
    assert find_texts(tmp_path / "l", [Article(3).text, Article(4).text]) == {}
    receipts = lake.receipts("wire")
    assert [(row["records"], row["published"], row["erased"]) for row in receipts] == [(8, 6, 2), (8, 8, 0)]
