"""`copydesk deploy`: registers the work pool, queues, automations, alerts and deployments on a Prefect server.

The server is that of PREFECT_API_URL. Runs that were missed or interrupted are created again. The command may be repeated at any
time: settings that a team has changed stay.
"""

import subprocess
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.workers.process import ProcessWorker

from flows.console import print_error, print_line, print_table
from flows.orchestration.alerts import register_alerts, show_host
from flows.orchestration.connection import explain_server
from flows.orchestration.missed_runs import (
    SCHEDULED,
    create_missed_runs,
    list_deployments,
    read_scheduled_runs,
    resume_runs,
)
from flows.orchestration.schedules import FROM_SOURCES, NIGHTLY, write_deployments
from flows.orchestration.services import HOME
from flows.settings import read_settings
from flows.unexpected import explain_error
from tasks.errors import RequestError, RunFailed, find_exit_code
from tasks.sources import load_notify, load_source_rows
from tasks.toml_rows import RowError

POOL = "copydesk"
# Name, priority (1 is first) and runs at once. A free worker takes a nightly run first, and a backfill uses only one of its
# slots, so that a nightly run always gets one.
QUEUES: tuple[tuple[str, int, int | None], ...] = ((NIGHTLY, 1, None), ("backfill", 2, 1), ("upkeep", 3, 1))
SCHEDULER_SECONDS = 120
LOST = "copydesk: runs whose process is gone"
MISSED_BEATS = 5  # a busy machine sends one late
LOST_MESSAGE = "no heartbeat: the process has ended. Press Retry."
RESUME = "--resume="


def register_deployments(project: Path, began: datetime | None) -> None:
    """Registers everything and prints the deployments, each with its next run. Raises RequestError or RunFailed.

    `began`: when the server was started. Runs that were interrupted before are scheduled again; only for a server that runs
    nothing yet and that no other worker uses. None: runs stay as they are.
    """
    if not (project / "prefect.yaml").is_file():
        raise RequestError(f"there is no prefect.yaml in {project}. Run this in the project's folder.")
    if get_current_settings().api.url is None:
        raise RequestError(
            "no Prefect server is configured, so nothing was registered. Set PREFECT_API_URL, or run `copydesk ui`, which starts "
            "one and registers everything."
        )
    faults: dict[str, RowError] = {}
    settings = read_settings()
    declared = load_source_rows(settings.sources, faults)
    alerts = settings.notify or load_notify(settings.sources)
    written, names = write_deployments(project / "prefect.yaml", declared, project / HOME)
    for fault in faults.values():
        print_error(fault)
    with explain_server(), get_client(sync_client=True) as client:
        make_pool(client)
        watch_heartbeats(client)
        try:
            if register_alerts(client, alerts):
                print_line(f"alerts are sent to {show_host(alerts)}" if alerts else "no alerts are sent any more")
        except RequestError as error:
            print_error(error)  # runs do not need it
        command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(written)]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RunFailed(f"prefect deploy failed: {(done.stdout + done.stderr)[-2000:]}")
        if not faults:
            remove_deployments(client, names)
        rows = await_schedules(client)
        for name, count in create_missed_runs(client, NIGHTLY, datetime.now(UTC)):
            print_line(f"{name}: {count} missed runs were created, each for its own day")
        for name in resume_runs(client, LOST_MESSAGE, began) if began else ():
            print_line(f"{name} was interrupted, and is tried again")
    print_table(("deployment", "queue", "next run"), rows)
    nightly = {name.removeprefix("ingest/nightly-") for name, *_ in rows}
    for row in declared:
        if row.name not in nightly:
            print_line(f"{row.name} is declared without a schedule: it runs only by hand")
    if any(next_run == "" for *_, next_run in rows):
        raise RunFailed("the scheduler made no runs. See the server's log, and `copydesk doctor`")


def remove_deployments(client: SyncPrefectClient, names: Collection[str]) -> None:
    """Removes deployments that were made from rows of sources.toml, except for those with these names."""
    for deployment in list_deployments(client):
        if FROM_SOURCES in deployment.tags and deployment.name not in names:
            client.delete_deployment(deployment.id)
            print_line(f"{deployment.name} is removed: sources.toml has no such schedule any more")


def make_pool(client: SyncPrefectClient) -> None:
    """Creates the work pool, of processes, unless it exists with any type, and its queues."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
    present = {queue.name for queue in client.read_work_queues(work_pool_name=POOL)}
    for name, priority, limit in QUEUES:
        if name not in present:
            client.create_work_queue(name, priority=priority, concurrency_limit=limit, work_pool_name=POOL)


def watch_heartbeats(client: SyncPrefectClient) -> None:
    """Has runs that miss some heartbeats marked Crashed: else they stay Running for ever, and cannot be retried."""
    if client.read_automations_by_name(LOST):
        return
    beat = get_current_settings().flows.heartbeat_frequency or 180
    client.create_automation(
        AutomationCore(
            name=LOST,
            description="Marks runs as Crashed that have sent no heartbeat; press Retry to do what is left.",
            trigger=EventTrigger(
                after={"prefect.flow-run.heartbeat"},
                expect={"prefect.flow-run.*"},
                match={"prefect.resource.id": ["prefect.flow-run.*"]},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=timedelta(seconds=MISSED_BEATS * beat),
            ),
            actions=[ChangeFlowRunState(state=StateType.CRASHED, message=LOST_MESSAGE)],
        )
    )


def await_schedules(client: SyncPrefectClient) -> list[tuple[str, str, str]]:
    """Every deployment with its queue and next run, once the scheduler has created the runs; "" where it created none."""
    deadline = time.monotonic() + SCHEDULER_SECONDS
    while True:
        rows = [describe_deployment(client, deployment) for deployment in list_deployments(client)]
        if all(row[2] for row in rows) or time.monotonic() > deadline:
            return sorted(rows)
        time.sleep(1)


def describe_deployment(client: SyncPrefectClient, deployment: DeploymentResponse) -> tuple[str, str, str]:
    """Name, queue and next run of a deployment."""
    name = f"{client.read_flow(deployment.flow_id).name}/{deployment.name}"
    queue = deployment.work_queue_name or ""
    if not any(schedule.active for schedule in deployment.schedules) or deployment.paused:
        return name, queue, "when started by hand"
    found = read_scheduled_runs(client, deployment.id, state=SCHEDULED)
    return name, queue, f"{found[0].expected_start_time:%Y-%m-%d %H:%M} UTC" if found else ""


if __name__ == "__main__":
    times = [word.removeprefix(RESUME) for word in sys.argv if word.startswith(RESUME)]
    try:
        register_deployments(Path.cwd(), datetime.fromisoformat(times[0]) if times else None)
    except Exception as error:
        explained = explain_error(error)
        print_error(explained)
        sys.exit(find_exit_code(explained))
