"""Runs that were cut off with their machine: scheduled again, or laid to rest if somebody had cancelled them.

Only for a server on which nobody else works: what it holds to be running when it starts cannot be. The lake says what is left to
do, so running such a run again is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


def resume_runs(client: SyncPrefectClient) -> list[str]:
    """Schedules cut-off runs again, and returns their names."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType
    from prefect.states import AwaitingRetry, Cancelled

    cut_off = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    names = []
    for run in client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=cut_off)))
    ):
        if run.deployment_id is None:
            continue
        if run.state_type == StateType.CANCELLING:
            client.set_flow_run_state(run.id, Cancelled(message="the server was stopped meanwhile"), force=True)
        else:
            client.set_flow_run_state(run.id, AwaitingRetry(message="it was cut off, and is tried again"), force=True)
            names.append(run.name)
    return names
