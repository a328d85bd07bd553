"""`make ui`: one command starts a server, a worker and every deployment, and ends them all."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders.desks import Desk, copy_project, find_port, find_processes, open_desk

from tasks.sources import load_sources

WRITERS = 4

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def desk(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    copy_project(project, folder)
    with open_desk(folder) as running:
        yield running


def ui(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", "ui", *arguments],
        cwd=cwd,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_deployment_is_registered_and_has_scheduled_runs(desk: Desk) -> None:
    names = {found["name"]: found for found in desk.ask("/deployments/filter", {})}
    assert {"nightly-wire", "nightly-seeds", "backfill", "maintain"} <= names.keys()
    runs = desk.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
    by_deployment = {run["deployment_id"] for run in runs if run["auto_scheduled"]}
    assert {names[name]["id"] for name in ("nightly-wire", "nightly-seeds", "maintain")} <= by_deployment
    assert any(line.startswith("ingest/nightly-wire") and "UTC" in line for line in desk.said)


def test_a_backfill_leaves_a_slot_for_a_nightly_run(desk: Desk) -> None:
    queues = {queue["name"]: queue for queue in desk.ask("/work_queues/filter", {})}
    assert queues["nightly"]["priority"] < queues["backfill"]["priority"]
    assert (queues["nightly"]["concurrency_limit"], queues["backfill"]["concurrency_limit"]) == (None, 1)


def test_its_data_lies_in_the_project(desk: Desk) -> None:
    assert (desk.folder / ".prefect" / "prefect.db").is_file()


def test_a_parameter_out_of_range_is_refused_before_the_run(desk: Desk) -> None:
    import urllib.error

    with pytest.raises(urllib.error.HTTPError) as refused:
        desk.submit("backfill/backfill", start_date="2026-10-01", end_date="2026-10-02", sources=["nowhere"])
    refused.value.close()
    assert refused.value.code == 409


def test_submit_is_not_turned_away_by_a_busy_database(desk: Desk) -> None:
    """What a browser asks, once each, while four others write.

    Prefect's server alone turns one in eight away beside one writer, and beside four it may stand still for a minute.
    """
    backfill = desk.ask("/deployments/name/backfill/backfill")["id"]
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    asked = {
        "parameters": {"start_date": "2026-10-01", "end_date": "2026-10-02"},
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": later}},
    }
    done = threading.Event()

    def write(name: int) -> None:
        number = 0
        while not done.wait(0.2):
            desk.ask(
                "/artifacts/", {"key": f"busy-{name}-{(number := number + 1)}", "type": "markdown", "data": "busy"}
            )

    with ThreadPoolExecutor(WRITERS) as beside:
        writing = [beside.submit(write, name) for name in range(WRITERS)]
        try:
            made = {desk.ask(f"/deployments/{backfill}/create_flow_run", asked)["id"] for _ in range(60)}
        finally:
            done.set()
        for one in writing:
            one.result()
    assert len(made) == 60
    for run in made:
        desk.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}})


def test_a_second_one_in_the_same_folder_names_the_first(desk: Desk) -> None:
    done = ui("--port", str(find_port()), cwd=desk.folder)
    assert done.returncode == 2
    assert f"it runs in this folder already: http://127.0.0.1:{desk.port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_reported_in_one_line(desk: Desk, project: Path, tmp_path: Path) -> None:
    copy_project(project, tmp_path)
    done = ui("--port", str(desk.port), cwd=tmp_path)
    assert done.returncode == 2
    assert f"port {desk.port} is taken" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_deployments_is_reported_in_one_line(tmp_path: Path) -> None:
    done = ui(cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no prefect.yaml" in done.stderr


def test_every_declared_source_runs_every_night(project: Path) -> None:
    text = (project / "prefect.yaml").read_text()
    for name in load_sources(project / "sources.toml"):
        assert f"name: nightly-{name}" in text


def test_a_cancelled_backfill_ends_at_once_and_leaves_nothing_half_done(desk: Desk) -> None:
    text = "\n\n".join(
        f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(20)
    )
    rows = [json.dumps({"title": f"Story {n}", "text": f"{text} {n}"}) for n in range(60_000)]
    (desk.folder / "seeds/daily/2026-10-02/wire.jsonl").write_text("\n".join(rows))
    run = desk.submit("backfill/backfill", start_date="2026-10-02", end_date="2026-10-02", sources=["wire"])
    staging = desk.folder / ".lake-store" / "staging"
    while not list(staging.glob("wire@2026-10-02/*")):
        assert desk.run(run)["state_type"] in ("SCHEDULED", "PENDING", "RUNNING")
        threading.Event().wait(0.1)
    assert find_processes(run)
    desk.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    desk.await_state(run, "CANCELLED")
    while find_processes(run):
        threading.Event().wait(0.1)
    assert [path for path in staging.iterdir() if path.is_dir()] == []
    assert not (desk.folder / "lake" / "documents").exists()


# The last: it ends what the others use.
def test_ctrl_c_leaves_nothing_behind(desk: Desk) -> None:
    import signal

    home = str(desk.folder / ".prefect")
    assert len(find_processes(home)) >= 2
    desk.process.send_signal(signal.SIGINT)
    assert desk.process.wait(timeout=120) == 0
    assert find_processes(home) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", desk.port)) != 0
