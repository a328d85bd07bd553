"""Runs that were missed or interrupted while the server was down: created for their own days, or scheduled again.

Prefect creates runs three nights ahead while its server runs, and none for past nights. The missed ones are all times of the
schedule after the last run that started.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import filters
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.states import AwaitingRetry, Cancelled

Found = TypeVar("Found")

MOST_NIGHTS = 31
AT_ONCE = 200
SCHEDULED = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
STARTED = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(not_any_=[StateType.SCHEDULED]))
UNFINISHED = filters.FlowRunFilterState(
    type=filters.FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
)
CRASHED = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=[StateType.CRASHED]))


def list_deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """Every deployment of the server."""
    return read_all(client.read_deployments, sort=DeploymentSort.NAME_ASC)


def read_all(read: Callable[..., list[Found]], **wanted: Any) -> list[Found]:
    """All that a reading method of the client finds: the server gives no more than AT_ONCE in one answer."""
    found: list[Found] = []
    while len(part := read(offset=len(found), limit=AT_ONCE, **wanted)) == AT_ONCE:
        found += part
    return found + part


def create_missed_runs(client: SyncPrefectClient, queue: str, now: datetime) -> list[tuple[str, int]]:
    """Creates the missed runs of each deployment in a queue; returns its name and how many runs are due.

    Looks back MOST_NIGHTS days at most. A deployment that never ran has missed nothing. Prefect recognises a run that exists by
    its schedule and time, and does not create it again.
    """
    missed = []
    for deployment in list_deployments(client):
        if deployment.work_queue_name != queue or deployment.paused:
            continue
        started = read_scheduled_runs(client, deployment.id, state=STARTED)
        if not started:
            continue
        since = max(started[-1].expected_start_time + timedelta(seconds=1), now - timedelta(days=MOST_NIGHTS))
        # Without min_runs, Prefect creates one run.
        given = {"start_time": since.isoformat(), "end_time": now.isoformat(), "min_runs": MOST_NIGHTS}
        path = {"id": deployment.id}
        client.request("POST", "/deployments/{id}/schedule", path_params=path, json={**given, "max_runs": MOST_NIGHTS})
        before = filters.FlowRunFilterExpectedStartTime(before_=now)
        if due := read_scheduled_runs(client, deployment.id, state=SCHEDULED, expected_start_time=before):
            missed.append((deployment.name, len(due)))
    return sorted(missed)


def read_scheduled_runs(client: SyncPrefectClient, deployment: Any, **wanted: Any) -> list[Any]:
    """The last runs that the schedule of a deployment created, in the order of their times."""
    found = client.read_flow_runs(
        flow_run_filter=filters.FlowRunFilter(tags=filters.FlowRunFilterTags(all_=["auto-scheduled"]), **wanted),
        deployment_filter=filters.DeploymentFilter(id=filters.DeploymentFilterId(any_=[deployment])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
    )
    return found[::-1]


def resume_runs(client: SyncPrefectClient, lost: str, began: datetime) -> list[str]:
    """Schedules interrupted runs again, or marks them Cancelled if they were being cancelled; returns the names of the former.

    Only for a server that no other worker uses: no run that it lists as running when it starts can still run. The lake's
    receipts say what is left to do, so running it again is safe. A server that was down for some time marks such runs Crashed as
    soon as it starts, by the automation that `flows.deploy` creates. `lost`: the message of that automation; `began`: when the
    server was started.
    """
    since = filters.FlowRunFilterEndTime(after_=began)
    names = []
    interrupted = (filters.FlowRunFilter(state=UNFINISHED), filters.FlowRunFilter(state=CRASHED, end_time=since))
    for run in chain.from_iterable(
        read_all(client.read_flow_runs, flow_run_filter=wanted, sort=FlowRunSort.ID_DESC) for wanted in interrupted
    ):
        if run.deployment_id is None or run.state is None:
            continue
        if run.state.type == StateType.CRASHED and run.state.message != lost:
            continue
        if run.state.type == StateType.CANCELLING:
            client.set_flow_run_state(run.id, Cancelled(message="the server was stopped meanwhile"), force=True)
        else:
            client.set_flow_run_state(
                run.id, AwaitingRetry(message="it was interrupted, and is tried again"), force=True
            )
            names.append(run.name)
    return names
