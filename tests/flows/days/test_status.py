"""The grid of sources by days: the state of each cell, what it counts, and the command that runs it again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders.command_line import read_copydesk
from builders.deliveries import FIRST, list_days, run_day, write_day, write_sources

from flows.batches.staging import claim_staging
from flows.days.status import SIGNS, Cell, list_cells, sign_rows
from flows.settings import Settings
from tasks.lakes.lake import open_lake


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Days: published, published with warnings, blocked, no files, missing, stale."""
    folder = tmp_path_factory.mktemp("grid")
    settings = write_sources(folder)
    for number in (0, 5):
        write_day(folder, FIRST + timedelta(number))
    write_day(folder, FIRST + timedelta(1), title="")
    write_day(folder, FIRST + timedelta(2), count=20, published_at="2031-01-01")
    for day in list_days(settings, 6, "gazette"):
        if day.state != "no files":
            run_day(day.batch, settings)
    write_day(folder, FIRST + timedelta(4))
    write_day(folder, FIRST + timedelta(5), count=7)
    return settings


def look(settings: Settings) -> list[Cell]:
    return list(list_cells(open_lake(settings.lake), list_days(settings, 6, "gazette")))


def test_every_cell_has_its_state(made: Settings) -> None:
    cells = look(made)
    assert [cell.state for cell in cells] == ["published", "warned", "blocked", "no files", "missing", "stale"]
    assert cells[0].counts == {"records": 6, "published": 6, "duplicates": 0, "quarantined": 0, "warnings": 0}
    assert cells[1].counts["warnings"] == 6
    assert cells[4].counts == {}


def test_what_is_not_as_it_should_be_has_a_command(made: Settings) -> None:
    commands = [cell.command for cell in look(made)]
    assert [bool(command) for command in commands] == [False, False, True, False, True, True]
    assert commands[2] == f"copydesk ingest gazette --date {FIRST + timedelta(2)}"


def test_a_batch_that_is_held_is_running(made: Settings) -> None:
    lake = open_lake(made.lake)
    with claim_staging(lake, "gazette", FIRST):
        assert look(made)[0].state == "running"
    assert look(made)[0].state == "published"


def test_rows_have_a_sign_for_each_day(made: Settings) -> None:
    other = Cell("other", FIRST + timedelta(1), "published", counts={"published": 1_234})
    assert list(sign_rows([*look(made), other])) == [("gazette", "PWB.MS", "18"), ("other", " P    ", "1,234")]
    assert len({sign for sign, _ in SIGNS.values()}) == len(SIGNS)


def test_status_shows_the_grid_and_what_to_run(
    made: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.batches.requests.today", lambda: FIRST + timedelta(5))
    place = ("--lake", made.lake, "--sources", made.sources)
    code, printed = read_copydesk(capsys, "status", "--days", 6, "--source", "gazette", *place)
    assert code == 0
    assert "PWB.MS" in printed
    assert "B 1 blocked" in printed
    assert f"missing: gazette {FIRST + timedelta(4)}\n  next: copydesk ingest gazette --date" in printed
    code, printed = read_copydesk(capsys, "status", "--days", 6, *place, "--json")
    rows = [json.loads(line) for line in printed.splitlines()]
    assert [row["state"] for row in rows if row["source"] == "gazette"][2] == "blocked"
    assert rows[0]["day"] == str(date(2026, 10, 1))
    assert Path(made.lake).exists()
