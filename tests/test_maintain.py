"""The flows that keep a lake in order, on a real Prefect server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lakes import Quiet
from test_survey import FIRST, TODAY, write_day, write_sources

from flows.days.day import run_day
from flows.days.survey import survey_days
from tasks.lake import Lake

pytestmark = pytest.mark.prefect


@pytest.fixture
def lake(tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake of four versions, what a stopped run left, and a setting that keeps two."""
    settings = write_sources(tmp_path)
    for number in range(4):
        write_day(tmp_path, FIRST + timedelta(number), count=3)
    for day in survey_days(["gazette"], FIRST, FIRST + timedelta(3), settings, TODAY):
        run_day(day.batch, settings, Quiet())
    (Lake(settings.lake).staging / "gazette@2026-01-01").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYDESK_KEEP_VERSIONS", "2")
    return Lake(settings.lake)


def kept(lake: Lake) -> list[int]:
    return [made.version for made in lake.versions() if made.kept]


def test_a_lake_is_checked_and_cleared(lake: Lake) -> None:
    from flows.maintain import maintain

    assert kept(lake) == [1, 2, 3, 4]
    state: Any = maintain(learn_templates=False, return_state=True)
    assert state.is_completed()
    assert state.message == "all is as its receipts say; cleared away 2 old versions and 1 left-overs of stopped runs"
    assert kept(lake) == [3, 4]


def test_nothing_is_cleared_away_while_something_is_wrong(lake: Lake) -> None:
    from flows.maintain import maintain

    file = next((lake.path / "documents").rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    state: Any = maintain(return_state=True)
    assert state.is_failed()
    assert state.message.startswith("1 things are wrong with the lake; nothing learned")
    assert state.message.endswith("nothing cleared away, as a roll-back may be needed")
    assert kept(lake) == [1, 2, 3, 4]


def test_the_pages_of_runs_are_written_anew(lake: Lake, tmp_path: Path) -> None:
    from flows.report import report

    state: Any = report(source="gazette", target=str(tmp_path / "pages"), return_state=True)
    assert (state.is_completed(), state.message) == (True, f"4 pages in {tmp_path / 'pages'}")
    assert len(list((tmp_path / "pages").rglob("*.html"))) >= 4


@pytest.mark.parametrize("flow", ["maintain", "report"])
def test_without_a_lake_there_is_a_line(flow: str, tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.maintain import maintain
    from flows.report import report

    monkeypatch.chdir(tmp_path)
    state: Any = {"maintain": maintain, "report": report}[flow](return_state=True)  # type: ignore[operator]
    assert state.is_failed()
    assert state.message.endswith("Ingest something first.")
