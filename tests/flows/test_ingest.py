"""The flow on a real Prefect server: the same bytes as in process, and its records in Prefect."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from builders.lakes import ask, hash_lake, make_lake
from builders.local_prefect import is_group_alive
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.settings import read_settings
from tasks.formats.remote import fetch_remote
from tasks.lakes.lake import open_lake
from tasks.report.record import open_pages
from tasks.unseen import show_unseen

DAY = date(2026, 10, 31)

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def flow_lake(project: Path, tmp_path_factory: pytest.TempPathFactory, prefect_server: None) -> Path:
    from flows.ingest import ingest

    lake = tmp_path_factory.mktemp("flow") / "lake"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        (outcome,) = ingest(what=["seeds"], logical_date=DAY, lake=str(lake))
    assert outcome.state == "published"
    return lake


@pytest.mark.slow
def test_the_flow_gives_the_same_bytes_as_a_run_in_process(project: Path, flow_lake: Path, tmp_path: Path) -> None:
    make_lake(project, "seeds", tmp_path / "lake", name="seeds", day=DAY)
    assert hash_lake(flow_lake) == hash_lake(tmp_path / "lake")


@pytest.mark.slow
def test_an_artifact_counts_the_documents_of_a_run(
    project: Path, tmp_path: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client

    from flows.ingest import ingest

    monkeypatch.chdir(project)
    monkeypatch.setattr("flows.batches.progress.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("flows.orchestration.shown_progress.SHOW_SECONDS", 0.0)
    (outcome,) = ingest(what=["seeds"], logical_date=DAY, lake=str(tmp_path / "lake"))
    with get_client(sync_client=True) as client:
        (shown,) = [found for found in client.read_artifacts() if found.key == "ingest-progress"]
    assert (shown.type, shown.data) == ("progress", 100.0)
    found = re.match(rf"seeds {DAY}: (\d+) of about (\d+) documents", str(shown.description))
    assert found is not None
    # Files that cannot be opened are records of the batch, and no documents on their way.
    assert outcome.counts["published"] <= int(found[1]) == int(found[2]) <= outcome.counts["records"]


@pytest.mark.slow
def test_a_run_has_a_name_and_an_artifact_to_read(flow_lake: Path) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        names = [run.name for run in client.read_flow_runs()]
        artifacts = {found.key: str(found.data) for found in client.read_artifacts()}
    assert "ingest-seeds-2026-10-31" in names
    assert "**seeds 2026-10-31: published**" in artifacts["ingest-seeds"]
    assert "| published | 40 |" in artifacts["ingest-seeds"]
    page = flow_lake.parent / ".lake-store" / "reports" / "seeds" / f"{DAY}.html"
    assert f"[The page of the run]({page.as_uri()})" in artifacts["ingest-seeds"]
    assert page.is_file()


def test_a_blocked_batch_fails_the_run_and_says_why(tmp_path: Path, prefect_server: None) -> None:
    from flows.ingest import ingest

    (tmp_path / "in").mkdir()
    text = "\n\n".join(f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(4))
    rows = [
        json.dumps({"title": f"Story number {n}", "text": f"{text} {n}", "published_at": "2031-01-01"})
        for n in range(20)
    ]
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        state = ingest(what=["in"], logical_date=DAY, lake=str(tmp_path / "lake"), return_state=True)
    assert state.is_failed()
    assert "in 2026-10-31: the audit blocked it: published_in_future" in str(state.message)
    assert not (tmp_path / "lake" / "documents").exists()
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        own = state.state_details.flow_run_id
        (said,) = [str(found.data) for found in client.read_artifacts() if found.flow_run_id == own]
    assert (
        "published_in_future: 20 articles are dated 1523 days after the batch. An article cannot be newer than the day"
        in said
    )
    assert f"reports/in/{DAY}.blocked.html" in said
    assert "| would be published | 0 |" in said
    assert "| published |" not in said


def test_nothing_known_to_break_is_installed() -> None:
    import prefect.server.api.server  # noqa: F401  (fails with fastapi from 0.151 on)

    assert tuple(map(int, importlib.metadata.version("sqlalchemy").split(".")[:2])) < (2, 1)
    assert tuple(map(int, importlib.metadata.version("prefect").split(".")[:2])) < (3, 9)


def test_telemetry_is_off() -> None:
    import os

    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_the_flow_publishes_into_a_bucket(object_store: str, tmp_path: Path, prefect_server: None) -> None:
    """With the working folder where it is by default: below the folder that the flow runs in."""
    from prefect.client.orchestration import get_client

    from flows.ingest import ingest
    from flows.orchestration.reporting import name_assets

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(
        "A title\n\nThe tram came late again, and nobody on the quay was surprised by it.\n"
    )
    place = f"{object_store}/{tmp_path.name}/lake"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        (outcome,) = ingest(what=["in"], logical_date=DAY, lake=place)
        lake = open_lake(place)
        assert (outcome.state, lake.version()) == ("published", 1)
        assert str(name_assets(lake)[0].key) == f"{place}/documents"
        with get_client(sync_client=True) as client:
            artifacts = [str(found.data) for found in client.read_artifacts() if found.key == "ingest-in"]
        page = open_pages(lake).address(f"in/{DAY}.html")
        assert page == f"{object_store}/{tmp_path.name}/.lake-store/reports/in/{DAY}.html"
        assert [text for text in artifacts if f"The page of the run: `{page}`" in text]
        assert fetch_remote(page).lower().startswith(b"<!doctype html")


@pytest.mark.slow
def test_a_run_of_many_shards_counts_them(tmp_path: Path, prefect_server: None) -> None:
    from prefect.client.orchestration import get_client

    from flows.ingest import COUNTED, ingest

    (tmp_path / "in").mkdir()
    for number in range(COUNTED + 5):
        (tmp_path / "in" / f"{number}.txt").write_text(
            f"Tram {number}\n\nTram number {number} came late again, and nobody on the quay was surprised.\n"
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("COPYDESK_SHARD_FILES", "1")
        (outcome,) = ingest(what=["in"], logical_date=DAY, lake=str(tmp_path / "lake"))
    assert outcome.receipt["published"] == COUNTED + 5
    with get_client(sync_client=True) as client:
        (found,) = [found for found in client.read_artifacts() if found.key == "ingest-progress"]
    assert (found.data, found.description) == (100.0, f"in {DAY}: 25 of 25 shards")


@pytest.mark.slow
def test_a_path_that_is_not_utf8_goes_through_the_server(tmp_path: Path, prefect_server: None) -> None:
    from flows.commands.ingest import run_flow

    name = os.fsdecode(b"caf\xe9.txt")
    story = "\n\n".join(f"Sentence {n} says that the last ferry left the harbour at six." for n in range(9))
    (tmp_path / name).write_text(f"Last ferry leaves\n\n{story}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(os, "environ", os.environ.copy())
        run_flow([name], DAY, read_settings(lake="lake"), {}, expect_new=False)
    assert ask(tmp_path / "lake", "SELECT uri FROM 'LAKE/documents/**/*.parquet'") == [("caf%E9.txt",)]


@pytest.mark.slow
def test_ctrl_c_ends_a_flow_and_its_own_server_at_once(project: Path, tmp_path: Path) -> None:
    """A terminal sends it to the server as well, which then cannot receive how the run ended."""
    (tmp_path / "in").mkdir()
    story = "\n\n".join(
        f"Sentence {n} tells how the last ferry left the harbour of Larkhaven at six." for n in range(40)
    )
    rows = (json.dumps({"title": f"Story number {n}", "text": f"{story} {n}"}) for n in range(4_000))
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(rows))
    command = [sys.executable, "-m", "flows.cli", "ingest", "in", "--date", str(DAY), "--prefect"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_API")}
    environment = {**kept, "PYTHONPATH": str(project), "PREFECT_HOME": str(tmp_path / "home")}
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    marker = tmp_path / ".lake-store" / "staging" / f"in@{DAY}" / "run"
    while not marker.exists() and running.poll() is None:
        pass
    os.killpg(running.pid, signal.SIGINT)
    said, _ = running.communicate(timeout=120)
    assert (running.returncode, said.split()) == (
        130,
        ["interrupted;", "readers", "of", "the", "lake", "see", "what", "they", "saw", "before"],
    )
    assert not marker.exists()
    end = time.monotonic() + 60
    while is_group_alive(running.pid) and time.monotonic() < end:
        pass
    assert not is_group_alive(running.pid)


SIGNS = st.text(st.sampled_from("a1 \\|`<>&[]()*_~!#.:/@\x1b\u202e"), max_size=30)


@pytest.mark.parametrize("text", [r"a\|b", r"a\\|b", "www.example.org|x", "see www.example.org, or me@example.org"])
@given(around=SIGNS)
def test_text_stays_text_in_markdown(around: str, text: str) -> None:
    from flows.ingest import escape_markdown

    row = f"| {escape_markdown(f'x {around} {text} {around} x')} | end |"
    tokens = MarkdownIt("commonmark").enable("table").parse(f"| a | b |\n|---|---|\n{row}\n")
    cell, end = [token for token in tokens if token.type == "inline"][2:]
    assert end.content == "end"
    assert {child.type for child in cell.children or ()} <= {"text", "code_inline"}
    seen = "".join(child.content for child in cell.children or ())
    assert seen == " ".join(show_unseen(f"x {around} {text} {around} x").split())
    linked = [child.content for child in cell.children or () if child.type == "text"]
    assert not re.search(r"www\.|://|@", "".join(linked))
