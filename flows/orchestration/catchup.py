"""Nights that nobody was there for: a run is made for each, which stands for its own day.

Prefect makes runs three nights ahead while its server runs, and none for nights that have passed. So what is missing is read off
the schedule: every time after the last run that was begun.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

MOST_NIGHTS = 31


def make_missed_runs(client: SyncPrefectClient, queue: str, now: datetime) -> list[tuple[str, int]]:
    """Makes the runs that are missing of each deployment in a queue; their names, with how many were due and have not begun.

    Looks back MOST_NIGHTS days at most. A deployment that never ran has missed nothing. A run that is there already is not made
    again: Prefect knows it by its schedule and time.
    """
    missed = []
    for deployment in client.read_deployments():
        if deployment.work_queue_name != queue or deployment.paused:
            continue
        if (last := find_last_begun(client, deployment.id)) is None:
            continue
        since = max(last + timedelta(seconds=1), now - timedelta(days=MOST_NIGHTS))
        # Without a least number of runs, Prefect makes one.
        given = {"min_runs": MOST_NIGHTS, "max_runs": MOST_NIGHTS}
        asked = {"start_time": since.isoformat(), "end_time": now.isoformat(), **given}
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}, json=asked)
        if count := count_due(client, deployment.id, now):
            missed.append((deployment.name, count))
    return sorted(missed)


def find_last_begun(client: SyncPrefectClient, deployment: Any) -> datetime | None:
    """When the last run of a schedule was due that was begun, or None."""
    from prefect.client.schemas.filters import FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    begun = FlowRunFilterState(type=FlowRunFilterStateType(not_any_=[StateType.SCHEDULED]))
    found = read_scheduled(client, deployment, state=begun)
    return found[0].expected_start_time if found else None


def count_due(client: SyncPrefectClient, deployment: Any, now: datetime) -> int:
    """How many runs of a schedule are due and wait."""
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
    """Runs that a deployment's schedule made, the last first."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId, FlowRunFilter, FlowRunFilterTags
    from prefect.client.schemas.sorting import FlowRunSort

    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=["auto-scheduled"]), **wanted),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MOST_NIGHTS + 1,
    )
