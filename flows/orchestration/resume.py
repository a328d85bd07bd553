"""Runs that were cut off with their machine: scheduled again, or laid to rest if somebody had cancelled them.

Only for a server on which nobody else works: what it holds to be running when it starts cannot be. The lake says what is left to
do, so running such a run again is safe.

A server that comes back after a while has counted such runs as crashed before anybody can ask it, by the automation that
`flows.deploy` makes; those it has counted so since it was started are scheduled again as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


def resume_runs(client: SyncPrefectClient, lost: str, began: datetime) -> list[str]:
    """Schedules cut-off runs again, and returns their names.

    `lost`: the message of runs that were counted as crashed for want of a sign of life; `began`: when the server was started.
    """
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterEndTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import AwaitingRetry, Cancelled

    cut_off = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    crashed = FlowRunFilterStateType(any_=[StateType.CRASHED])
    since = FlowRunFilterEndTime(after_=began)
    runs = [
        *client.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=cut_off))),
        *client.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=crashed), end_time=since)),
    ]
    names = []
    for run in runs:
        if run.deployment_id is None or run.state is None:
            continue
        if run.state.type == StateType.CRASHED and run.state.message != lost:
            continue
        if run.state.type == StateType.CANCELLING:
            client.set_flow_run_state(run.id, Cancelled(message="the server was stopped meanwhile"), force=True)
        else:
            client.set_flow_run_state(run.id, AwaitingRetry(message="it was cut off, and is tried again"), force=True)
            names.append(run.name)
    return names
