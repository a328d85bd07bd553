"""`make ui`: one command starts a server, a worker and every deployment, and ends them all."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError

import pytest
from builders.local_prefect import LocalPrefect, find_port, find_processes, make_team_folder, start_ui

WRITERS = 8

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@pytest.fixture(scope="module")
def prefect(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPrefect]:
    folder = tmp_path_factory.mktemp("prefect")
    make_team_folder(project, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_DATABASE", "sqlite")  # the tests of alerts and in a browser take what there is
        with start_ui(folder) as running:
            yield running


def request(prefect: LocalPrefect, method: str, path: str, **headers: str) -> int:
    """The status of an answer to a request with these headers, whatever they claim."""
    connection = HTTPConnection("127.0.0.1", prefect.port, timeout=60)
    given = {name.replace("_", "-"): value.replace("PORT", str(prefect.port)) for name, value in headers.items()}
    body = "{}" if method == "POST" else None
    try:
        connection.request(method, path, body, {"content-type": "application/json", **given})
        return connection.getresponse().status
    finally:
        connection.close()


SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
DEPLOYMENTS = "/api/deployments/filter"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/health", {}, 200),
        ("GET", "/api/health", {"Host": "localhost:PORT"}, 200),
        ("GET", "/api/health", {"Host": "[::1]:PORT"}, 200),
        ("GET", "/api/health", {"Host": "LOCALHOST:8080", "Origin": "http://localhost:8080"}, 200),  # a tunnel
        ("GET", "/api/health", {"Host": "rebound.example:PORT"}, 400),
        ("GET", "/api/health", {"Host": "127.0.0.1.rebound.example"}, 400),
        ("GET", "/api/health", {"Host": "x@localhost:PORT"}, 400),
        ("GET", "/api/health", {"Host": ""}, 400),
        ("GET", "/v2/deployments", {"Host": "rebound.example"}, 400),
        ("GET", "/copydesk/", {}, 404),  # no run has written a page yet
        ("GET", "/copydesk/", {"Host": "rebound.example"}, 400),
        ("POST", "/copydesk/", {}, 405),
        ("GET", "/api/csrf-token?client=x", {"Origin": "http://127.0.0.1:PORT"}, 200),
        ("GET", "/api/csrf-token?client=x", {"Origin": "https://other.example"}, 403),
        ("GET", "/api/csrf-token?client=x", {"Origin": "http://127.0.0.1:1"}, 403),
        ("POST", DEPLOYMENTS, {"Origin": "https://other.example"}, 403),
        ("POST", DEPLOYMENTS, {"Origin": "null"}, 403),
        ("POST", DEPLOYMENTS, {}, 403),
        ("POST", DEPLOYMENTS, {"Prefect_Csrf_Token": "guessed", "Prefect_Csrf_Client": "x"}, 403),
        ("OPTIONS", DEPLOYMENTS, {"Origin": "https://other.example", "Access_Control_Request_Method": "POST"}, 403),
        ("GET", "/api/events/out", {**SOCKET, "Origin": "http://127.0.0.1:PORT"}, 101),
        ("GET", "/api/events/out", {**SOCKET, "Origin": "https://other.example"}, 403),
        ("GET", "/api/logs/out", {**SOCKET, "Host": "rebound.example"}, 403),
    ],
)
def test_only_requests_of_this_machine_are_answered(
    prefect: LocalPrefect, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert request(prefect, method, path, **headers) == status


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


def test_every_deployment_is_registered_and_has_scheduled_runs(prefect: LocalPrefect) -> None:
    names = {found["name"]: found for found in prefect.ask("/deployments/filter", {})}
    assert {"nightly-wire", "nightly-seeds", "backfill", "maintain"} <= names.keys()
    runs = prefect.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
    by_deployment = {run["deployment_id"] for run in runs if run["auto_scheduled"]}
    assert {names[name]["id"] for name in ("nightly-wire", "nightly-seeds", "maintain")} <= by_deployment
    assert any(line.startswith("ingest/nightly-wire") and "UTC" in line for line in prefect.output)


def test_a_backfill_leaves_a_slot_for_a_nightly_run(prefect: LocalPrefect) -> None:
    queues = {queue["name"]: queue for queue in prefect.ask("/work_queues/filter", {})}
    assert queues["nightly"]["priority"] < queues["backfill"]["priority"]
    assert (queues["nightly"]["concurrency_limit"], queues["backfill"]["concurrency_limit"]) == (None, 1)


def test_its_data_lies_in_the_project(prefect: LocalPrefect) -> None:
    assert (prefect.folder / ".prefect" / "prefect.db").is_file()
    assert "runs are recorded in SQLite (as COPYDESK_DATABASE says)" in prefect.output


def test_a_parameter_out_of_range_is_refused_before_the_run(prefect: LocalPrefect) -> None:
    with pytest.raises(HTTPError) as refused:
        prefect.submit("backfill/backfill", start_date="2026-10-01", end_date="2026-10-02", sources=["nowhere"])
    refused.value.close()
    assert refused.value.code == 409


def test_submit_is_not_rejected_by_a_busy_database(prefect: LocalPrefect) -> None:
    """Forms as a browser submits them, once each, while eight clients write; they send nothing again either.

    Prefect's server alone rejects one in eight with one writer, and with four it may stop for a minute.
    """
    backfill = prefect.ask("/deployments/name/backfill/backfill")["id"]
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    asked = {
        "parameters": {"start_date": "2026-10-01", "end_date": "2026-10-02"},
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": later}},
    }
    done = threading.Event()

    def write(name: int) -> int:
        number = 0
        while not done.wait(0.2):
            number += 1
            row = {"key": f"busy-{name}-{number}", "type": "markdown", "data": "busy"}
            prefect.ask("/artifacts/", row)  # raises what is refused
        return number

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, name) for name in range(WRITERS)]
        try:
            made = {prefect.ask(f"/deployments/{backfill}/create_flow_run", asked)["id"] for _ in range(60)}
        finally:
            done.set()
        assert all(writer.result() for writer in writing)
    assert len(made) == 60
    for run in made:
        prefect.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}})


def test_a_second_one_in_the_same_folder_names_the_first(prefect: LocalPrefect) -> None:
    done = ui("--port", str(find_port()), cwd=prefect.folder)
    assert done.returncode == 2
    assert f"it runs in this folder already: http://127.0.0.1:{prefect.port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_reported_in_one_line(prefect: LocalPrefect, project: Path, tmp_path: Path) -> None:
    make_team_folder(project, tmp_path)
    done = ui("--port", str(prefect.port), cwd=tmp_path)
    assert done.returncode == 2
    assert f"port {prefect.port} is taken" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_deployments_is_reported_in_one_line(tmp_path: Path) -> None:
    done = ui(cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no prefect.yaml" in done.stderr


def test_a_changed_schedule_is_registered_while_it_runs(prefect: LocalPrefect) -> None:
    file = prefect.folder / "sources.toml"
    before = file.read_text()

    def await_names(is_right: Callable[[set[str]], bool]) -> None:
        while not is_right({found["name"] for found in prefect.ask("/deployments/filter", {})}):
            assert prefect.process.poll() is None
            threading.Event().wait(0.3)

    file.write_text(f'{before}\n[[source]]\nname = "harbour"\npath = "harbour"\nschedule = "03:10"\n')
    await_names(lambda names: {"nightly-harbour", "nightly-wire"} <= names)
    found = prefect.ask("/deployments/name/ingest/nightly-harbour")
    assert found["schedules"][0]["schedule"]["cron"] == "10 3 * * *"
    assert found["parameters"] == {"what": ["harbour"], "days_back": 1, "time_zone": "UTC"}
    file.write_text(before)
    await_names(lambda names: "nightly-harbour" not in names and "nightly-wire" in names)


def test_a_cancelled_backfill_ends_at_once_and_leaves_nothing_half_done(prefect: LocalPrefect) -> None:
    text = "\n\n".join(
        f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(20)
    )
    rows = [json.dumps({"title": f"Story {n}", "text": f"{text} {n}"}) for n in range(60_000)]
    (prefect.folder / "seeds/daily/2026-10-02/wire.jsonl").write_text("\n".join(rows))
    run = prefect.submit("backfill/backfill", start_date="2026-10-02", end_date="2026-10-02", sources=["wire"])
    staging = prefect.folder / ".lake-store" / "staging"
    while not list(staging.glob("wire@2026-10-02/*")):
        assert prefect.run(run)["state_type"] in ("SCHEDULED", "PENDING", "RUNNING")
        threading.Event().wait(0.1)
    assert find_processes(run)
    prefect.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    prefect.await_state(run, "CANCELLED")
    while find_processes(run):
        threading.Event().wait(0.1)
    assert [path for path in staging.iterdir() if path.is_dir()] == []
    assert not (prefect.folder / "lake" / "documents").exists()


# The last: it ends what the others use.
def test_ctrl_c_leaves_nothing_behind(prefect: LocalPrefect) -> None:
    import signal

    home = str(prefect.folder / ".prefect")
    assert len(find_processes(home)) >= 2
    prefect.process.send_signal(signal.SIGINT)
    assert prefect.process.wait(timeout=120) == 0
    assert find_processes(home) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", prefect.port)) != 0
