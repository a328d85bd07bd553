"""Prefect's own UI in a real browser: a range of days looked at, refused, submitted, and found in the lake.

Chromium comes from the system; `make test-ui` installs it where it may. Nothing is downloaded by the test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders.browser import NEEDS_BROWSER, open_browser
from builders.lakes import ask, hash_lake
from builders.local_prefect import LocalPrefect, find_processes, make_team_folder, start_ui

PATIENCE = 90_000  # milliseconds; a page of this UI takes some seconds on a busy machine

pytestmark = NEEDS_BROWSER


@pytest.fixture(scope="module")
def prefect(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPrefect]:
    """A running UI; of three days of the wire the second is published, and its file has grown since."""
    folder = tmp_path_factory.mktemp("browser")
    make_team_folder(project, folder)
    subprocess.run(
        [sys.executable, "-m", "flows.cli", "ingest", "wire", "--date", "2026-10-02"],
        cwd=folder,
        env=os.environ,
        check=True,
        capture_output=True,
    )
    text = "\n\n".join(
        f"Sentence {n} tells how the night tram went by without stopping at the old harbour." for n in range(6)
    )
    with (folder / "seeds/daily/2026-10-02/wire.jsonl").open("a") as file:
        file.write("\n" + json.dumps({"id": "late", "title": "The tram that came late", "text": text}))
    with start_ui(folder) as running:
        yield running


@pytest.fixture(scope="module")
def page(prefect: LocalPrefect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_browser(tmp_path_factory.mktemp("profile"), viewport={"width": 1280, "height": 1500}) as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


def open_form(page: Any, prefect: LocalPrefect) -> None:
    """The form of the backfill, reached as a person reaches it."""
    page.goto(f"http://127.0.0.1:{prefect.port}/v2/deployments")
    backfill = prefect.ask("/deployments/name/backfill/backfill")["id"]
    page.locator(f"a[href*='{backfill}']").click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Custom run").click()
    page.get_by_text("Days at the same time").wait_for()


def pick_date(page: Any, number: int, day: str) -> None:
    """Types a day into one of the date pickers; the first that is still empty counts as number 0."""
    page.get_by_text("Pick a date").nth(number).click()
    page.get_by_label("Date (yyyy-MM-dd)").fill(day)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_label("Date (yyyy-MM-dd)").wait_for(state="detached")


def open_menu(page: Any, shown: str) -> None:
    """Opens the menu that shows `shown`; its label, not what it shows, is its name."""
    page.locator("button").filter(has_text=re.compile(f"^{shown}$")).click()


def choose(page: Any, shown: str, wanted: str) -> None:
    """Picks an option of a menu that shows `shown`."""
    open_menu(page, shown)
    page.get_by_role("option", name=wanted, exact=True).click()
    page.keyboard.press("Escape")


def submit(page: Any) -> str:
    """Presses Submit; the id of the run that comes of it."""
    with page.expect_response(re.compile("/create_flow_run$")) as answered:
        page.get_by_role("button", name="Submit").click()
    assert answered.value.status == 201, answered.value.text()
    page.get_by_text("Days at the same time").wait_for(state="detached")
    return str(answered.value.json()["id"])


def open_artifact(page: Any, prefect: LocalPrefect, run: str, key: str) -> None:
    """From a run's page to one of its artifacts: its tab, the key's page, the newest under that key."""
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text(key, exact=True).first.click()
    (artifact,) = prefect.ask(
        "/artifacts/filter", {"artifacts": {"key": {"any_": [key]}, "flow_run_id": {"any_": [run]}}}
    )
    page.locator(f"a[href*='{artifact['id']}']").first.click()


def follow(page: Any, link: Any) -> Any:
    """Clicks on a link; the page it leads to, which may be a new tab."""
    link.wait_for()
    if link.get_attribute("target") != "_blank":
        link.click()
        return page
    with page.context.expect_page() as opened:
        link.click()
    opened.value.set_default_timeout(PATIENCE)
    return opened.value


def shoot(page: Any, name: str) -> None:
    """A screenshot, if the variable SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_form_explains_itself_and_offers_the_declared_sources(page: Any, prefect: LocalPrefect) -> None:
    open_form(page, prefect)
    for words in (
        "First logical date, the day that files stand for.",
        "Which end of the range to begin at.",
        "Nothing is published.",
    ):
        page.get_by_text(words).wait_for()
    shoot(page, "form")
    open_menu(page, "Select")
    page.get_by_role("option", name="wire").wait_for()
    assert [option.inner_text() for option in page.get_by_role("option").all()] == ["seeds", "wire"]
    shoot(page, "sources")


def test_too_many_days_at_once_are_refused_in_the_form(page: Any, prefect: LocalPrefect) -> None:
    open_form(page, prefect)
    pick_date(page, 0, "2026-10-01")
    pick_date(page, 0, "2026-10-03")
    page.get_by_role("spinbutton").fill("99")
    page.get_by_role("button", name="Submit").click()
    assert (
        page.get_by_role("spinbutton").evaluate("field => field.validationMessage")
        == "Value must be less than or equal to 8."
    )
    page.get_by_text("Days at the same time").wait_for()


def test_a_range_that_ends_before_it_starts_is_refused_in_one_line(page: Any, prefect: LocalPrefect) -> None:
    open_form(page, prefect)
    pick_date(page, 0, "2026-10-03")
    pick_date(page, 0, "2026-10-01")
    run = submit(page)
    prefect.await_state(run, "FAILED")
    prefect.await_log(run, "Finished in state Failed")
    page.goto(f"http://127.0.0.1:{prefect.port}/v2/runs/flow-run/{run}")
    page.get_by_text(
        "the end 2026-10-01 lies before the start 2026-10-03. Give the earlier day first."
    ).first.wait_for()
    page.get_by_text("Finished in state Failed").wait_for()
    shoot(page, "refused")
    assert page.get_by_text("Traceback").count() == 0


def test_a_dry_run_shows_the_plan_and_leaves_the_lake_alone(page: Any, prefect: LocalPrefect) -> None:
    before = hash_lake(prefect.folder / "lake")
    open_form(page, prefect)
    pick_date(page, 0, "2026-10-01")
    pick_date(page, 0, "2026-10-03")
    choose(page, "Select", "wire")
    choose(page, "skip", "stale")
    page.get_by_role("switch").first.check()
    shoot(page, "filled")
    run = submit(page)
    prefect.await_state(run, "COMPLETED")
    page.goto(f"http://127.0.0.1:{prefect.port}/v2/runs/flow-run/{run}")
    open_artifact(page, prefect, run, "backfill-plan")
    page.get_by_text("make again").first.wait_for()
    shoot(page, "plan")
    for words in ("2026-10-01", "missing", "stale", "files: 1 changed"):
        page.get_by_text(words).first.wait_for()
    assert hash_lake(prefect.folder / "lake") == before


def test_submit_runs_the_days_and_the_parquet_has_changed(page: Any, prefect: LocalPrefect) -> None:
    lake = prefect.folder / "lake"
    before = hash_lake(lake)
    open_form(page, prefect)
    pick_date(page, 0, "2026-10-01")
    pick_date(page, 0, "2026-10-03")
    choose(page, "skip", "stale")
    run = submit(page)
    prefect.await_state(run, "COMPLETED")
    page.goto(f"http://127.0.0.1:{prefect.port}/v2/runs/flow-run/{run}")
    page.get_by_text("Completed").first.wait_for()
    shoot(page, "finished")
    open_artifact(page, prefect, run, "backfill-days")
    page.get_by_text("quarantined").first.wait_for()
    shoot(page, "days")
    assert hash_lake(lake) != before
    days = ask(lake, "SELECT logical_date::VARCHAR FROM 'LAKE/receipts/**/*.parquet' ORDER BY 1")
    assert [day for (day,) in days] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert ask(lake, "SELECT count(*) FROM 'LAKE/documents/**/*.parquet' WHERE title = 'The tram that came late'") == [
        (1,)
    ]


def test_the_plan_leads_to_the_run_with_its_range_filled_in(page: Any, prefect: LocalPrefect) -> None:
    given = {"start_date": "2026-10-01", "end_date": "2026-10-03", "sources": ["wire"], "on_existing": "replace"}
    dry = prefect.submit("backfill/backfill", **given, dry_run=True)
    prefect.await_state(dry, "COMPLETED")
    prefect.await_log(dry, "To run these days: ")
    page.goto(f"http://127.0.0.1:{prefect.port}/v2/runs/flow-run/{dry}")
    # The log, which the page of a run shows first, has the plan's address.
    page = follow(page, page.locator("a[href*='/artifacts/artifact/']").first)
    page.get_by_text("2026-10-03").first.wait_for()
    shoot(page, "plan-with-link")
    page = follow(page, page.get_by_role("link", name="Run these days"))
    page.get_by_text("October 1st, 2026").wait_for()
    page.get_by_text("October 3rd, 2026").wait_for()
    assert page.get_by_role("switch").first.get_attribute("aria-checked") == "false"
    shoot(page, "form-from-plan")
    run = prefect.await_state(submit(page), "COMPLETED")
    assert {name: run["parameters"][name] for name in given} == given
    assert run["parameters"]["dry_run"] is False
    assert run["state"]["message"].startswith("3 days: ")


def test_a_retried_run_shows_the_tables_of_its_last_attempt_alone(prefect: LocalPrefect) -> None:
    run = prefect.submit("backfill/backfill", start_date="2026-10-01", end_date="2026-10-02", on_existing="replace")
    prefect.await_state(run, "COMPLETED")
    asked = {"artifacts": {"flow_run_id": {"any_": [run]}}}
    first = {found["id"]: found["key"] for found in prefect.ask("/artifacts/filter", asked)}
    while find_processes(run):  # Prefect's worker takes a run again only when its process has ended
        threading.Event().wait(0.2)
    prefect.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True})
    prefect.await_state(run, "COMPLETED")
    second = {found["id"]: found["key"] for found in prefect.ask("/artifacts/filter", asked)}
    assert sorted(first.values()) == sorted(second.values()) == ["backfill-days", "backfill-plan", "backfill-progress"]
    assert not first.keys() & second.keys()


def test_a_run_leads_to_its_page_and_the_grid_to_it_too(page: Any, prefect: LocalPrefect) -> None:
    base = f"http://127.0.0.1:{prefect.port}"
    address = f"{base}/copydesk/wire/2026-10-03.html"
    run = prefect.submit("ingest/nightly-wire", what=["wire"], logical_date="2026-10-03", force=True)
    message = prefect.await_state(run, "COMPLETED")["state"]["message"]
    assert message.startswith("wire 2026-10-03: ")
    assert message.endswith(f". Page: {address}")
    page.goto(f"{base}/v2/runs/flow-run/{run}")
    open_artifact(page, prefect, run, "ingest-wire")
    link = page.get_by_role("link", name="The page of the run")
    link.first.wait_for()
    shoot(page, "artifact")
    assert link.first.get_attribute("href") == address
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    shoot(page, "page")
    page.goto(f"{base}/copydesk/")
    shoot(page, "grid")
    page.get_by_label(re.compile("^wire, 3 October 2026: ")).first.click()
    page.wait_for_url(address)
