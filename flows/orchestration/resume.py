"""Runs that were interrupted when their machine stopped: scheduled again, or marked Cancelled if they were being cancelled.

Only for a server that no other worker uses: no run that it lists as running when it starts can still run. The lake's receipts say
what is left to do, so running such a run again is safe.

A server that was down for some time marks such runs Crashed as soon as it starts, by the automation that `flows.deploy` creates.
Runs that it has marked since then are scheduled again as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


def resume_runs(client: SyncPrefectClient, lost: str, began: datetime) -> list[str]:
    """Schedules interrupted runs again, and returns their names.

    `lost`: the message of runs that the automation marked Crashed; `began`: when the server was started.
    """
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterEndTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import AwaitingRetry, Cancelled

    interrupted = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    crashed = FlowRunFilterStateType(any_=[StateType.CRASHED])
    since = FlowRunFilterEndTime(after_=began)
    runs = [
        *client.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=interrupted))),
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
            client.set_flow_run_state(
                run.id, AwaitingRetry(message="it was interrupted, and is tried again"), force=True
            )
            names.append(run.name)
    return names
