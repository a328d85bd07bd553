"""Scheduled runs that were missed while the server was down: each is created, for its own day.

Prefect creates runs three nights ahead while its server runs, and none for past nights. The missed ones are all times of the
schedule after the last run that started.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

MOST_NIGHTS = 31


def create_missed_runs(client: SyncPrefectClient, queue: str, now: datetime) -> list[tuple[str, int]]:
    """Creates the missed runs of each deployment in a queue; returns its name and how many runs are due.

    Looks back MOST_NIGHTS days at most. A deployment that never ran has missed nothing. Prefect recognises a run that exists by
    its schedule and time, and does not create it again.
    """
    missed = []
    for deployment in client.read_deployments():
        if deployment.work_queue_name != queue or deployment.paused:
            continue
        if (last := find_last_started(client, deployment.id)) is None:
            continue
        since = max(last + timedelta(seconds=1), now - timedelta(days=MOST_NIGHTS))
        # Without min_runs, Prefect creates one run.
        given = {"min_runs": MOST_NIGHTS, "max_runs": MOST_NIGHTS}
        asked = {"start_time": since.isoformat(), "end_time": now.isoformat(), **given}
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}, json=asked)
        if count := count_due(client, deployment.id, now):
            missed.append((deployment.name, count))
    return sorted(missed)


def find_last_started(client: SyncPrefectClient, deployment: Any) -> datetime | None:
    """When the last started run of a schedule was due, or None."""
    from prefect.client.schemas.filters import FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    started = FlowRunFilterState(type=FlowRunFilterStateType(not_any_=[StateType.SCHEDULED]))
    found = read_scheduled(client, deployment, state=started)
    return found[0].expected_start_time if found else None


def count_due(client: SyncPrefectClient, deployment: Any, now: datetime) -> int:
    """How many runs of a schedule are due and have not started."""
    from prefect.client.schemas.filters import (
        FlowRunFilterExpectedStartTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType

    waiting = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
    return len(
        read_scheduled(
            client, deployment, state=waiting, expected_start_time=FlowRunFilterExpectedStartTime(before_=now)
        )
    )


def read_scheduled(client: SyncPrefectClient, deployment: Any, **wanted: Any) -> list[Any]:
    """Runs that a deployment's schedule created, the last first."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter, FlowRunFilterTags
    from prefect.client.schemas.sorting import FlowRunSort

    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["auto-scheduled"]), **wanted),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MOST_NIGHTS + 1,
    )
