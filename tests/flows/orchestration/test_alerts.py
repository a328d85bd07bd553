"""Alerts: which addresses can be used, and what reaches a receiver on loopback from a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders.deliveries import FIRST, write_day, write_sources
from builders.local_prefect import LocalPrefect, start_ui

from tasks.errors import RequestError
from tasks.sources import load_notify
from tasks.toml_rows import RowError

# Apprise's own, of a module that it imports.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

BAD = {"published_at": "2031-01-01"}  # the audit blocks a day in the future


class Receiver:
    """What arrived at an address of this machine, oldest first."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.address = ""

    def await_text(self, *words: str, seconds: float = 300) -> str:
        """The first text that has all the words."""
        deadline = time.monotonic() + seconds
        while not (found := [text for text in self.texts if all(word in text for word in words)]):
            assert time.monotonic() < deadline, (words, self.texts)
            threading.Event().wait(0.2)
        return found[0]


@contextmanager
def receive(status: int = 200) -> Iterator[Receiver]:
    """A receiver that answers each request with a status."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            receiver.texts.append(body["text"])
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook/secret"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("line", "found"), [("", ""), ('notify = " http://a/b "\n', "http://a/b")], ids=["none", "one"]
)
def test_the_address_is_a_line_of_the_sources(tmp_path: Path, line: str, found: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(f'{line}[[source]]\nname = "wire"\npath = "in"\n')
    assert load_notify(file) == found
    assert load_notify(tmp_path / "none.toml") == ""


def test_an_address_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("notify = 1\n")
    with pytest.raises(RowError, match=r"sources.toml: notify must be text, an address such as"):
        load_notify(tmp_path / "sources.toml")


@pytest.mark.slow
@pytest.mark.parametrize("address", ["foo", "https://", "http://a b", "slack://", "ftp://a/b", "http://[::1"])
def test_a_wrong_address_is_an_error_of_one_line_without_the_address(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from flows.orchestration.alerts import make_block

    with pytest.raises(RequestError, match="notify is no address that alerts can be sent to") as raised:
        make_block(address)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_services_are_known_by_their_addresses_and_only_the_host_is_shown() -> None:
    from flows.orchestration.alerts import make_block, show_host

    slack = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert [type(make_block(one)).__name__ for one in (slack, "mailto://a:b@example.org", "https://example.org/x")] == [
        "SlackWebhook",
        "SlackWebhook",
        "CustomWebhookNotificationBlock",
    ]
    assert show_host(slack) == "hooks.slack.com"
    assert "hidden" not in repr(make_block("https://example.org/hidden"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalPrefect, Receiver]]:
    """A running UI whose sources name the receiver: five days of ten documents, one of two, and one that is blocked."""
    folder = tmp_path_factory.mktemp("desk")
    write_sources(folder)
    for number in range(5):
        write_day(folder, FIRST + timedelta(number), 10)
    write_day(folder, FIRST + timedelta(5), 2)
    write_day(folder, FIRST + timedelta(6), 10, **BAD)
    (folder / "prefect.yaml").write_text((Path(__file__).parents[3] / "prefect.yaml").read_text())
    with receive() as receiver:
        file = folder / "sources.toml"
        text = file.read_text().replace('name = "gazette"\n', 'name = "gazette"\nschedule = "02:15"\n')
        file.write_text(f'notify = "{receiver.address}"\n{text}')
        with start_ui(folder) as running:
            yield running, receiver


def ingest_day(prefect: LocalPrefect, number: int, state: str) -> str:
    """Runs a day; the id of the run, which ends in a state."""
    run = prefect.submit("ingest/nightly-gazette", what=["gazette"], logical_date=str(FIRST + timedelta(number)))
    prefect.await_state(run, state)
    return run


@pytest.mark.slow
def test_what_needs_a_look_arrives_as_a_sentence_with_links(desk: tuple[LocalPrefect, Receiver]) -> None:
    prefect, receiver = desk
    assert "alerts are sent to 127.0.0.1" in prefect.output
    assert receiver.texts[0].startswith("copydesk: alerts are on\n")
    base = f"http://127.0.0.1:{prefect.port}"
    filled = prefect.submit("backfill/backfill", start_date=str(FIRST), end_date=str(FIRST + timedelta(4)))
    prefect.await_state(filled, "COMPLETED")
    blocked, gone, short = (
        ingest_day(prefect, 6, "FAILED"),
        ingest_day(prefect, 20, "FAILED"),
        ingest_day(prefect, 5, "COMPLETED"),
    )
    said = receiver.await_text("ingest-gazette-2026-10-07 Failed")
    assert "gazette 2026-10-07: the audit blocked it: " in said
    assert f"Page: {base}/copydesk/gazette/2026-10-07.blocked.html" in said
    assert f"{base}/v2/runs/flow-run/{blocked}" in said
    said = receiver.await_text("ingest-gazette-2026-10-21 Failed")
    assert "source gazette: no files for 2026-10-21" in said
    assert f"{base}/v2/runs/flow-run/{gone}" in said
    said = receiver.await_text("ingest-gazette-2026-10-06 Short")
    assert "2 published" in said
    assert "short: 2 records, and 10 are usual" in said
    assert f"Page: {base}/copydesk/gazette/2026-10-06.html" in said
    assert f"{base}/v2/runs/flow-run/{short}" in said
    assert not any(str(filled) in text for text in receiver.texts)


@pytest.mark.slow
def test_a_run_that_does_not_start_is_reported(desk: tuple[LocalPrefect, Receiver]) -> None:
    prefect, receiver = desk
    api = f"http://127.0.0.1:{prefect.port}/api"
    code = (
        "import sys\n"
        "from datetime import timedelta\n"
        "from prefect.client.orchestration import get_client\n"
        "from flows.orchestration.alerts import register_alerts, remove_alerts\n"
        "with get_client(sync_client=True) as client:\n"
        "    assert not register_alerts(client, sys.argv[1]), 'it is registered'\n"
        "    remove_alerts(client)\n"
        "    assert register_alerts(client, sys.argv[1], timedelta(seconds=10))\n"
        "    queue = [one for one in client.read_work_queues() if one.name == 'upkeep'][0]\n"
        "    client.update_work_queue(queue.id, is_paused=True)\n"
    )
    environment = {**os.environ, "PREFECT_API_URL": api}
    subprocess.run([sys.executable, "-c", code, receiver.address], cwd=prefect.folder, env=environment, check=True)
    run = prefect.submit("report/report")
    said = receiver.await_text("report has not started")
    assert "report was due at " in said
    assert "Is a worker running?" in said
    assert f"/v2/runs/flow-run/{run}" in said


@pytest.mark.slow
def test_a_receiver_that_refuses_and_an_address_that_is_wrong_are_one_line_and_stop_nothing(
    desk: tuple[LocalPrefect, Receiver],
) -> None:
    prefect, _ = desk

    def deploy(address: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PREFECT_API_URL": f"http://127.0.0.1:{prefect.port}/api",
            "COPYDESK_NOTIFY": address,
        }
        command = [sys.executable, "-m", "flows.cli", "deploy"]
        return subprocess.run(command, cwd=prefect.folder, env=environment, capture_output=True, text=True, check=True)

    with receive(status=500) as refusing:
        done = deploy(refusing.address)
    assert done.stderr.startswith("error: notify: 127.0.0.1 did not take a first message (")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
    assert "backfill/backfill" in done.stdout
    done = deploy("nonsense")
    assert done.stderr.startswith("error: notify is no address that alerts can be sent to. Write one such as ")
    assert done.stderr.count("\n") == 1
