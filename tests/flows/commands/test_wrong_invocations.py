"""What an operator gets wrong, and the one line that says what it is and what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from builders.command_line import run_copydesk
from builders.deliveries import FIRST, write_day

SOURCES = '[[source]]\nname = "wire"\npath = "in/{date}/*.jsonl"\n'
DEPLOYMENTS = "name: copydesk\ndeployments: []\n"
RANGE = ("--from", "2026-10-03", "--to", "2026-10-04")

# The files of the folder that differ, the command, variables, the exit code, words of the one line.
WRONG: dict[str, tuple[Mapping[str, str], tuple[str, ...], Mapping[str, str], int, str]] = {
    "another folder": ({"prefect.yaml": ""}, ("ui",), {}, 2, "Run this in the project's folder."),
    "a reversed range": ({}, ("backfill", "--from", "2026-10-04", "--to", "2026-10-03"), {}, 2, "Give the earlier day first."),
    "a range ahead": ({}, ("backfill", "--from", "2026-10-04", "--to", "2126-10-03"), {}, 2, "Give an earlier day."),
    "a wrong century": ({}, ("backfill", "--from", "1026-10-04", "--to", "2026-10-03"), {}, 2, "Is the year right?"),
    "an unknown source": ({}, ("backfill", "wier", *RANGE), {}, 2, "Did you mean 'wire'?"),
    "an unknown key": ({"sources.toml": SOURCES + 'shedule = "02:15"\n'}, ("ingest", "wire"), {}, 2, "did you mean 'schedule'?"),
    "no such hour": ({"sources.toml": SOURCES + 'schedule = "25:15"\n'}, ("ingest", "wire"), {}, 2, "neither a time such as 02:15"),
    "no such zone": ({"sources.toml": SOURCES + 'time_zone = "Europe/Londn"\n'}, ("ingest", "wire"), {}, 2, "write one such as Europe/London"),
    "no such setting": ({}, ("status",), {"COPYDESK_WORKERS": "many"}, 2, "COPYDESK_WORKERS is 'many'"),
    "no such database": ({}, ("ui",), {"COPYDESK_DATABASE": "mysql"}, 2, "COPYDESK_DATABASE is 'mysql': Input should be 'auto'"),
    "no such version": ({}, ("rollback", "7"), {}, 2, "has no version 7"),
    "no such runner": ({}, ("ingest", "wire", "--runner", "dusk"), {}, 2, "there is no runner 'dusk'"),
    "a cluster that is down": ({}, ("ingest", "wire", "--runner", "dask", "--runner-address", "tcp://127.0.0.1:9"), {}, 2, "Is the dask cluster up?"),
    "a lake that is a file": ({}, ("ingest", "wire", "--date", "2026-10-01", "--lake", "sources.toml"), {}, 1, "sources.toml is a file"),
    "a day without files": ({}, ("ingest", "wire", "--date", "2026-10-09"), {}, 2, "no files for 2026-10-09"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_one_line_says_what_is_wrong(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    files, command, variables, code, words = WRONG[case]
    monkeypatch.chdir(tmp_path)
    write_day(tmp_path, FIRST)
    for name, content in {"sources.toml": SOURCES, "prefect.yaml": DEPLOYMENTS, **files}.items():
        if content:
            (tmp_path / name).write_text(content)
    for name in ("COPYDESK_SOURCES", "COPYDESK_WORKERS", "COPYDESK_RUNNER", "COPYDESK_RUNNER_ADDRESS"):
        monkeypatch.setenv(name, "")  # a run as a flow sets them, and they are restored
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = run_copydesk(*command)
    printed = capfd.readouterr()
    assert (found, printed.err.count("\n")) == (code, 1), printed
    assert printed.err.startswith("error: ")
    assert words in printed.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("deploy",), ("ingest", "wire", "--date", "2026-10-01")], ids=lambda words: words[0]
)
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api", "nonsense"])
def test_a_server_that_does_not_answer_is_one_line(command: tuple[str, ...], address: str, tmp_path: Path) -> None:
    write_day(tmp_path, FIRST)
    (tmp_path / "sources.toml").write_text(SOURCES)
    (tmp_path / "prefect.yaml").write_text(DEPLOYMENTS)
    environment = {
        **os.environ,
        "PREFECT_API_URL": address,
        "PREFECT_CLIENT_MAX_RETRIES": "0",
        "PREFECT_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith(f"error: Prefect's server at {address} cannot be used (")
    assert "`copydesk ui` starts one." in done.stderr


def test_every_table_is_printed_by_the_function_that_knows_json(project: Path) -> None:
    commands = list((project / "flows" / "commands").glob("*.py"))
    assert len(commands) > 10
    assert [path.name for path in commands if "rich.table" in path.read_text(encoding="utf-8")] == []
