"""The deployments of sources: made from rows of sources.toml, beside those of prefect.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.deploy import register_deployments
from flows.orchestration.schedules import make_deployment, write_deployments
from tasks.errors import RequestError
from tasks.sources import SourceRow, load_source_rows
from tasks.toml_rows import RowError

ROW = SourceRow("wire", "in/{date}", why="The wire.", schedule="02:15", time_zone="Europe/London", days_back=2)


def test_a_row_becomes_a_deployment() -> None:
    made = make_deployment(ROW)
    assert made["name"] == "nightly-wire"
    assert made["parameters"] == {"what": ["wire"], "days_back": 2, "time_zone": "Europe/London"}
    assert made["schedules"] == [{"cron": "15 2 * * *", "timezone": "Europe/London", "slug": "nightly-wire"}]


def test_rows_with_a_schedule_stand_beside_what_is_declared(tmp_path: Path) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text("name: x\ndeployments:\n  - {name: backfill}\n  - {name: nightly-own, description: mine}\n")
    rows = [ROW, SourceRow("by-hand", "in"), SourceRow("own", "in", schedule="0 5 * * 1-5")]
    written, names = write_deployments(file, rows, tmp_path / "out")
    made = yaml.safe_load(written.read_text())
    assert [one["name"] for one in made["deployments"]] == ["backfill", "nightly-own", "nightly-wire"]
    assert made["deployments"][1] == {"name": "nightly-own", "description": "mine"}
    assert names == {"nightly-wire"}
    assert made["name"] == "x"


@pytest.mark.parametrize("text", ["- a\n- b\n", "deployments: 3\n", "a: [\n"])
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "prefect.yaml").write_text(text)
    with pytest.raises(RequestError, match=r"prefect\.yaml: not a file of deployments") as error:
        write_deployments(tmp_path / "prefect.yaml", [], tmp_path)
    assert "\n" not in str(error.value)


def test_the_sources_of_this_project_run_every_night(project: Path) -> None:
    rows = load_source_rows(project / "sources.toml")
    assert rows
    assert all(row.schedule for row in rows)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('schedule = "25:00"', "schedule '25:00' is neither a time such as 02:15 nor the five fields of cron"),
        ('schedule = "* * *"', "neither a time"),
        ('time_zone = "London"', "time_zone 'London' is not known; write one such as Europe/London"),
        ("days_back = 99", "days_back must be from 0 to 31, and is 99"),
    ],
)
def test_a_wrong_schedule_is_one_line(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "sources.toml").write_text(f'[[source]]\nname = "a"\npath = "b"\n{line}\n')
    with pytest.raises(RowError, match=fault):
        load_source_rows(tmp_path / "sources.toml")


def test_without_a_server_nothing_is_registered(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    # A server of another test in this process has its address in Prefect's settings.
    with (
        temporary_settings(restore_defaults={PREFECT_API_URL}),
        pytest.raises(RequestError, match="no Prefect server is configured, so nothing was registered"),
    ):
        register_deployments(project, None)
