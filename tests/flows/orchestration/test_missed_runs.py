"""Missed runs and interrupted runs, on a real server without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from flows.orchestration.missed_runs import AT_ONCE, create_missed_runs, read_all, resume_runs

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LOST = "no heartbeat"


@pytest.fixture
def client(prefect_server: None) -> Iterator[Any]:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as found:
        yield found


@pytest.fixture
def night(client: Any) -> tuple[Any, str]:
    """A deployment that is due every night at two, and its queue."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
    from prefect.client.schemas.schedules import CronSchedule

    name = f"night-{uuid4().hex[:6]}"
    client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template={}))
    queue = client.create_work_queue(name, work_pool_name=name)
    schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 2 * * *", timezone="UTC"))
    flow = client.create_flow_from_name(name)
    deployment = client.create_deployment(
        flow, name, schedules=[schedule], work_pool_name=name, work_queue_name=queue.name
    )
    return deployment, name


def make_runs(client: Any, deployment: Any, first: datetime, count: int) -> None:
    """The runs that a server makes ahead."""
    given = {
        "start_time": first.isoformat(),
        "end_time": (first + timedelta(count)).isoformat(),
        "min_runs": count,
        "max_runs": count,
    }
    client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment}, json=given)


def read_runs(client: Any, deployment: Any) -> dict[str, Any]:
    """A deployment's runs by the day they are due."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

    this = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    runs = client.read_flow_runs(deployment_filter=this)
    days = {f"{run.expected_start_time:%m-%d}": run for run in runs}
    assert len(days) == len(runs)
    return days


def end_run(client: Any, run: Any) -> None:
    from prefect.states import Completed

    client.set_flow_run_state(run.id, Completed(), force=True)


def test_every_night_after_the_last_started_run_gets_a_run(client: Any, night: tuple[Any, str]) -> None:
    deployment, queue = night
    # Two were made ahead and one of them ran; the server was away for the other and four more.
    make_runs(client, deployment, datetime(2026, 11, 15, tzinfo=UTC), 2)
    end_run(client, read_runs(client, deployment)["11-15"])
    assert create_missed_runs(client, queue, NOW) == [(queue, 5)]
    runs = read_runs(client, deployment)
    assert sorted(runs) == ["11-15", "11-16", "11-17", "11-18", "11-19", "11-20"]
    assert {run.expected_start_time.hour for run in runs.values()} == {2}
    # A second call creates no run twice, even if it has run meanwhile.
    end_run(client, runs["11-18"])
    assert create_missed_runs(client, queue, NOW) == [(queue, 4)]
    assert read_runs(client, deployment).keys() == runs.keys()


def test_a_month_is_the_limit(client: Any, night: tuple[Any, str]) -> None:
    deployment, queue = night
    make_runs(client, deployment, datetime(2026, 8, 1, tzinfo=UTC), 1)
    end_run(client, read_runs(client, deployment)["08-01"])
    assert create_missed_runs(client, queue, NOW) == [(queue, 31)]
    assert min(read_runs(client, deployment).keys() - {"08-01"}) == "10-21"


def test_a_deployment_that_never_ran_has_missed_nothing(client: Any, night: tuple[Any, str]) -> None:
    deployment, queue = night
    assert create_missed_runs(client, queue, NOW) == []
    assert read_runs(client, deployment) == {}


def test_a_run_by_hand_is_no_scheduled_run(client: Any, night: tuple[Any, str]) -> None:
    deployment, queue = night
    make_runs(client, deployment, datetime(2026, 11, 18, tzinfo=UTC), 1)
    end_run(client, read_runs(client, deployment)["11-18"])
    end_run(client, client.create_flow_run_from_deployment(deployment))
    assert create_missed_runs(client, queue, NOW) == [(queue, 2)]


INTERRUPTED = [
    ("Running", "", True),
    ("Pending", "", True),
    ("Crashed", LOST, True),
    ("Crashed", "out of memory", False),
    ("Failed", LOST, False),
    ("Completed", "", False),
]


@pytest.mark.parametrize(
    ("state", "message", "again"), INTERRUPTED, ids=[f"{row[0]} {row[1]}".strip() for row in INTERRUPTED]
)
def test_interrupted_runs_are_scheduled_again(
    client: Any, night: tuple[Any, str], state: str, message: str, again: bool
) -> None:
    from prefect import states

    began = datetime.now(UTC)
    run = client.create_flow_run_from_deployment(night[0])
    client.set_flow_run_state(run.id, getattr(states, state)(message=message), force=True)
    assert (run.name in resume_runs(client, LOST, began)) is again
    assert (client.read_flow_run(run.id).state.name == "AwaitingRetry") is again


def test_a_run_that_was_being_cancelled_is_marked_cancelled(client: Any, night: tuple[Any, str]) -> None:
    from prefect.states import Cancelling

    run = client.create_flow_run_from_deployment(night[0])
    client.set_flow_run_state(run.id, Cancelling(), force=True)
    assert run.name not in resume_runs(client, LOST, datetime.now(UTC))
    assert client.read_flow_run(run.id).state.name == "Cancelled"


def test_a_run_that_crashed_before_the_start_is_left_as_it_is(client: Any, night: tuple[Any, str]) -> None:
    from prefect.states import Crashed

    run = client.create_flow_run_from_deployment(night[0])
    client.set_flow_run_state(run.id, Crashed(message=LOST), force=True)
    assert run.name not in resume_runs(client, LOST, datetime.now(UTC) + timedelta(seconds=1))


def test_what_the_server_gives_in_parts_is_read_to_the_end() -> None:
    there = list(range(2 * AT_ONCE + 3))

    def read(offset: int, limit: int, sort: str) -> list[int]:
        assert sort == "name"
        return there[offset : offset + limit]

    assert read_all(read, sort="name") == there
    there = there[:AT_ONCE]
    assert read_all(read, sort="name") == there
